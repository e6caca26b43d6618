"""What a broken disk or an ill will may do to a file."""

import json
import struct
import zlib
from collections.abc import Callable, Sequence
from functools import partial

import yaml
from hypothesis import strategies as st

EXTREMES = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1]
MOST_EDITS, LONGEST_SPAN = 6, 64

PLACES = st.integers(0, 64) | st.integers(0, 2**20)
SPANS = st.integers(1, LONGEST_SPAN)
Edit = Callable[[bytearray], None]


def _overwrite(place: int, new: bytes, content: bytearray) -> None:
    place %= len(content) + 1
    content[place : place + len(new)] = new


def _insert(place: int, new: bytes, content: bytearray) -> None:
    place %= len(content) + 1
    content[place:place] = new


def _delete(place: int, length: int, content: bytearray) -> None:
    place %= len(content) + 1
    del content[place : place + length]


def _duplicate(place: int, source: int, length: int, content: bytearray) -> None:
    source %= len(content) + 1
    _insert(place, bytes(content[source : source + length]), content)


def _truncate(place: int, content: bytearray) -> None:
    del content[place % (len(content) + 1) :]


def _splice(place: int, other: bytes, source: int, content: bytearray) -> None:
    """From here on, what another file has from somewhere on."""
    _truncate(place, content)
    content += other[source % (len(other) + 1) :]


def _integers() -> st.SearchStrategy[bytes]:
    def packed(value: int, width: int, order: str) -> bytes:
        return (value % 256**width).to_bytes(width, order)

    orders = st.sampled_from(["big", "little"])
    return st.builds(packed, st.sampled_from(EXTREMES), st.sampled_from([2, 4, 8]), orders)


def _edits(samples: Sequence[bytes]) -> st.SearchStrategy[Edit]:
    few = st.binary(min_size=1, max_size=8)
    return st.one_of(
        st.builds(partial, st.just(_overwrite), PLACES, few | _integers()),
        st.builds(partial, st.just(_insert), PLACES, few),
        st.builds(partial, st.just(_delete), PLACES, SPANS),
        st.builds(partial, st.just(_duplicate), PLACES, PLACES, SPANS),
        st.builds(partial, st.just(_truncate), PLACES),
        st.builds(partial, st.just(_splice), PLACES, st.sampled_from(samples), PLACES),
    )


def damaged(samples: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """One of the samples, after a few edits; half the time with checksums that fit again."""

    def apply(content: bytes, edits: Sequence[Edit], mend: bool) -> bytes:
        changed = bytearray(content)
        for edit in edits:
            edit(changed)
        return with_checksums(bytes(changed)) if mend else bytes(changed)

    edits = st.lists(_edits(samples), max_size=MOST_EDITS)
    return st.builds(apply, st.sampled_from(samples), edits, st.booleans())


def with_checksums(content: bytes) -> bytes:
    """A PNG or tar archive whose checksums are right, so that damage gets beyond them."""
    if content.startswith(b"\x89PNG"):
        return _with_checksums_of_png(content)
    return _with_checksums_of_tar(content) if b"ustar" in content else content


def _with_checksums_of_png(content: bytes) -> bytes:
    changed, place = bytearray(content), 8
    while place + 12 <= len(changed):
        end = place + 8 + int.from_bytes(changed[place : place + 4])
        changed[end : end + 4] = struct.pack(">I", zlib.crc32(changed[place + 4 : end]))
        place = end + 4
    return bytes(changed)


def _with_checksums_of_tar(content: bytes) -> bytes:
    changed = bytearray(content)
    for place in range(0, len(changed) - 511, 512):
        if changed[place + 257 : place + 262] == b"ustar":
            changed[place + 148 : place + 156] = b" " * 8
            total = sum(changed[place : place + 512])
            changed[place + 148 : place + 156] = b"%06o\0 " % total
    return bytes(changed)


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from([-1, 0, 1, 2**31, 2**32, 2**63, 2**64, 10**20, 16**900, "\0", "a" * 5000]),
    st.sampled_from(["Lambda", "__lambda__", "keras", "../..", "/", "<<", "=", "1e999", "0x_"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SCALARS, inner, max_size=3),
    max_leaves=8,
)
YAML_TEXTS = st.sampled_from(
    [
        *("&a [*a]", "*missing", "!!python/object:os.system x", "!!bool foo", "!!timestamp foo"),
        *("2001-99-99", "0x_", "1:99:99.5", "0x" + "f" * 5000, "9" * 5000, "!!binary é", "{<<: 1}"),
        *("[" * 2000, "{a: " * 2000, "'", "|", "\0", "\t", "---", "...", "%YAML 9.9", "!!set {1}"),
    ]
)


def replaced(tree: object) -> st.SearchStrategy[object]:
    """A tree of dicts and lists with one of its values replaced by any other."""

    def replace(value: object, path: Sequence[object], new: object) -> object:
        if not path:
            return new
        changed = value.copy()
        changed[path[0]] = replace(value[path[0]], path[1:], new)
        return changed

    return st.builds(replace, st.just(tree), st.sampled_from(list(_paths(tree))), VALUES)


def _paths(tree: object, start: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    items = tree.items() if isinstance(tree, dict) else ()
    items = enumerate(tree) if isinstance(tree, list) else items
    return [start] + [path for key, value in items for path in _paths(value, (*start, key))]


def damaged_yaml(texts: Sequence[str]) -> st.SearchStrategy[bytes]:
    """YAML with another value somewhere, one that only YAML can write, or damaged bytes."""

    def with_text(text: str, line: int, new: str) -> bytes:
        lines = text.splitlines()
        key = lines[line % len(lines)].partition(":")[0]
        lines[line % len(lines)] = f"{key}: {new}"
        return "\n".join(lines).encode(errors="surrogatepass")

    def dumped(tree: object) -> bytes:
        return yaml.safe_dump(tree, allow_unicode=True).encode(errors="surrogatepass")

    trees = st.sampled_from([yaml.safe_load(text) for text in texts])
    return st.one_of(
        trees.flatmap(replaced).map(dumped),
        st.builds(with_text, st.sampled_from(texts), PLACES, YAML_TEXTS),
        damaged([text.encode() for text in texts]),
    )


def damaged_json(trees: Sequence[object]) -> st.SearchStrategy[bytes]:
    """JSON with another value somewhere, or damaged bytes."""

    def dumped(tree: object) -> bytes:
        return json.dumps(tree, default=str).encode()

    return st.sampled_from(trees).flatmap(replaced).map(dumped) | damaged(
        [json.dumps(tree).encode() for tree in trees]
    )
