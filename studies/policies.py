"""Policies that studies and tests start from."""

from viewcache.ground.params.policy import Policy

NOTHING = Policy()
