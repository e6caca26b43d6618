"""The certificate of a base in bfloat16 or int8, as a record and in a sentence."""

from typing import Any

from viewcache.ground.machine import instruction_set, machine
from viewcache.ground.params.schema import Params
from viewcache.ground.stopwatch import Stopwatch
from viewcache.judge.certificate import Certificate
from viewcache.judge.certifying import certify_base
from viewcache.judge.statistics import Needed
from viewcache.report.words import margin_in_words, points


def make_certificate(params: Params) -> dict[str, Any]:
    """Certify the base in the working folder; seconds are of this process, from its start."""
    watch = Stopwatch()
    with watch.phase("certify"):
        found = certify_base(params)
    precision, (fast, float32) = params.extract.precision, found.seconds_a_pass
    return {
        "precision": precision,
        "outcome": found.certificate.outcome,
        "sentence": sentence_of(precision, found.certificate),
        "images": found.certificate.images,
        "calibration_images": found.calibration_images,
        "seeds": len(params.train.seeds),
        "margin": params.evaluate.margin,
        **_by_measure(found.certificate),
        "seconds": sum(watch.seconds.values()),
        "seconds_a_pass": fast,
        "float32_seconds_a_pass": float32,
        "base_passes": found.base_passes,
        "seconds_saved": found.base_passes * (float32 - fast),
        "instructions": instruction_set(),
        "machine": machine()["id"],
    }


def sentence_of(precision: str, certificate: Certificate) -> str:
    """Whether it is as good, without times."""
    margin = margin_in_words(certificate.comparisons["clean"].margin)
    found = {
        "as good": f"is as good as in float32, within {margin}",
        "worse": f"is worse than in float32, by more than {margin}",
        "not decided": f"is not known to be as good as in float32, within {margin}",
    }
    both = " and ".join(points(certificate.comparisons[on]) for on in ("robustness", "clean"))
    return (
        f"The base in {precision} {found[certificate.outcome]}: {both} "
        f"(cached_0 on {certificate.images:,} images)."
    )


def _by_measure(certificate: Certificate) -> dict[str, dict[str, Any]]:
    names = ("effect", "difference", "low", "high", *Needed.__annotations__)
    found: dict[str, dict[str, Any]] = {}
    for on, comparison in certificate.comparisons.items():
        record, (fast, float32) = comparison.as_record(), certificate.accuracies[on]
        differences = {name: record[name] for name in names}
        found[on] = {"accuracy": fast, "float32_accuracy": float32} | differences
    return found
