"""Compile the frozen base once, for the runtime that `extract` runs it on."""

from stages.bases.artifact import compile_base
from stages.costs import Costs
from stages.errors import run
from stages.params import load_params
from stages.paths import BASE


def main() -> None:
    params = load_params()
    costs = Costs()
    with costs.phase("compile"):
        compile_base(BASE, params.base_spec, params.extract.runtime)
    costs.save("compile_base")


if __name__ == "__main__":
    run(main)
