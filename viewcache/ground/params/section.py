"""How every section of `params.yaml` is validated."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A section of the parameters: nothing unknown, converted or infinite."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class ParameterError(ValueError):
    """A parameter does not fit to another one.

    Args:
        name: Of the parameter, below the section whose validator raises this.
        rule: What must hold of it.
        received: What was found instead.
    """

    def __init__(self, name: str, rule: str, received: object) -> None:
        super().__init__(rule)
        self.name, self.rule, self.received = name, rule, received
