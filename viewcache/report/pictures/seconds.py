"""Pictures of seconds: of many trainings, and of the first one by phase."""

from collections.abc import Iterable, Mapping

from matplotlib.axes import Axes

from viewcache.arms.arm import Arm
from viewcache.costs.break_even import seconds_of_trainings
from viewcache.costs.ledger import ArmCosts
from viewcache.report.pictures.style import INK, ArmStyle, plain_numbers
from viewcache.report.words import plain_name

Costs = Mapping[Arm, ArmCosts]
MOST_TRAININGS = 100
PHASES = {
    "set-up": ("#bdbdbd", ""),
    "draw and render": ("#f0e442", "//"),
    "base passes": ("#009e73", ""),
    "head": ("#cc79a7", ".."),
}
"""From a phase of a first training to its colour and hatching."""


def timed(costs: Costs) -> dict[Arm, ArmCosts]:
    """Arms whose seconds can be compared: those that were timed on the machine of the last."""
    *_, last = costs.values()
    return {
        arm: cost
        for arm, cost in costs.items()
        if cost.machine == last.machine and cost.seconds is not None
    }


def cumulative_seconds(
    axes: Axes, costs: Costs, shown: Iterable[Arm], looks: dict[Arm, ArmStyle]
) -> None:
    """Draw seconds altogether against the number of trainings.

    Arms that were timed on another machine are left out.
    """
    known, trainings = timed(costs), range(1, MOST_TRAININGS + 1)
    axes.set(xscale="log", yscale="log")
    for arm in shown:
        if arm in known:
            axes.plot(
                trainings,
                [seconds_of_trainings(known[arm], number) for number in trainings],
                looks[arm].line,
                color=looks[arm].colour,
                marker=looks[arm].marker,
                markevery=[0, 1, 4, 19, 99],
                label=plain_name(arm),
            )
    axes.set(xlabel="trainings (log scale)", ylabel="seconds altogether (log scale)")
    plain_numbers(axes.xaxis)
    plain_numbers(axes.yaxis)
    axes.figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)


def cumulative_in_words(costs: Costs, shown: Iterable[Arm]) -> str:
    each = [
        f"{plain_name(arm)} {cost.seconds:.0f} seconds for one and "
        f"{seconds_of_trainings(cost, MOST_TRAININGS):,.0f} for {MOST_TRAININGS}"
        for arm, cost in timed(costs).items()
        if arm in shown
    ]
    return f"Seconds altogether by number of trainings: {'; '.join(each)}."


def seconds_by_phase(axes: Axes, costs: Costs) -> None:
    """Draw the seconds of each arm's first training as a bar, split by phase.

    Arms that were timed on another machine are left out.
    """
    names = [plain_name(arm) for arm in timed(costs)]
    seconds = [_by_phase(cost) for cost in timed(costs).values()]
    ends = [0.0] * len(names)
    for phase, (colour, hatch) in PHASES.items():
        own = [one[phase] for one in seconds]
        axes.barh(names, own, left=ends, label=phase, color=colour, hatch=hatch, edgecolor=INK)
        ends = [end + more for end, more in zip(ends, own, strict=True)]
    for row, end in enumerate(ends):
        axes.annotate(f"{end:.1f} s", (end, row), (4, 0), textcoords="offset points", va="center")
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.margins(x=0.15)
    axes.set_xlabel("first training (seconds)")
    axes.figure.legend(loc="outside lower center", ncols=4)


def phases_in_words(costs: Costs) -> str:
    each = [
        f"{plain_name(arm)} "
        + ", ".join(f"{phase} {seconds:.1f}" for phase, seconds in _by_phase(cost).items())
        for arm, cost in timed(costs).items()
    ]
    return f"Seconds of the first training by phase: {'; '.join(each)}."


def _by_phase(cost: ArmCosts) -> dict[str, float]:
    parts = cost.setup_seconds, cost.augment_seconds, cost.base_seconds, cost.head_seconds
    return dict(zip(PHASES, parts, strict=True))
