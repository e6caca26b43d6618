"""The page: one HTML file that holds all it shows, for who has never seen the project."""

from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
from jinja2 import Environment, StrictUndefined
from PIL import Image

from viewcache.ground.files import write_text
from viewcache.ground.paths import CONTACT_SHEET
from viewcache.judge.disagreement import Disagreement
from viewcache.judge.judgement import Judgement
from viewcache.judge.verdict import Recommendation
from viewcache.report import results
from viewcache.report.cost_words import break_even_sentences, evidence_sentence, speeds
from viewcache.report.figures import cached_arms, end_to_end_arms
from viewcache.report.pictures import captions
from viewcache.report.pictures import seconds as costs
from viewcache.report.pictures.curves import validation_losses
from viewcache.report.pictures.differences import to_end_to_end
from viewcache.report.pictures.style import SIZE, Picture, data_uri, draw_svg
from viewcache.report.provenance import Provenance
from viewcache.report.results import Results
from viewcache.report.summary import key_figures, times_as_fast
from viewcache.report.tables import (
    MEASURED,
    TESTED_ON,
    accuracy_in_words,
    note_on_stars,
    seconds_in_words,
)
from viewcache.report.words import (
    alarms,
    difference,
    margin_in_words,
    percent,
    plain_name,
    reasons,
    tells,
    warnings,
    what_to_do,
)

FUNCTIONS = (
    accuracy_in_words,
    alarms,
    difference,
    percent,
    plain_name,
    reasons,
    seconds_in_words,
    times_as_fast,
    warnings,
    what_to_do,
)
"""That the template calls."""
TEMPLATE = Path(__file__).with_name("page.html.jinja")


def write_page(
    found: Results,
    judged: Judgement,
    disagreement: Disagreement,
    provenance: Provenance,
) -> None:
    """Write `report.html`."""
    sheet = CONTACT_SHEET.read_bytes()
    page = render_page(found, judged, sheet, disagreement, provenance)
    write_text(results.PAGE, page)


def render_page(
    found: Results,
    judged: Judgement,
    contact_sheet: bytes,
    disagreement: Disagreement,
    provenance: Provenance,
) -> str:
    """The page as HTML.

    Args:
        contact_sheet: A PNG of views of some training images.
    """
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"thumbnail": _thumbnail, "or_none": _or_none}
    for function in FUNCTIONS:
        environment.globals[function.__name__] = function
    arms, recommendation = found.arms, judged.recommendation
    name = recommendation.arm.name
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        key_figures=key_figures(found.figures, recommendation),
        judged=judged,
        recommendation=recommendation,
        margin=margin_in_words(recommendation.margin),
        wide=not any(map(tells, recommendation.comparisons)),
        recommended=arms[name],
        twin=arms[cached_arms(arms)[-1]],
        arms=arms,
        pictures=_pictures(found, recommendation),
        contact_sheet=data_uri("image/png", contact_sheet),
        speeds=speeds(found.figures, name),
        evidence=evidence_sentence(found.figures),
        break_even=break_even_sentences(arms),
        confusion=found.figures["confusion"],
        right={on: _share_right(found.figures["confusion"][on]) for on in MEASURED.values()},
        predicted=found.figures["answers"]["faster"]["predicted"],
        note=note_on_stars(arms),
        prediction=found.figures["prediction"],
        replay=found.figures["replay"],
        disagreement=disagreement,
        provenance=provenance,
        params=provenance.params,
    )


def _pictures(found: Results, recommendation: Recommendation) -> dict[str, Picture]:
    arms, name = found.arms, recommendation.arm.name
    first, *_, twin = cached_arms(arms)
    compared = list(dict.fromkeys([name, *end_to_end_arms(arms)]))
    curves = list(dict.fromkeys([first, name, twin]))
    most = costs.MOST_TRAININGS
    return {
        **{f"differences_{of}": _differences(found, of, recommendation) for of in TESTED_ON},
        "cumulative": draw_svg(
            partial(costs.cumulative_seconds, arms=arms, shown=compared),
            captions.of_cumulative_seconds(arms, compared, most),
        ),
        "phases": draw_svg(
            partial(costs.seconds_by_phase, arms=arms), captions.of_seconds_by_phase(arms)
        ),
        "curves": draw_svg(
            partial(validation_losses, arms=arms, curves=found.curves, shown=curves),
            captions.of_learning_curves(arms, found.curves, curves),
        ),
    }


def _differences(found: Results, metric: str, recommendation: Recommendation) -> Picture:
    rows = [
        one
        for one in found.figures["answers"]["enough"]["differences_to_twin"]
        if one["on"] == MEASURED[metric]
    ]
    paint = partial(
        to_end_to_end,
        arms=found.arms,
        differences=rows,
        metric=metric,
        margin=recommendation.margin,
    )
    size = (SIZE[0], 1.3 + 0.5 * len(rows))
    return draw_svg(paint, captions.of_differences(found.arms, rows, metric), size)


def _share_right(counts: list[list[float]]) -> float:
    return float(np.trace(counts) / np.sum(counts))


def _thumbnail(pixels: np.ndarray) -> str:
    image, buffer = Image.fromarray(pixels), BytesIO()
    image.thumbnail((160, 160))
    image.save(buffer, "PNG")
    return data_uri("image/png", buffer.getvalue())


def _or_none(number: float | None, text: str) -> str:
    """A number as a format like "{:.1f} s" says, or a dash where there is none."""
    return "-" if number is None else text.format(number)
