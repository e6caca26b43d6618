"""Policies that tests share."""

from viewcache.ground.params.policy import Policy

EVERYTHING = Policy(
    horizontal_flip=0.6,
    vertical_flip=0.3,
    quarter_turns=True,
    rotation_degrees=20.0,
    shift=0.1,
    zoom=0.25,
    shear=0.15,
    brightness=0.2,
    contrast=0.3,
)
