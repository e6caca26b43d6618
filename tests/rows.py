"""Stored features, read by plain NumPy and Arrow."""

from pathlib import Path

import numpy as np
import pyarrow as pa


def stored_features(folder: Path, view: int) -> np.ndarray:
    """The features of a view of all prepared images: shape (images, width)."""
    keys = np.load(folder / f"data/features/{view}.npy")
    found = {}
    for file in (folder / "data/rows").glob("*.arrow"):
        table = pa.ipc.open_file(file.read_bytes()).read_all().combine_chunks()
        features = table["feature"].chunk(0).values.to_numpy().reshape(len(table), -1)
        found |= dict(zip(table["key"].to_pylist(), features, strict=True))
    return np.stack([found[key.tobytes()] for key in keys])
