"""How folders of images say which image is of which class: a module for each way."""
