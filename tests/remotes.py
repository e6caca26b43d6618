"""Push features to a folder and to an S3 server, and go on in a clone: `python -m tests.remotes`.

Needs dvc-s3 and moto, which `make remotes` installs; the server runs on this machine.
"""

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.repository import Repository, make_repository

ADDRESS = "http://127.0.0.1:5987"
BUCKET = "viewcache"
STAGE = "extract"


@contextmanager
def s3_server() -> Iterator[str]:
    """An empty bucket of a server of its own; its address."""
    server = subprocess.Popen([sys.executable, "-m", "moto.server", "-p", ADDRESS[-4:]])
    try:
        for _ in range(100):
            try:
                create = urllib.request.Request(f"{ADDRESS}/{BUCKET}", method="PUT")
                urllib.request.urlopen(create).close()
                break
            except OSError:
                time.sleep(0.2)
        yield f"s3://{BUCKET}/features"
    finally:
        server.terminate()
        server.wait()


def passes(output: str) -> int:
    return sum(int(count.replace(",", "")) for count in re.findall(r"([\d,]+) computed", output))


def goes_on_elsewhere(folder: Path, made: Repository, remote: str) -> bool:
    """Push, clone, pull, and add an image there: whether that costs a pass for each view."""
    folder.mkdir()
    repository = made.copy(folder / "repository")
    repository.dvc("remote", "add", "--default", "remote", remote)
    if remote.startswith("s3:"):
        repository.dvc("remote", "modify", "remote", "endpointurl", ADDRESS)
    repository.commit()
    repository.dvc("push")
    repository.run("git", "clone", "--quiet", ".", str(folder / "clone"))
    clone = Repository(folder / "clone")
    clone.dvc("pull", STAGE, "augment", "prepare", "compile_base")
    clone.set("data", limit=121)
    found = passes(clone.dvc("repro", STAGE))
    print(f"{remote}: {found} base passes for an image more in a clone, 4 wanted", flush=True)
    clone.dvc("push", STAGE)
    return found == 4


def main() -> None:
    os.environ |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    with TemporaryDirectory() as folder, s3_server() as bucket:
        home = Path(folder)
        made = make_repository(home / "made")
        made.dvc("repro", STAGE)
        made.commit()
        remotes = {"folder": str(home / "remote"), "s3": bucket}
        good = [goes_on_elsewhere(home / kind, made, remote) for kind, remote in remotes.items()]
    sys.exit(not all(good))


if __name__ == "__main__":
    main()
