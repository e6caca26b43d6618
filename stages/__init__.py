"""The DVC stages, one file each, in the order of dvc.yaml: `python -m stages.NAME`."""

import sys
from pathlib import Path

if sys.flags.safe_path:  # PYTHONSAFEPATH keeps out the folder in which DVC runs a stage.
    sys.path.insert(0, str(Path.cwd()))
    __path__.insert(0, str(Path("stages").absolute()))

import viewcache as viewcache  # before NumPy and others: it says what they are to heed
