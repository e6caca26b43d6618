"""MLflow: one parent run a pipeline run, one child run an arm and seed."""
