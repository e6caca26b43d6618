"""The DVC stages, one file each, in the order of dvc.yaml: `python -m stages.NAME`."""
