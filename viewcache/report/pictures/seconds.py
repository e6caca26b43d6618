"""Pictures of seconds: of many trainings, and of the first one by phase."""

from matplotlib.axes import Axes

from viewcache.costs.break_even import pays_from, seconds_of_trainings
from viewcache.report.figures import Arms, cached_arms, end_to_end_arms
from viewcache.report.pictures.style import INK, PHASES, plain_numbers, styles, timed

MOST_TRAININGS = 100


def cumulative_seconds(axes: Axes, arms: Arms) -> None:
    """Draw seconds altogether against the number of trainings, with rings at break-even.

    From its ring on, a cached arm costs no more than end-to-end. Arms that were timed on another
    machine are left out.
    """
    shown, looks = timed(arms), styles(arms)
    axes.set(xscale="log", yscale="log")
    trainings = range(1, MOST_TRAININGS + 1)
    for name, arm in shown.items():
        look = looks[name]
        axes.plot(
            trainings,
            [seconds_of_trainings(arm, number) for number in trainings],
            look.line,
            color=look.colour,
            marker=look.marker,
            markevery=[1, 4, 19, 99],
            label=name,
        )
    for reference in end_to_end_arms(shown)[:1]:
        _draw_rings(axes, shown, reference)
    axes.set(xlabel="trainings (log scale)", ylabel="seconds altogether (log scale)")
    plain_numbers(axes.xaxis)
    plain_numbers(axes.yaxis)
    axes.figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)


def _draw_rings(axes: Axes, arms: Arms, reference: str) -> None:
    rings = [
        (number, seconds_of_trainings(arms[name], number))
        for name in cached_arms(arms)
        if (number := pays_from(arms[name], arms[reference])) and number <= MOST_TRAININGS
    ]
    if rings:
        label = f"break-even with {reference}"
        numbers, seconds = zip(*rings, strict=True)
        axes.scatter(numbers, seconds, 100, facecolors="none", edgecolors=INK, label=label)


def seconds_by_phase(axes: Axes, arms: Arms) -> None:
    """Draw the seconds of each arm's first training as a bar, split by phase.

    Arms that were timed on another machine are left out.
    """
    arms = timed(arms)
    names = list(arms)
    ends = [0.0] * len(names)
    for phase, (label, colour, hatch) in PHASES.items():
        seconds = [arm[f"{phase}_seconds"] for arm in arms.values()]
        axes.barh(names, seconds, left=ends, label=label, color=colour, hatch=hatch, edgecolor=INK)
        ends = [end + more for end, more in zip(ends, seconds, strict=True)]
    for row, end in enumerate(ends):
        axes.annotate(f"{end:.1f} s", (end, row), (4, 0), textcoords="offset points", va="center")
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.margins(x=0.15)
    axes.set_xlabel("first training (seconds)")
    axes.figure.legend(loc="outside lower center", ncols=4)
