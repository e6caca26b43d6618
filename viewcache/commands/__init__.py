"""What `viewcache NAME` does, one file a command."""
