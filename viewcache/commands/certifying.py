"""Certify the base: are heads on it as good as on the same base in float32?"""

import json
from collections.abc import Collection
from dataclasses import replace

from viewcache.bases.artifact import find_base
from viewcache.commands.comparing import Compared, compare_runs, open_compared
from viewcache.commands.run_files import Run
from viewcache.commands.short_runs import run_in_short
from viewcache.ground.errors import PipelineError
from viewcache.ground.files import write_text
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import BASE
from viewcache.report.certificate import CERTIFICATE, Certificate
from viewcache.report.comparison import comparison
from viewcache.report.sentence import certified
from viewcache.views.calibration_views import LOCK


def certify() -> None:
    """Write the certificate of the base in the workspace, and print what it says.

    The pipeline runs in short, in float32 and as `params.yaml` says; images that int8 was
    calibrated on are not tested.

    Raises:
        PipelineError: the workspace's base is not of these parameters, or a run failed.
    """
    precision = load_params().base.precision
    if precision == "float32":
        print("The base runs in float32, and needs no certificate.")
        return
    base = find_base(BASE)
    own, in_float32 = (_run(one) for one in (precision, "float32"))
    _refuse_another_base(own)
    reference = open_compared(in_float32)
    calibrated = json.loads(own.read(LOCK)).get("images", {})
    held = [without(one, calibrated) for one in (reference, open_compared(own, reference.arm))]
    record = compare_runs(held[0], held[1:])
    [found] = record["comparisons"]
    of = {"base": base.identity, "precision": precision, "margin": record["margin"]}
    written = of | found
    write_text(CERTIFICATE, json.dumps(written, indent=2) + "\n")
    [said] = certified(precision, Certificate.of(written))
    print(f"{comparison(record)}\n\n{said}")
    command = "dvc repro --force --single-item evaluate"
    print(f"{CERTIFICATE} holds it; `{command}` puts it into the answer.")


def without(compared: Compared, images: Collection[str]) -> Compared:
    """Less the answers on some images.

    Args:
        images: Their digests.
    """
    tested = compared.tested
    kept = ~tested.images.index.get_level_values("image").isin([*images])
    rest = replace(tested, images=tested.images[kept], right=tested.right[:, :, kept])
    return replace(compared, tested=rest)


def _run(precision: str) -> Run:
    run = run_in_short(f"certify-{precision}", {"base.precision": precision})
    return replace(run, name=precision)


def _refuse_another_base(run: Run) -> None:
    file = BASE / "base.json"
    if run.read(file) != file.read_bytes():
        rule = f"{BASE} must be the base of these parameters: `dvc repro` compiles it"
        raise PipelineError(rule, f"another one than of {run.name} now")
