"""`python -m viewcache`."""

from viewcache.cli import main

main()
