import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewcache.ground.errors import PipelineError
from viewcache.ground.manifests import digest_of_digests, manifest_file, seal, verify


@pytest.fixture
def sealed(tmp_path):
    path = tmp_path / "a.npy"
    path.write_bytes(b"content")
    seal(path, view=3)
    return path


def test_a_sealed_file_is_what_it_says(sealed):
    assert verify(sealed, view=3)["view"] == 3


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


def test_a_file_made_from_something_else_is_refused(sealed):
    with pytest.raises(PipelineError, match=r"must be made from view 4.*Received: 3$"):
        verify(sealed, view=4)


@pytest.mark.parametrize("lost", [lambda path: path, manifest_file])
def test_what_is_missing_is_named(sealed, lost):
    lost(sealed).unlink()
    with pytest.raises(PipelineError, match=rf"{lost(sealed)} is missing: `dvc repro`"):
        verify(sealed)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'"digest"', b"{}"])
def test_a_damaged_manifest_is_refused(sealed, content):
    manifest_file(sealed).write_bytes(content)
    with pytest.raises(PipelineError, match="is damaged"):
        verify(sealed)


def test_a_digest_of_digests_is_that_of_its_lines():
    assert digest_of_digests("abc") == hashlib.sha256(b"a\nb\nc").hexdigest()
    assert digest_of_digests([]) == hashlib.sha256(b"").hexdigest()
