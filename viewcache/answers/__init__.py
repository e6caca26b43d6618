"""What heads answer of images, in a table."""
