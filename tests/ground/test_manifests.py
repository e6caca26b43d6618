import hashlib
import json
from mmap import ALLOCATIONGRANULARITY

import numpy as np
import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from viewcache.ground import manifests
from viewcache.ground.errors import PipelineError
from viewcache.ground.manifests import (
    digest_of_digests,
    load_array,
    manifest_file,
    save_array,
    seal,
    verify,
)


@pytest.fixture
def sealed(tmp_path):
    path = tmp_path / "a.npy"
    path.write_bytes(b"content")
    seal(path, view=3)
    return path


def test_a_sealed_file_is_what_it_says(sealed):
    digest = xxhash.xxh3_128(b"content").hexdigest()
    assert verify(sealed) == {"digest": digest, "view": 3}
    assert sealed.with_suffix(".json").read_text().endswith("\n}\n")


def test_an_array_is_loaded_as_it_was_saved(tmp_path):
    path, array = tmp_path / "new/folder/a.npy", np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    save_array(path, array)
    assert np.array_equal(load_array(path), array)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(PipelineError, match=r"a\.npy is damaged"):
        load_array(path)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5])
def test_the_digest_is_that_of_the_whole_file_however_many_windows_it_takes(
    tmp_path, monkeypatch, size
):
    monkeypatch.setattr(manifests, "WINDOW", 2 * ALLOCATIONGRANULARITY)
    content = np.random.default_rng(0).bytes(size * ALLOCATIONGRANULARITY)
    path = tmp_path / "a.npy"
    path.write_bytes(content)
    assert manifests.digest_of_file(path) == xxhash.xxh3_128(content).hexdigest()


def test_damage_in_any_window_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(manifests, "WINDOW", ALLOCATIONGRANULARITY)
    whole = bytes(4 * ALLOCATIONGRANULARITY + 7)
    path = tmp_path / "a.npy"
    path.write_bytes(whole)
    seal(path)
    for place in range(0, len(whole), ALLOCATIONGRANULARITY):
        damaged = bytearray(whole)
        damaged[place + 5] = 1
        path.write_bytes(damaged)
        with pytest.raises(PipelineError, match="is damaged"):
            verify(path)
    path.write_bytes(whole)
    verify(path)


def test_a_file_longer_than_a_window_is_verified_to_its_end(tmp_path):
    path = tmp_path / "a.npy"
    with path.open("wb") as file:
        file.truncate(manifests.WINDOW + 1)
    seal(path)
    with path.open("r+b") as file:
        file.seek(manifests.WINDOW)
        file.write(b"1")
    with pytest.raises(PipelineError, match="is damaged"):
        verify(path)


@given(st.binary(min_size=1, max_size=300), st.data())
def test_any_changed_byte_is_noticed(tmp_path_factory, content, data):
    path = tmp_path_factory.mktemp("sealed") / "a.npy"
    path.write_bytes(content)
    seal(path)
    place = data.draw(st.integers(0, len(content) - 1))
    changed = bytearray(content)
    changed[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(changed)
    with pytest.raises(PipelineError, match=r"is damaged: `make repair` computes it again"):
        verify(path)


def test_a_manifest_without_a_digest_is_refused(sealed):
    manifest_file(sealed).write_text(json.dumps({"view": 3}))
    with pytest.raises(PipelineError, match=r"is damaged: .*Its digest must be None\. Received: "):
        verify(sealed)


@pytest.mark.parametrize("lost", [lambda path: path, manifest_file])
def test_what_is_missing_is_named(sealed, lost):
    lost(sealed).unlink()
    with pytest.raises(PipelineError, match=rf"{lost(sealed)} is missing: .* Received: no file$"):
        verify(sealed)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'"digest"', b"{}"])
def test_a_damaged_manifest_is_refused(sealed, content):
    manifest_file(sealed).write_bytes(content)
    with pytest.raises(PipelineError, match="is damaged"):
        verify(sealed)


def test_a_digest_of_digests_is_that_of_its_lines():
    assert digest_of_digests("abc") == hashlib.sha256(b"a\nb\nc").hexdigest()
    assert digest_of_digests([]) == hashlib.sha256(b"").hexdigest()
