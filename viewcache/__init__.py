"""The library behind the stages: imports run from its last room down to `ground`.

What stands here runs before other packages are imported: none of them sends anything, and what a
user's environment says to them changes no result.
"""

import os
import sys
import warnings

os.environ |= {
    "KERAS_BACKEND": "tensorflow",
    "KERAS_NNX_ENABLED": "false",
    "MATPLOTLIBRC": os.devnull,
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MPLBACKEND": "agg",
    "RAY_USAGE_STATS_ENABLED": "0",
}
for name in ("TF_ENABLE_ONEDNN_OPTS", "TF_USE_LEGACY_KERAS"):
    os.environ.pop(name, None)
# Warnings and errors of TensorFlow's C++ side, without what it says of each start.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
# OpenVINO and NNCF have no other switch: they send nothing where this package is missing.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
# PYTHONWARNINGS may make errors of what other packages warn of.
if any("error" in option for option in sys.warnoptions):
    warnings.simplefilter("default")
