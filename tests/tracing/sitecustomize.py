"""What Python runs first, where this folder is on PYTHONPATH: a process notes what it used.

At the end of a stage, `.dvc/tmp/used/STAGE-NUMBER` lists the files of the repository that it
imported from, and those that it opened beside them, such as templates. The file that CALLED names
gets a line for every host that any process asks for or calls; none but this machine answers.
"""

import atexit
import os
import sys
from pathlib import Path

ROOT = Path.cwd()
HERE = {"localhost", "127.0.0.1", "::1", "0.0.0.0", "", None}
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


def note_who_is_called(event: str, arguments: tuple) -> None:
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else host
    with Path(os.environ["CALLED"]).open("a") as file:
        file.write(f"{name} {' '.join(sys.orig_argv[1:])}\n")
    if name not in HERE:
        raise OSError(f"{name} is not called in tests")


for word in sys.orig_argv:
    if word.startswith("stages."):
        sys.addaudithook(note_what_is_opened)
        atexit.register(write_what_was_used, word.removeprefix("stages."))
if "CALLED" in os.environ:
    sys.addaudithook(note_who_is_called)
