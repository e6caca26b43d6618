"""The library behind the stages: imports run from its last room down to `ground`."""

import os

# TensorFlow's C++ side reports each missing GPU library as an error; its real errors are raised.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
