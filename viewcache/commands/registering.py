"""Log the exported model to MLflow, and recommend it there: `make run` does, and no experiment."""

import sys

from viewcache.ground.errors import message
from viewcache.tracking.models import ALIAS, REGISTERED, register_model
from viewcache.tracking.run_store import TRACKING_ERRORS


def register() -> None:
    try:
        found = register_model()
    except TRACKING_ERRORS as error:
        rule = "the model is kept but not in MLflow; `viewcache register` logs it"
        print("viewcache:", message(rule, error), file=sys.stderr)
    else:
        print(f"MLflow has the model: version {found.version} of {REGISTERED}, alias {ALIAS}.")
