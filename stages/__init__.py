"""The DVC stages, one file each, and the rooms they call."""

import os

# TensorFlow's C++ side reports each missing GPU library as an error; its real errors are raised.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
