"""What Python runs first, where this folder is on PYTHONPATH: a stage notes what it used.

At the end of its process, `.dvc/tmp/used/STAGE-NUMBER` lists the files of the repository that it
imported from, and those that it opened beside them, such as templates.
"""

import atexit
import os
import sys
from pathlib import Path

ROOT = Path.cwd()
opened: set[str] = set()


def note_what_is_opened(event: str, arguments: tuple) -> None:
    if event == "open" and isinstance(arguments[0], str):
        opened.add(arguments[0])


def write_what_was_used(stage: str) -> None:
    modules = {module.__file__ for module in sys.modules.values() if hasattr(module, "__file__")}
    beside = {name for name in opened if not name.endswith((".py", ".pyc"))}
    paths = [(ROOT / name).resolve() for name in modules | beside if name]
    own = [path for path in paths if path.is_relative_to(ROOT)]
    used = {path.relative_to(ROOT).as_posix() for path in own}
    file = ROOT / ".dvc/tmp/used" / f"{stage}-{os.getpid()}"
    file.parent.mkdir(parents=True, exist_ok=True)
    code = {name for name in used if name.startswith(("stages/", "viewcache/"))}
    file.write_text("".join(f"{name}\n" for name in sorted(code)))


for word in sys.orig_argv:
    if word.startswith("stages."):
        sys.addaudithook(note_what_is_opened)
        atexit.register(write_what_was_used, word.removeprefix("stages."))
