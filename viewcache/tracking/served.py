"""The exported model as MLflow serves it ("models from code"): image bytes in, probabilities out.

MLflow runs this file, of the copy of viewcache that it keeps with the model.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.models import set_model
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from viewcache.ground.errors import PipelineError
from viewcache.images.decoding import Decoded, Rejected
from viewcache.serving.classifier import open_classifier


class ServedModel(PythonModel):
    """The exported model; requests may come in several threads."""

    def load_context(self, context: PythonModelContext) -> None:
        self._classifier = open_classifier(Path(context.artifacts["model"]))

    def predict(
        self,
        context: PythonModelContext,
        model_input: pd.DataFrame,
        params: Mapping[str, Any] | None = None,
    ) -> pd.DataFrame:
        """Probabilities: a column for every class.

        Args:
            model_input: With a column `image`, the bytes of image files.
            params: `views`, the number of random views of each image that are averaged over beside
                the image itself; else none.

        Raises:
            MlflowException: an image is rejected, or there are too many views; a server answers
                with status 400.
        """
        views = (params or {}).get("views", 0)
        images = model_input["image"]
        decoded = [self._decode(row, image) for row, image in enumerate(images)]
        digests = [hashlib.sha256(image).hexdigest() for image in images]
        try:
            found = self._classifier.classify_by_views(decoded, digests, views)
        except PipelineError as error:
            raise MlflowException(str(error), INVALID_PARAMETER_VALUE) from error
        return pd.DataFrame(found.astype(float), columns=self._classifier.classes)

    def _decode(self, row: int, content: bytes) -> Decoded:
        try:
            return self._classifier.decode(content)
        except Rejected as reason:
            message = f"image {row}: {reason}"
            raise MlflowException(message, INVALID_PARAMETER_VALUE) from reason


set_model(ServedModel())
