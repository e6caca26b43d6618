import base64
from functools import partial

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from tests.arms.named import named
from tests.report.findings import CACHED_COSTS, ONE
from viewcache.report.pictures.seconds import seconds_by_phase
from viewcache.report.pictures.style import draw_svg, plain_numbers, styles

CACHED = [named(f"cached_{budget}") for budget in (0, 1, 4, 30)]
ARMS = [*CACHED, named("end_to_end"), named("end_to_end_compiled")]
PAINT = partial(seconds_by_phase, costs={ONE: CACHED_COSTS})


def luminance(colour):
    channels = [
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in to_rgb(colour)
    ]
    return float(np.dot((0.2126, 0.7152, 0.0722), channels))


def test_no_two_arms_look_the_same_even_without_colour():
    looks = styles(ARMS)
    assert len({look.colour for look in looks.values()}) == len(ARMS)
    assert len({look.marker for look in looks.values()}) == len(ARMS)


def test_every_arm_stands_out_on_white():
    contrasts = [1.05 / (luminance(look.colour) + 0.05) for look in styles(ARMS).values()]
    assert min(contrasts) >= 3


def test_more_cached_views_are_darker():
    looks = styles(ARMS)
    shades = [luminance(looks[arm].colour) for arm in CACHED[1:]]
    assert shades == sorted(shades, reverse=True)


def test_a_picture_is_the_same_bytes_whenever_it_is_drawn():
    one, two = (draw_svg(PAINT, "words") for _ in range(2))
    assert one == two
    kind, content = one.source.split(",")
    assert kind == "data:image/svg+xml;base64"
    assert b"<svg" in base64.b64decode(content)


@pytest.mark.parametrize("high", [25, 2000, 2_000_000])
def test_a_log_axis_has_some_plain_numbers_but_not_many(high):
    figure = Figure()
    axes = figure.subplots()
    axes.semilogx([20, high], [0, 1])
    plain_numbers(axes.xaxis)
    figure.draw_without_rendering()
    texts = [label.get_text() for label in axes.get_xticklabels()]
    assert 2 <= len([text for text in texts if text]) <= 20
    assert all(text.replace(",", "").replace(".", "").isdigit() for text in texts if text)
