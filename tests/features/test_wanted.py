import json
from importlib import metadata
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.features.numbered import keys
from viewcache.bases import artifact
from viewcache.bases.artifact import CompiledBase, find_base
from viewcache.features import wanted
from viewcache.features.store import Index
from viewcache.features.wanted import Maker, WantedView, missing_rows, want
from viewcache.views.plan import identity

DESCRIPTION = {"runtime": "openvino", "precision": "float32", "spec": {"pooling": "avg"}}
IMAGES = np.random.default_rng(0).integers(0, 256, (3, 32), np.uint8)


def maker(dtype="float32", batch_size=4, **description):
    return Maker(CompiledBase(None, DESCRIPTION | description), np.dtype(dtype), batch_size)


def wanted_keys(maker):
    return want(maker, 0, np.array([2, 0]), IMAGES, identity(2)).keys


@pytest.mark.parametrize(
    "other", [{"dtype": "float16"}, {"batch_size": 3}, {"precision": "int8"}], ids=str
)
def test_base_dtype_and_batch_make_other_keys(other):
    assert (wanted_keys(maker()) != wanted_keys(maker(**other))).any(axis=1).all()


def test_another_version_of_the_runtime_makes_other_keys(monkeypatch):
    before = wanted_keys(maker())
    monkeypatch.setattr(wanted, "version", lambda name: f"another {name}")
    assert (wanted_keys(maker()) != before).any(axis=1).all()


@pytest.mark.parametrize(
    ("precision", "taken_over"), [("float32", True), ("bfloat16", False), ("int8", False)]
)
def test_only_rows_in_float32_are_taken_over_from_other_instructions(
    tmp_path, monkeypatch, precision, taken_over
):
    stated = DESCRIPTION | {"precision": precision, "files": {}}
    (tmp_path / "base.json").write_text(json.dumps(stated))
    found = []
    for instructions in ("avx2", "avx2 avx512_vnni"):
        monkeypatch.setattr(artifact, "instruction_set", lambda has=instructions: has)
        found.append(wanted_keys(Maker(find_base(tmp_path), np.dtype(np.float32), 4)))
    assert np.array_equal(*found) == taken_over


def test_rows_say_by_what_they_are_made_part_by_part():
    assert maker().made_by == {
        "base": DESCRIPTION,
        "dtype": "float32",
        "batch_size": 4,
        "runtime": f"openvino {metadata.version('openvino')}",
    }


def test_the_rows_of_a_view_are_those_of_its_images():
    every = want(maker(), 0, np.arange(3), IMAGES, identity(3))
    assert np.array_equal(wanted_keys(maker()), every.keys[[2, 0]])


@given(
    views=st.lists(st.lists(st.integers(0, 9), min_size=1), min_size=1, max_size=4),
    known=st.sets(st.integers(0, 9)),
)
def test_every_row_that_is_not_known_is_missing_once_where_it_is_first_wanted(views, known):
    numbered = [
        WantedView(view, np.arange(len(of)) + 10 * view, keys(of)) for view, of in enumerate(views)
    ]
    missing = missing_rows(numbered, index_of(known))
    first = {}
    for view, of in enumerate(views):
        for place, number in enumerate(of):
            first.setdefault(number, (view, 10 * view + place))
    expected = {number: at for number, at in first.items() if number not in known}
    assert np.array_equal(missing.keys, keys([*expected]))
    assert [*zip(missing.views, missing.images, strict=True)] == [*expected.values()]
    assert np.array_equal(missing.planned, missing.images - 10 * missing.views)


def index_of(numbers):
    return Index([SimpleNamespace(keys=keys([*numbers]))] if numbers else [])


@given(st.lists(st.integers(0, 4), max_size=12))
def test_missing_rows_are_told_view_by_view(ids):
    ids = np.sort(np.array(ids, np.int32))
    missing = wanted.MissingRows(ids, *np.zeros((2, len(ids)), int), keys(range(len(ids))))
    told = [(view, place) for view, places in missing.by_view() for place in places]
    assert told == [(view, place) for place, view in enumerate(ids)]
    assert len([*missing.by_view()]) == len({*ids.tolist()})
