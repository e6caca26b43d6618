"""What the parts of the pipeline cost on this machine: each done for a moment, as stages do it."""
