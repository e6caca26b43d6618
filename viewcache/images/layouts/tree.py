"""What lies in a folder."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

IMAGE_EXTENSIONS = {
    *(".avif", ".bmp", ".gif", ".heic", ".heif", ".jfif", ".jpeg", ".jpg", ".png"),
    *(".tif", ".tiff", ".webp"),
}
CLUTTER = {
    *("thumbs.db", "desktop.ini", "__macosx", "@eadir", "$recycle.bin", "#recycle"),
    "lost+found",
}


@dataclass(frozen=True)
class Tree:
    """A folder and the folders in it. Every path is below the root, with slashes, in UTF-8.

    Attributes:
        files: Whatever is no folder; links too, which are not followed.
        images: The files but for those that are no images by their extension.
        folders: By name.
    """

    path: str = ""
    files: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    folders: dict[str, "Tree"] = field(default_factory=dict)

    def below(self) -> Iterator[str]:
        """Every file in the folder or in one inside it."""
        ahead = [self]
        while ahead:
            folder = ahead.pop()
            yield from folder.files
            ahead += folder.folders.values()

    def wrappers(self, known: frozenset[str] = frozenset()) -> Iterator["Tree"]:
        """The folder, and those inside it, as long as each holds nothing but the next one.

        Args:
            known: Names of folders that hold images of a class, and are not looked into.
        """
        folder = self
        yield folder
        while len(folder.folders) == 1 and not folder.images and not known & {*folder.folders}:
            [folder] = folder.folders.values()
            yield folder

    def unwrapped(self, known: frozenset[str] = frozenset()) -> "Tree":
        """The last of `wrappers`: the folder that holds what is meant."""
        *_, last = self.wrappers(known)
        return last


def read_tree(root: Path) -> tuple[Tree, int]:
    """A folder's tree, and the number of entries passed over: hidden ones, and what systems leave.

    Raises:
        OSError: the folder or one inside it cannot be read.
    """
    tree, skipped = Tree(), 0
    trees = {str(root): tree}
    for place, folders, files in os.walk(root, onerror=_raise):
        here, kept = trees.pop(place), [name for name in folders if _is_folder(place, name)]
        others = [name for name in {*folders, *files} - {*kept} if not is_clutter(name)]
        skipped += len(folders) + len(files) - len(kept) - len(others)
        folders[:] = kept  # `walk` goes on into these
        for name in kept:
            here.folders[in_utf8(name)] = Tree(_below(here, name))
            trees[_joined(place, name)] = here.folders[in_utf8(name)]
        here.files.extend(_below(here, name) for name in others)
        here.images.extend(_below(here, name) for name in others if _may_be_image(place, name))
    return tree, skipped


def is_clutter(name: str) -> bool:
    """Whether a name is hidden, or one that operating systems leave behind."""
    return name.startswith(".") or name.lower() in CLUTTER


def in_utf8(name: str) -> str:
    """A name in UTF-8, with escapes for the bytes that are not."""
    return os.fsencode(name).decode(errors="backslashreplace")


def _joined(place: str, name: str) -> str:
    return os.path.join(place, name)  # noqa: PTH118 (as `walk` does it, to the letter)


def _is_folder(place: str, name: str) -> bool:
    """Whether to look inside. Not through links: what they show may lie outside, or above them."""
    return not os.path.islink(_joined(place, name)) and not is_clutter(name)  # noqa: PTH114


def _may_be_image(place: str, name: str) -> bool:
    path = Path(place, name)
    return path.suffix.lower() in IMAGE_EXTENSIONS or not path.is_file()


def _below(tree: Tree, name: str) -> str:
    return f"{tree.path}/{in_utf8(name)}".removeprefix("/")


def _raise(error: OSError) -> None:
    raise error
