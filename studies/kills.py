"""What ten kills of the extraction of a view lose: `python -m studies.kills`, in some minutes."""

import random
import shutil
import subprocess
import time

from benchmarks.scaling import SPEC
from benchmarks.stages_apart import extract_command, stage_environment
from benchmarks.workspace import generated
from viewcache.bases.compiling import compile_base
from viewcache.features.reuse import open_kept
from viewcache.ground.manifests import read_manifest
from viewcache.ground.paths import (
    BASE,
    FEATURES,
    extraction_record,
    feature_file,
    reuse_folder,
)
from viewcache.ground.stopwatch import load_record

IMAGES, KILLS = 40_000, 10
MOMENTS = (0.0, 1.4)
"""Seconds between the first row and the kill."""
VIEW = 0
"""The only one that is planned."""
ROW_BYTES = 4 * 1280


def main() -> None:
    moments = random.Random(0)
    with generated(IMAGES, SPEC.side, views=VIEW):
        compile_base(BASE, SPEC, "openvino")
        lost = [_kill(moments.uniform(*MOMENTS)) for _ in range(KILLS)]
        _extract().wait()
        record, resumed = load_record(extraction_record(VIEW)), _digest()
        print(f"the last run computed {record['computed']:,} of {IMAGES:,} rows")
        pace = record["seconds"]["extract"] / record["rows"]
        seconds = sorted(rows * pace for rows in lost)
        print(f"lost by a kill: {max(lost):,} rows at most, {seconds[-1]:.1f} s at most")
        for kept in (reuse_folder(), FEATURES):
            shutil.rmtree(kept)
        _extract().wait()
        print("digests of an undisturbed run:", "equal" if _digest() == resumed else "OTHERS")


def _extract() -> subprocess.Popen[bytes]:
    return subprocess.Popen(extract_command("local"), env=stage_environment())


def _digest() -> str:
    return read_manifest(feature_file(VIEW))["digest"]


def _kill(moment: float) -> int:
    """Kill a run some seconds after its first row; how many rows it had written that are lost."""
    unfinished = feature_file(VIEW).with_name("features.npy.unfinished")
    unfinished.unlink(missing_ok=True)
    running = _extract()
    while not unfinished.exists() or unfinished.stat().st_size < ROW_BYTES:
        time.sleep(0.01)
    time.sleep(moment)
    running.kill()
    running.wait()
    kept = sum(len(file.keys) for file in open_kept())
    written = unfinished.stat().st_size // ROW_BYTES
    print(f"killed after {moment:.1f} s: {written:,} rows written, {kept:,} kept", flush=True)
    return max(0, written - kept)


if __name__ == "__main__":
    main()
