"""Policies that studies and tests start from."""

from viewcache.ground.params.policy import Policy

NOTHING = Policy(
    horizontal_flip=0,
    vertical_flip=0,
    quarter_turns=False,
    rotation_degrees=0,
    shift=0,
    zoom=0,
    shear=0,
    brightness=0,
    contrast=0,
)
