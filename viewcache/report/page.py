"""The page: one HTML file that holds all it shows, for who has never seen the project."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import yaml
from jinja2 import Environment, StrictUndefined

from viewcache.ground.files import write_text
from viewcache.ground.paths import CONTACT_SHEET
from viewcache.images.prepared import Prepared
from viewcache.judge.confusion import recall, share_right
from viewcache.judge.correctness import Measured
from viewcache.report import results
from viewcache.report.examples import Example, examples
from viewcache.report.findings import Findings
from viewcache.report.pictures import curves, differences, seconds
from viewcache.report.pictures.style import SIZE, Picture, data_uri, draw_svg, styles
from viewcache.report.provenance import Provenance
from viewcache.report.questions import break_even, evidence, key_figures, speeds
from viewcache.report.sentence import alarms, reasons, warnings, what_to_do
from viewcache.report.table import COLUMNS, cells, note_on_stars
from viewcache.report.words import (
    WHERE,
    difference,
    margin_in_words,
    megabytes,
    or_dash,
    percent,
    plain_name,
    tells,
)

TEMPLATE = Path(__file__).with_name("page.html.jinja")
FIGURES = (
    "accuracy",
    "accuracy_augmented",
    "seconds",
    "further_seconds",
    "base_passes",
    "feature_bytes",
    "trainings",
)
"""Columns of the table of all figures."""
MOST_CLASSES = 12
"""Of more classes, it is not told which is taken for which."""


class Grid(NamedTuple):
    """A table of the page: headings, rows, and of each heading what figures below it are of."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    hints: Sequence[str] = ()


def write_page(found: Findings, images: Prepared, provenance: Provenance) -> None:
    """Write `report.html`."""
    sheet, shown = CONTACT_SHEET.read_bytes(), examples(images, found)
    write_text(results.PAGE, render_page(found, sheet, shown, provenance))


def render_page(
    found: Findings, contact_sheet: bytes, shown: Sequence[Example], provenance: Provenance
) -> str:
    """The page as HTML.

    Args:
        contact_sheet: A PNG of views of some training images.
        shown: Images on which the number of views matters.
    """
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    judged, params, disagreement = found.judged, found.params, found.judged.disagreement
    recommendation, confusion = judged.recommendation, judged.confusion
    few, many = map(plain_name, disagreement.between)
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        images=f"{sum(provenance.images.values()):,}",
        alarms=alarms(judged),
        what_to_do=what_to_do(recommendation),
        reasons=reasons(judged, params.base.precision),
        warnings=warnings(judged),
        key_figures=key_figures(found),
        what_counts=WHERE[recommendation.rule],
        margin=margin_in_words(recommendation.margin),
        tested=_tested(provenance.rotations),
        machines="; ".join(provenance.machines),
        shows_originals=params.train.originals == "every_second",
        twin_views=found.cached[-1].random_views,
        wide=not any(map(tells, recommendation.comparisons)),
        pictures=_pictures(found),
        speeds=_speeds(found),
        not_run=_not_run(found),
        set_up=_set_up(found),
        break_even=break_even(found),
        evidence=evidence(found),
        recommended=plain_name(found.recommended),
        seeds=_seeds(found),
        confusion=_confusion(found),
        largest_share=percent(confusion.largest_share),
        right=percent(share_right(confusion.clean)),
        right_augmented=percent(share_right(confusion.robustness)),
        figures=_figures(found),
        notes=note_on_stars(found.table),
        prediction=_prediction(found),
        length=_length(found),
        schedule=_schedule(found),
        augmentation=_settings(found),
        contact_sheet=data_uri("image/png", contact_sheet),
        disagree=f"{100 * disagreement.share:.1f} % of the {disagreement.images:,}",
        shown=f"These are the {len(shown)} on which {few} and {many} differ most.",
        examples=shown,
        measured=_measured(found, provenance),
        provenance=provenance,
        parameters=yaml.safe_dump(params.model_dump(), sort_keys=False, allow_unicode=True),
        source=params.data.source,
    )


def _tested(rotations: int) -> str:
    if rotations == 1:
        return "Every test image is tested by heads that never saw it."
    return f"Every image is tested by heads that never saw it, in one of {rotations} rotations."


def _seeds(found: Findings) -> str:
    number = len(found.recommended.seeds)
    return "1 seed" if number == 1 else f"{number} seeds"


def _speeds(found: Findings) -> Grid:
    headings = (
        plain_name(found.recommended),
        "seconds",
        "against end to end on the same runtime",
        "the same, if that keeps the images' own features too",
        "against end to end by hand in Keras",
    )
    return Grid(headings, speeds(found))


def _not_run(found: Findings) -> str:
    predicted = found.reckoned.predicted
    every = {"keras", "compiled"} <= {*predicted}
    return "" if not predicted else "either base" if every else "both bases"


def _set_up(found: Findings) -> str:
    cost = found.reckoned.costs[found.recommended]
    known = cost.seconds is not None
    return f"{cost.setup_seconds:.1f} of the {cost.seconds:.1f} seconds" if known else ""


def _confusion(found: Findings) -> Grid:
    confusion, classes = found.judged.confusion, found.classes
    named = [f"named {name}" for name in classes] if len(classes) <= MOST_CLASSES else []
    recalls = zip(recall(confusion.clean), recall(confusion.robustness), strict=True)
    rows = [
        [name, *(f"{one:,.1f}" for one in row if named), f"{row.sum():,.0f}", *map(percent, both)]
        for name, row, both in zip(classes, confusion.clean, recalls, strict=True)
    ]
    return Grid(["class", *named, "images", "recall", "recall, random views"], rows)


def _figures(found: Findings) -> Grid:
    columns = [COLUMNS[name] for name in FIGURES]
    return Grid(
        ["trained on", *(column.heading for column in columns)],
        [[plain_name(arm), *cells(row, FIGURES)] for arm, row in found.table.items()],
        ["", *(f"of {column.whose}" for column in columns)],
    )


def _prediction(found: Findings) -> Grid:
    """Without rows where there was no plan."""
    costs, predicted = found.reckoned.costs, found.prediction or {}
    names = ("seconds predicted", "measured", "error", "MB predicted", "measured", "error")
    rows = [
        [
            plain_name(arm),
            or_dash(one["seconds"], ".1f"),
            or_dash(cost.seconds, ".1f"),
            or_dash(one["seconds_error"], "+.0%"),
            megabytes(one["feature_bytes"] or 0),
            megabytes(cost.feature_bytes),
            or_dash(one["bytes_error"], "+.0%"),
        ]
        for arm, cost in costs.items()
        if (one := predicted.get(arm.name))
    ]
    return Grid(["trained on", *names], rows)


def _length(found: Findings) -> Grid:
    where: dict[Measured, str] = {"clean": "as they are", "robustness": "random views"}
    rows = [
        [plain_name(gain.arm), where[gain.on], difference(gain.interval.estimate, gain.interval)]
        for gain in found.judged.length.gains
    ]
    return Grid(["trained on", "validation images", "gain of twice as many epochs"], rows)


def _schedule(found: Findings) -> str:
    if found.params.train.schedule == "cosine":
        return "falls to 0, and the curve should end flat"
    return "stays as it is: a curve that still falls at its end would gain from more epochs"


def _pictures(found: Findings) -> dict[str, Picture]:
    looks, costs = styles(found.table), found.reckoned.costs
    first, *_, twin = found.cached
    compared = dict.fromkeys([found.recommended, *found.end_to_end])
    shown = [*dict.fromkeys([first, found.recommended, twin])]
    cumulative = partial(seconds.cumulative_seconds, costs=costs, shown=compared, looks=looks)
    losses = partial(curves.validation_losses, curves=found.curves, shown=shown, looks=looks)
    return {
        "clean": _differences(found, "clean"),
        "robustness": _differences(found, "robustness"),
        "cumulative": draw_svg(cumulative, seconds.cumulative_in_words(costs, compared)),
        "phases": draw_svg(
            partial(seconds.seconds_by_phase, costs=costs), seconds.phases_in_words(costs)
        ),
        "curves": draw_svg(losses, curves.losses_in_words(found.curves, shown)),
    }


def _differences(found: Findings, on: Measured) -> Picture:
    to_twin = [one for one in found.judged.recommendation.to_twin if one.on == on]
    looks = styles(found.table)
    paint = partial(differences.to_end_to_end, to_twin=to_twin, on=on, looks=looks)
    words = differences.differences_in_words(to_twin, on)
    return draw_svg(paint, words, (SIZE[0], 1.3 + 0.5 * len(to_twin)))


def _settings(found: Findings) -> list[str]:
    """What views are drawn from."""
    drawn = found.params.augment.model_dump().items()
    return [f"{name}: {str(value).lower()}" for name, value in drawn if value]


def _measured(found: Findings, provenance: Provenance) -> dict[str, str]:
    """How it was measured, point by point."""
    params, replay, base, train = found.params, found.replay, found.params.base, found.params.train
    images = ", ".join(f"{number:,} {part}" for part, number in provenance.images.items())
    rotations, epochs = provenance.rotations, found.recommended.course.epochs
    first = f" in the first of {rotations} rotations" if rotations > 1 else ""
    trained = "" if rotations > 1 else " that is not trained on"
    cosine = ", falling to 0 by a cosine" if train.schedule == "cosine" else ""
    seeds, ends = (", ".join(map(str, of)) for of in (params.arms.seeds, params.end_to_end.seeds))
    by = "TensorFlow" if base.precision == "float32" else "the base itself"
    return {
        "Images": f"{params.data.source}: {images}{first}; {params.side} pixels",
        "Base": f"{base.name}, weights {base.weights}, pooling {base.pooling}, in "
        f"{base.precision}; frozen",
        "Head": f"{train.head.units} units, dropout {train.head.dropout}; {epochs} epochs, batches "
        f"of {train.batch_size}, learning rate {train.learning_rate}{cosine}; the same initial "
        "weights, order of images and steps in every way to train",
        "Seeds": f"views {params.seed}; folds {params.data.split_seed}; heads {seeds}; end to end "
        f"{ends}",
        "Tested on": f"every image once for each seed{trained}, as it is and in "
        f"{params.evaluate.test_views} random views each, which nothing was trained on",
        "Seconds": "of one training: set-up (imports, building and compiling the base), drawing "
        "and rendering views, base passes over the training images, and the head; validation and "
        "test images cost every way the same and are left out",
        "Checked": f"every array against its manifest; {replay['features']:,} stored feature "
        f"vectors were computed again from the original images, by {by}: up to "
        f"{replay['max_relative_difference']:.1g} off, {replay['tolerance']:.1g} allowed",
        "Machine": "; ".join(provenance.machines),
        "Measured": " to ".join(provenance.measured),
        "Versions": ", ".join(f"{name} {one}" for name, one in provenance.versions.items()),
    }
