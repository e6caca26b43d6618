"""How every section of `params.yaml` is validated."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A section of the parameters: nothing unknown, nothing missing, nothing converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
