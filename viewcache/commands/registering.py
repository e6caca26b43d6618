"""Log the exported model to MLflow, and recommend it there."""

from viewcache.tracking.models import ALIAS, REGISTERED, register_model


def register() -> None:
    """Register the model.

    Raises:
        PipelineError: there is no exported model, it is damaged, or MLflow fails.
    """
    found = register_model()
    print(f"MLflow has the model: version {found.version} of {REGISTERED}, alias {ALIAS}.")
