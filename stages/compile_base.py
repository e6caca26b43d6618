"""Compile the frozen base once, for the runtime that `extract` runs it on."""

from viewcache.bases.artifact import find_base
from viewcache.bases.compiling import compile_base
from viewcache.ground.entry import run
from viewcache.ground.manifests import load_array
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import BASE, CALIBRATION
from viewcache.ground.stopwatch import Stopwatch


def main() -> None:
    params = load_params()
    base, images = params.base, load_array(CALIBRATION)
    costs = Stopwatch(params.work)
    with costs.phase("compile"):
        compile_base(BASE, params.base_spec, base.runtime, base.precision, images)
    if left_out := find_base(BASE).description.get("left_out"):
        print(
            f"{base.name} is cut before its classifier: without {', '.join(left_out)}", flush=True
        )
    costs.save("compile_base")


if __name__ == "__main__":
    run(main)
