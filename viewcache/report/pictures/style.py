"""How every picture looks: a colour for a family of arms, a marker for an arm, one size of text.

The colours are Okabe and Ito's, which colour-blind readers tell apart; markers and names say the
same again.
"""

import base64
from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from typing import Any, NamedTuple

import matplotlib
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from viewcache.arms.arm import Arm

INK, GRID = "#1a1a1a", "#d9d9d9"
UNAUGMENTED = "#000000"
CACHED = LinearSegmentedColormap.from_list("cached", ["#3d9bd6", "#0072b2", "#003a5c"])
TRAINED_END_TO_END = {"keras": "#d55e00", "compiled": "#8f3f00"}
OTHERS = {"baseline": "#8a8a8a", "views_only": "#cc79a7"}
LOOK: dict[Any, Any] = {
    "font.size": 10,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 10,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.columnspacing": 1.2,
    "legend.fontsize": 9,
    "lines.linewidth": 1.8,
    "lines.markersize": 6,
    "hatch.linewidth": 0.6,
    "svg.hashsalt": "viewcache",
}
SIZE = (4.8, 3.5)  # inches: as wide as a phone, where text stays legible so
Paint = Callable[[Axes], None]


class ArmStyle(NamedTuple):
    """How an arm is drawn."""

    colour: str
    marker: str
    line: str


class Picture(NamedTuple):
    """A picture as a data URI, and what it shows in words."""

    source: str
    alt: str


def styles(arms: Iterable[Arm]) -> dict[Arm, ArmStyle]:
    """The style of each arm: cached views are the darker, the more of them there are."""
    arms = list(arms)
    budgets = sorted(arm.random_views for arm in arms if arm.role == "cached" and arm.random_views)
    return {
        arm: ArmStyle(_colour(arm, budgets), marker, "--" if arm.fresh else "-")
        for arm, marker in zip(arms, "osD^vPX<>dhp" * len(arms), strict=False)
    }


def _colour(arm: Arm, budgets: Sequence[int]) -> str:
    if arm.role in OTHERS:
        return OTHERS[arm.role]
    if arm.fresh:
        return TRAINED_END_TO_END[arm.kind]
    if not arm.random_views:
        return UNAUGMENTED
    return to_hex(CACHED(budgets.index(arm.random_views) / max(len(budgets) - 1, 1)))


def draw_svg(paint: Paint, alt: str, size: tuple[float, float] = SIZE) -> Picture:
    """Draw a picture that is the same, byte by byte, whenever it is drawn."""
    with matplotlib.rc_context(LOOK):
        figure = Figure(figsize=size, layout="constrained")
        paint(figure.subplots())
        buffer = BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return Picture(data_uri("image/svg+xml", buffer.getvalue()), alt)


def data_uri(kind: str, content: bytes) -> str:
    """Content of a kind, such as image/png, as an address that holds it whole."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def plain_numbers(axis: Axis) -> None:
    """Put plain numbers at an axis on a log scale, the more of them the shorter it is."""
    low, high = axis.get_view_interval()
    dense = high < 20 * low
    axis.set_major_locator(LogLocator(subs=(1, 1.5, 2, 3, 4, 5, 7) if dense else (1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.12g}"))
    axis.set_minor_formatter(NullFormatter())
