"""What git knows, where there is one."""

import subprocess


def git(*arguments: str) -> str:
    """What git prints; nothing without git, without a repository, or where it refuses."""
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout
