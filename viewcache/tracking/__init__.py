"""MLflow: a run a pipeline run, below it one an arm, and below that one a seed."""

import logging
import os

# Before MLflow is imported. A server that does not answer must not hold up a pipeline: the results
# are in files already.
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
# Every step of creating a database is no news, nor is every file that is copied.
os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
logging.getLogger("alembic").setLevel(logging.WARNING)
