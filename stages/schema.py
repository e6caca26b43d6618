"""How every section of `params.yaml` is validated."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A section of the parameters: nothing unknown, missing, converted or infinite."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)
