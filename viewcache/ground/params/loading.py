"""`params.yaml`, read and validated once, before any work."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from viewcache.ground.errors import PipelineError, brief, message
from viewcache.ground.params.catalogue import near_names
from viewcache.ground.params.schema import Params
from viewcache.ground.params.section import ParameterError


class _Loader(yaml.SafeLoader):
    """YAML with the floats of YAML 1.2, as DVC reads and writes them: 1e-3 is a number.

    Without merge keys, of which a few lines can make more entries than there is memory for, and
    without integers that Python refuses to write down.
    """

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        for key, _ in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                raise yaml.constructor.ConstructorError(problem="a merge key, <<")

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        value = super().construct_yaml_int(node)
        if value.bit_length() > 1000:
            raise yaml.constructor.ConstructorError(problem=brief(value))
        return value


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"),
    list("-+0123456789"),
)
_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_yaml_int)


def load_params(path: Path = Path("params.yaml")) -> Params:
    """Read and validate the parameters.

    Raises:
        PipelineError: a parameter is unknown, missing, ill-typed or out of range; every such
            parameter is named with what was received.
    """
    return parse_params(path.read_bytes(), path)


def parse_params(content: str | bytes, path: Path) -> Params:
    """Validate the text of parameters; errors are of its path."""
    tree = _parse(path, content)
    try:
        return Params.model_validate(tree)
    except ValidationError as error:
        *others, (rule, received) = [_complaint(path, problem) for problem in error.errors()]
        raise PipelineError(
            "; ".join([*(message(*one) for one in others), rule]), received
        ) from error
    except OSError as error:
        raise PipelineError(f"{path}: every path must be one", error) from error


def _parse(path: Path, content: str | bytes) -> object:
    try:
        return yaml.load(content, _Loader)
    except Exception as error:  # PyYAML lets through whatever a wrong number or date provokes
        raise PipelineError(f"{path} is not YAML", " ".join(str(error).split())) from error


IN_OTHER_WORDS = {
    "missing": "must be stated",
    "extra_forbidden": "is no parameter",
    "model_type": "must be a section of parameters",
}
"""Instead of what pydantic says, by the type of its complaint."""


def _names(section: Sequence[str]) -> list[str]:
    """Names of the parameters in a section."""
    fields: Mapping[str, FieldInfo] = Params.model_fields
    for name in section:
        kind = fields[name].annotation
        fields = getattr(kind, "model_fields", {})
    return [*fields]


def _complaint(path: Path, problem: ErrorDetails) -> tuple[str, object]:
    """What is wrong with a parameter, and what was received."""
    names = [str(name) for name in problem["loc"]]
    cause = problem.get("ctx", {}).get("error")
    if isinstance(cause, ParameterError):
        return f"{path}: {'.'.join([*names, cause.name])}: {cause.rule}", cause.received
    rule = IN_OTHER_WORDS.get(problem["type"], problem["msg"].removeprefix("Value error, "))
    if problem["type"] == "extra_forbidden":
        near = ", ".join(near_names(names[-1], _names(names[:-1])))
        rule += f"; near it: {near}" if near else "; `viewcache init --upgrade` mends those of 0.1"
    # Of what is missing, pydantic shows the section where it should stand.
    received = "nothing" if problem["type"] == "missing" else brief(problem["input"])
    return f"{path}: {'.'.join(names) or 'the whole'}: {rule}", received
