"""Feature arrays: streamed to disk, memory-mapped from it, verified when opened."""
