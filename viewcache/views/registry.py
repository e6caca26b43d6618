"""All operations. Each is a class in a file of its kind, which ends with their order."""

from viewcache.ground.params.policy import Policy
from viewcache.views.faults import FAULTS
from viewcache.views.geometry import GEOMETRY
from viewcache.views.light import LIGHT
from viewcache.views.operation import Operation, Pixels
from viewcache.views.own import Own

PIXELS: tuple[Pixels, ...] = (*LIGHT, *FAULTS, Own())
"""In the order that a view goes through them, after the geometry."""
OPERATIONS: tuple[Operation, ...] = (*GEOMETRY, *PIXELS)
"""In the order of plans and keys."""


def operations_of(policy: Policy) -> list[Operation]:
    """Those that a policy turns on."""
    varied = policy.varied
    return [one for one in OPERATIONS if any(name in varied for name in one.parameters)]
