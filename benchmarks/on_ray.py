"""Extraction on Ray against this process, and its memory: `python -m benchmarks.on_ray`.

Prints the figures of docs/scale.md: some minutes on two cores.
"""

import contextlib
import os
import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import partial

import numpy as np
import psutil
import ray
from ray.cluster_utils import Cluster

from benchmarks.extraction import extract_anew
from benchmarks.measure import clock, interleaved
from benchmarks.scaling import SIDE
from benchmarks.stages_apart import extract_by, forget, stage_environment
from benchmarks.workspace import generated, spec_of
from viewcache.bases.artifact import find_base
from viewcache.bases.compiling import compile_base
from viewcache.features import on_ray
from viewcache.features.wanted import Maker
from viewcache.ground.paths import BASE, PREPARED
from viewcache.images.prepared import open_prepared

IMAGES, PIXELS, BATCH, ROUNDS = 5_000, 160, 8, 2
FEW, MANY = 1_000, 20_000
VIEWS = 4
ENGINES = ("local", "ray")
STEP = 0.25  # seconds between two looks at memory


def main() -> None:
    _time()
    _time_stages()
    for images in (FEW, MANY):
        for name, peak in sorted(_peaks(images).items()):
            print(f"{images:,} images: {name}: {peak / 1e6:.0f} MB", flush=True)


def _time() -> None:
    """Seconds of whole extractions, once the cluster is up, and of their phase `extract`."""
    with generated(IMAGES, PIXELS):
        compile_base(BASE, spec_of("efficientnet_lite0", PIXELS), "openvino")
        maker = Maker(find_base(BASE), np.dtype(np.float32), BATCH)
        on_ray.join()
        phases: dict[str, list[float]] = defaultdict(list)
        runs: list[Callable[[], object]] = [
            partial(_extract, maker, engine, phases) for engine in ENGINES
        ]
        for engine, seconds in zip(ENGINES, interleaved(runs, ROUNDS), strict=True):
            whole, phase = np.median(seconds), np.median(phases[engine])
            print(f"{engine}: {whole:.1f} s, of which extract {phase:.1f} s", flush=True)


def _extract(maker: Maker, engine: str, phases: dict[str, list[float]]) -> None:
    costs = extract_anew(open_prepared(PREPARED), maker, 1, engine)
    phases[engine].append(costs.seconds["extract"])


def _time_stages() -> None:
    """Seconds of a stage: with a cluster of its own, and with one that is there."""
    ray.shutdown()
    with generated(FEW, PIXELS, VIEWS):
        compile_base(BASE, spec_of("efficientnet_lite0", PIXELS), "openvino")
        for engine in ENGINES:
            print(f"a stage, {engine}: {_seconds(engine, {}):.1f} s", flush=True)
        begun = time.perf_counter()
        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": os.cpu_count()})
        print(f"the start of that cluster: {time.perf_counter() - begun:.1f} s")
        joined = _seconds("ray", {"RAY_ADDRESS": cluster.address})
        print(f"a stage, ray, that cluster: {joined:.1f} s", flush=True)
        cluster.shutdown()


def _seconds(engine: str, environment: dict[str, str]) -> float:
    forget()
    command, environment = extract_by(engine), stage_environment() | environment
    run = partial(subprocess.run, command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return clock(run)


def _peaks(images: int) -> dict[str, int]:
    """Most memory, in bytes, of a stage on Ray and of its largest actor, with what they share."""
    with generated(images, SIDE):
        compile_base(BASE, spec_of("efficientnet_lite0", SIDE), "openvino")
        with subprocess.Popen(extract_by("ray"), env=stage_environment()) as stage:
            peaks = Counter[str]()
            while stage.poll() is None:
                peaks |= _resident(psutil.Process(stage.pid))
                time.sleep(STEP)
    return dict(peaks)


def _resident(stage: psutil.Process) -> Counter[str]:
    found = Counter[str]()
    for process in [stage, *stage.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            name = "driver" if process == stage else "largest actor"
            if process == stage or "Extractor" in " ".join(process.cmdline()):
                found[name] = max(found[name], process.memory_info().rss)
    return found


if __name__ == "__main__":
    main()
