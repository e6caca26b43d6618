"""The page: one HTML file that holds all it shows, for who has never seen the project."""

from collections.abc import Mapping
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jinja2 import Environment, StrictUndefined
from PIL import Image

from viewcache.costs.break_even import seconds_of_trainings
from viewcache.ground.files import write_text
from viewcache.ground.paths import CONTACT_SHEET
from viewcache.judge.disagreement import Disagreement
from viewcache.judge.verdict import Recommendation
from viewcache.report import results
from viewcache.report.figures import Arms
from viewcache.report.pictures import accuracy, captions
from viewcache.report.pictures import seconds as costs
from viewcache.report.pictures.style import Picture, data_uri, draw_svg, styles
from viewcache.report.provenance import Provenance
from viewcache.report.results import Results
from viewcache.report.summary import break_even_sentences, key_figures
from viewcache.report.tables import TESTED_ON, accuracy_in_words
from viewcache.report.words import sentence

TEMPLATE = Path(__file__).with_name("page.html.jinja")


def write_page(
    found: Results,
    recommendation: Recommendation,
    disagreement: Disagreement,
    provenance: Provenance,
) -> None:
    """Write `report.html`."""
    sheet = CONTACT_SHEET.read_bytes()
    page = render_page(found, recommendation, sheet, disagreement, provenance)
    write_text(results.PAGE, page)


def render_page(
    found: Results,
    recommendation: Recommendation,
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
    environment.globals["accuracy"] = accuracy_in_words
    arms = found.arms
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        sentence=sentence(recommendation),
        key_figures=key_figures(found.figures, recommendation),
        recommendation=recommendation,
        arms=arms,
        colours={name: look.colour for name, look in styles(arms).items()},
        pictures=_pictures(arms, found.curves),
        contact_sheet=data_uri("image/png", contact_sheet),
        break_even=break_even_sentences(arms),
        many=costs.MOST_TRAININGS,
        seconds_of_trainings=seconds_of_trainings,
        epochs=_epochs(found.runs),
        prediction=found.figures["prediction"],
        replay=found.figures["replay"],
        certificate=found.figures["certificate"],
        disagreement=disagreement,
        provenance=provenance,
        params=provenance.params,
    )


def _pictures(arms: Arms, curves: pd.DataFrame) -> dict[str, Picture]:
    by_metric = {
        f"{kind}_{metric}": draw_svg(
            partial(paint, arms=arms, metric=metric), caption(arms, metric)
        )
        for metric in TESTED_ON
        for kind, paint, caption in (
            ("views", accuracy.against_views, captions.of_accuracy_against_views),
        )
    }
    return by_metric | {
        "cumulative": draw_svg(
            partial(costs.cumulative_seconds, arms=arms),
            captions.of_cumulative_seconds(arms, costs.MOST_TRAININGS),
        ),
        "phases": draw_svg(
            partial(costs.seconds_by_phase, arms=arms), captions.of_seconds_by_phase(arms)
        ),
        "curves": draw_svg(
            partial(accuracy.learning_curves, arms=arms, curves=curves),
            captions.of_learning_curves(curves),
        ),
    }


def _epochs(runs: pd.DataFrame) -> dict[str, Mapping[str, Any]]:
    """For each arm the fewest and most epochs that a training ran, and that it kept the head of."""
    extremes = runs.groupby("arm", sort=False)[["epochs", "kept_epoch"]].agg(["min", "max"])
    return {
        str(arm): {name: tuple(row[name]) for name in ("epochs", "kept_epoch")}
        for arm, row in extremes.iterrows()
    }


def _thumbnail(pixels: np.ndarray) -> str:
    image, buffer = Image.fromarray(pixels), BytesIO()
    image.thumbnail((160, 160))
    image.save(buffer, "PNG")
    return data_uri("image/png", buffer.getvalue())


def _or_none(number: float | None, text: str) -> str:
    """A number as a format like "{:.1f} s" says, or a dash where there is none."""
    return "-" if number is None else text.format(number)
