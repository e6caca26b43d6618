"""All that a run found, as `evaluate` puts it together and everything that reports takes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from viewcache.answers.equivalence import Equivalence
from viewcache.arms.arm import Arm, Kind
from viewcache.costs.faster import Span, Speed
from viewcache.costs.reckoning import Reckoning
from viewcache.ground.params.schema import Params
from viewcache.judge.judgement import Judgement
from viewcache.report.certificate import Certificate
from viewcache.report.table import Table, table_of


@dataclass(frozen=True)
class Findings:
    """What a run found, with the parameters that it was found with.

    Attributes:
        equivalences: The twin held to the arms that trained end to end.
        runs: One row a head with its final measures.
        curves: One row a head and epoch.
        replay: What was computed again, as data/replay.json has it.
        prediction: What the plan said, as `compare_with_plan` gives it.
        certificate: Of the base, where it has one.
    """

    params: Params
    classes: Sequence[str]
    judged: Judgement
    reckoned: Reckoning
    equivalences: Sequence[Equivalence]
    runs: pd.DataFrame
    curves: pd.DataFrame
    replay: Mapping[str, float]
    prediction: Mapping[str, Mapping[str, float | None]] | None
    certificate: Certificate | None

    @cached_property
    def table(self) -> Table:
        """The figures of every arm."""
        return table_of(self.judged, self.reckoned, self.runs)

    @property
    def recommended(self) -> Arm:
        return self.judged.recommendation.arm

    @property
    def cached(self) -> list[Arm]:
        """The arms that may be recommended: `cached_0` first, the twin last."""
        return [arm for arm in self.table if arm.role == "cached"]

    @property
    def end_to_end(self) -> list[Arm]:
        """The arms that render every epoch's views afresh; by hand in Keras first."""
        return [arm for arm in self.table if arm.fresh]

    @property
    def speed(self) -> Mapping[Span, Speed]:
        """Of the recommended arm."""
        return self.reckoned.speeds[self.recommended]

    def held_to(self, kind: Kind) -> Equivalence | None:
        """The twin beside end to end on a runtime, if that ran."""
        return next((one for one in self.equivalences if one.end_to_end.kind == kind), None)

    @property
    def same(self) -> Equivalence | None:
        """The twin beside end to end: on the runtime that both share, else on Keras' own base."""
        return self.held_to("compiled") or self.held_to("keras")
