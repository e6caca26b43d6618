"""The library behind the stages: imports run from its last room down to `ground`.

What stands here runs before other packages are imported: none of them sends anything.
"""

import os
import sys

os.environ |= {"MLFLOW_DISABLE_TELEMETRY": "true", "RAY_USAGE_STATS_ENABLED": "0"}
# TensorFlow's C++ side reports each missing GPU library as an error; its real errors are raised.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# OpenVINO and NNCF have no other switch: they send nothing where this package is missing.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
