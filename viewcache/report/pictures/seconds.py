"""Pictures of seconds: of many trainings, and of the first one by phase."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from viewcache.costs.break_even import seconds_of_trainings
from viewcache.report.figures import Arms
from viewcache.report.pictures.style import INK, PHASES, plain_numbers, styles, timed
from viewcache.report.words import plain_name

MOST_TRAININGS = 100


def cumulative_seconds(axes: Axes, arms: Arms, shown: Sequence[str]) -> None:
    """Draw seconds altogether against the number of trainings.

    Arms that were timed on another machine are left out.

    Args:
        shown: Names of arms.
    """
    looks, known = styles(arms), timed(arms)
    axes.set(xscale="log", yscale="log")
    trainings = range(1, MOST_TRAININGS + 1)
    for name in shown:
        if name in known:
            axes.plot(
                trainings,
                [seconds_of_trainings(arms[name], number) for number in trainings],
                looks[name].line,
                color=looks[name].colour,
                marker=looks[name].marker,
                markevery=[0, 1, 4, 19, 99],
                label=plain_name(arms[name]),
            )
    axes.set(xlabel="trainings (log scale)", ylabel="seconds altogether (log scale)")
    plain_numbers(axes.xaxis)
    plain_numbers(axes.yaxis)
    axes.figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)


def seconds_by_phase(axes: Axes, arms: Arms) -> None:
    """Draw the seconds of each arm's first training as a bar, split by phase.

    Arms that were timed on another machine are left out.
    """
    arms = timed(arms)
    names = [plain_name(arm) for arm in arms.values()]
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
