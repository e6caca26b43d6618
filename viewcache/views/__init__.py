"""Views of images: operations (geometry, light, faults, own), what was drawn, and the pixels."""
