"""Frozen bases: uint8 images in, feature vectors out."""
