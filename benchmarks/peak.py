"""Run a stage and keep its peak memory: `python -m benchmarks.peak STAGE ARGUMENTS`.

The record lies in `data/costs/peak.json`.
"""

import runpy
import sys

from viewcache.ground.stopwatch import Stopwatch

if __name__ == "__main__":
    sys.argv = sys.argv[1:]
    watch = Stopwatch()
    with watch.phase("whole"):
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    watch.save("peak")
