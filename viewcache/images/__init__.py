"""Sources of images, decoding and splits: from files to one uint8 array with an index."""
