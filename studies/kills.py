"""What ten kills of the extraction of one view lose: `python -m studies.kills`, in some minutes."""

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
from viewcache.ground.paths import BASE, feature_file, reuse_folder
from viewcache.ground.stopwatch import load_record

IMAGES, KILLS = 4_000, 10
MOMENTS = (4.0, 10.0)
"""Seconds after which a run is killed."""
VIEW = 1


def main() -> None:
    moments = random.Random(0)
    with generated(IMAGES, SPEC.side):
        compile_base(BASE, SPEC, "openvino")
        lost = [_kill(moments.uniform(*MOMENTS)) for _ in range(KILLS)]
        _extract().wait()
        record, resumed = load_record(f"extract_{VIEW}"), _digest()
        print(f"the last run computed {record['computed']:,} of {IMAGES:,} rows")
        pace = record["seconds"]["extract"] / record["rows"]
        seconds = sorted(rows * pace for rows in lost)
        print(f"lost by a kill: {max(lost):,} rows at most, {seconds[-1]:.1f} s at most")
        shutil.rmtree(reuse_folder())
        _extract().wait()
        print("digests of an undisturbed run:", "equal" if _digest() == resumed else "OTHERS")


def _extract() -> subprocess.Popen[bytes]:
    return subprocess.Popen(extract_command(VIEW), env=stage_environment())


def _digest() -> str:
    return read_manifest(feature_file(VIEW))["digest"]


def _kill(moment: float) -> int:
    """Kill a run; how many rows it had written that are not kept."""
    unfinished = feature_file(VIEW).with_name("features.npy.unfinished")
    unfinished.unlink(missing_ok=True)
    running = _extract()
    time.sleep(moment)
    running.kill()
    running.wait()
    kept = open_kept()
    saved = sum(len(file.keys) for file in kept)
    if not unfinished.exists() or not kept:
        return 0
    row = kept[0].features.stat().st_size // len(kept[0].keys)
    written = unfinished.stat().st_size // row
    print(f"killed after {moment:.1f} s: {written:,} rows written, {saved:,} kept", flush=True)
    return max(0, written - saved)


if __name__ == "__main__":
    main()
