"""What is run on each set: bases, and variants of the parameters."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from viewcache.commands.shortlisting import settings_of
from viewcache.ground.params.base_settings import BaseSettings
from viewcache.ground.params.policy import PRESETS, Policy

Settings = dict[str, str]
"""As `dvc exp run -S` takes them."""

BASES = {f"lite{number}": f"efficientnet_lite{number}@160" for number in range(3)}
"""From the name of a base to how `viewcache shortlist` names it."""
FIRST = "lite0"
NOTHING_END_TO_END = {"end_to_end.keras": "0", "end_to_end.compiled": "0"}
IN_SHORT = {"arms.budgets": "[0,1,twin]", "arms.seeds": "[0,1,2]"}
OPERATIONS = [f"augment.{name}" for name in Policy.model_fields if name != "preset"]

ALL_BASES: dict[str, Settings] = {
    "": {},
    "book": {"train.originals": "never", "arms.budgets": "[0,twin]"},
}
END_TO_END: dict[str, Settings] = {
    "compiled": {"end_to_end.compiled": "all"},
    "keras": {"end_to_end.keras": "all"},
}
OWN_SIDE: dict[str, Settings] = {"own_side": {"data.image_size": "null"} | IN_SHORT}
POLICIES: dict[str, Settings] = {
    name: {"augment.preset": name, **dict.fromkeys(OPERATIONS, "null")} | IN_SHORT
    for name in PRESETS
}
FITS: dict[str, Settings] = {name: {"data.fit": name} | IN_SHORT for name in ("crop", "pad")}
VARIANTS = ALL_BASES | OWN_SIDE | POLICIES | FITS | END_TO_END


@dataclass(frozen=True)
class Cell:
    """A base and a variant of the parameters, the empty one for none."""

    base: str
    variant: str = ""

    @property
    def name(self) -> str:
        """Of the experiment."""
        return f"{self.base}-{self.variant}" if self.variant else self.base

    @property
    def reference(self) -> "Cell | None":
        """What the cell is held to, if anything."""
        if self.variant in POLICIES and self.variant != "none":
            return Cell(self.base, "none")
        if self.variant in ("", "own_side"):
            return Cell(FIRST) if self != Cell(FIRST) else None
        return Cell(self.base) if self.variant not in END_TO_END else None

    def settings(self, spec: str) -> Settings:
        """What differs from the parameters of a set.

        Args:
            spec: The base, as `viewcache shortlist` names it.
        """
        base = settings_of(spec, None, BaseSettings())
        return {**NOTHING_END_TO_END, **base, **VARIANTS[self.variant]}


def cell_of(name: str) -> Cell:
    base, _, variant = name.partition("-")
    return Cell(base, variant)


def cells(bases: Mapping[str, str]) -> Iterator[Cell]:
    """All cells of a set, the plain ones first.

    Args:
        bases: As in `BASES`; variants of the images are for the bases there alone.
    """
    for variant in VARIANTS:
        for base in bases:
            of_all = variant in ALL_BASES | END_TO_END
            if of_all or base == FIRST or (variant in OWN_SIDE and base in BASES):
                yield Cell(base, variant)
