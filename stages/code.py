"""Write, for every stage, the digests of the code that it runs: what the stage depends on."""

from pathlib import Path

from viewcache.ground.entry import run
from viewcache.ground.files import replace_folder, scratch, write_text
from viewcache.ground.import_closure import digest_of_closure
from viewcache.ground.paths import CODE


def main() -> None:
    with scratch(CODE) as folder:
        for path in Path("stages").glob("[!_]*.py"):
            write_text(folder / path.stem, digest_of_closure(f"stages.{path.stem}"))
        replace_folder(CODE, folder)


if __name__ == "__main__":
    run(main)
