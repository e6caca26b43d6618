"""`params.yaml`: its schema, section by section, and how it is read."""
