import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from dvc.repo import Repo
from hypothesis import given
from hypothesis import strategies as st

from tests.features.numbered import features, flip, keys, write
from viewcache.features.lookup import cached_shards, known_shards, take_shards
from viewcache.features.shards import UNFINISHED, shards_in
from viewcache.features.store import Index, Rows
from viewcache.ground.paths import ROWS


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
    monkeypatch.delenv("DVC_ROOT", raising=False)


@pytest.fixture
def repository(workspace):
    Repo.init(no_scm=True).close()


def add():
    with Repo() as repo:
        repo.add("data/rows")


def forgotten(*batches):
    """Write shards that DVC's cache alone has then; their names."""
    names = [shard.path.name for batch in batches for shard in write(batch)]
    add()
    shutil.rmtree(ROWS)
    return names


def taken(wanted):
    """Of the wanted rows those that are in `data/rows` then, by number."""
    shards = take_shards(keys(wanted))
    assert sorted(shard.path for shard in shards) == sorted(ROWS.iterdir())
    places = Index(shards).places(keys(wanted))
    found = {number: place for number, place in zip(wanted, places, strict=True) if place >= 0}
    if found:
        rows = Rows([shard.features for shard in shards])
        assert np.array_equal(rows.read(np.array([*found.values()])), features([*found]))
    return [*found]


def cached_file(name):
    """Where DVC's cache has a shard."""
    [file] = [path for path, digest in cached_shards() if f"{digest}.arrow" == name]
    return file


@given(
    files=st.lists(st.sets(st.integers(1, 20), min_size=1), max_size=4),
    wanted=st.lists(st.integers(1, 25), min_size=1, unique=True),
)
def test_every_row_that_any_shard_has_is_found_and_no_shard_is_left_without(files, wanted):
    shutil.rmtree(ROWS, ignore_errors=True)
    for file in files:
        write([*file])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("viewcache.features.lookup.cached_shards", lambda: ())
        assert taken(wanted) == [row for row in wanted if row in set().union(*files)]
    assert len(shards_in(ROWS)) == sum(1 for file in files if file & {*wanted})


def test_without_a_repository_of_dvcs_rows_of_the_folder_are_found(capfd):
    write([1, 2])
    assert taken([1, 3]) == [1]
    assert capfd.readouterr() == ("", "")


def test_what_a_killed_run_left_is_removed():
    write([1])
    (ROWS / UNFINISHED).write_bytes(b"half")
    assert taken([1]) == [1]


@pytest.mark.parametrize("place", [8, -200])
def test_a_damaged_shard_is_told_and_removed(place, capfd):
    [shard] = write([1, 2])
    write([3])
    flip(shard.path, place)
    assert taken([1, 3]) == [3]
    assert f"rows of {shard.path} are not used" in capfd.readouterr().err


@pytest.mark.usefixtures("repository")
def test_rows_that_dvcs_cache_alone_has_are_copied_from_it():
    one, _, other = forgotten([1, 2], [3], [4])
    assert taken([4, 2, 5]) == [4, 2]
    assert {path.name for path in ROWS.iterdir()} == {one, other}


@pytest.mark.usefixtures("repository")
def test_of_two_shards_with_the_rows_that_are_missing_one_is_copied():
    names = forgotten([1, 2], [1, 3])
    assert taken([1]) == [1]
    [path] = ROWS.iterdir()
    assert path.name in names


@pytest.mark.usefixtures("repository")
def test_a_shard_that_was_left_out_comes_back_out_of_dvcs_cache():
    [name] = forgotten([1])
    write([2])
    add()
    assert taken([1]) == [1]
    assert [path.name for path in ROWS.iterdir()] == [name]
    assert taken([2]) == [2]


@pytest.mark.usefixtures("repository")
def test_a_copy_may_be_written_and_leaves_the_cache_as_it_is():
    [name] = forgotten([1])
    before = cached_file(name).read_bytes()
    assert taken([1]) == [1]
    flip(ROWS / name)
    assert cached_file(name).read_bytes() == before


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("place", [8, -200])
def test_a_tampered_object_of_the_cache_is_told_and_not_used(place, capfd):
    [name] = forgotten([1])
    file = cached_file(name)
    flip(file, place)
    assert taken([1]) == []
    assert f"rows of {file} are not used" in capfd.readouterr().err


@pytest.mark.usefixtures("repository")
def test_an_object_of_the_cache_that_is_lost_hides_its_own_rows_alone():
    lost, _ = forgotten([1], [2])
    cached_file(lost).unlink()
    assert taken([1, 2]) == [2]


@pytest.mark.usefixtures("repository")
def test_a_damaged_list_of_the_cache_hides_its_own_rows_alone():
    forgotten([1])
    [damaged] = Path(".dvc/cache/files/md5").glob("*/*.dir")
    forgotten([2])
    damaged.chmod(0o644)
    damaged.write_bytes(damaged.read_bytes()[:-9])
    assert taken([1, 2]) == [2]


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("absolute", [False, True])
def test_the_cache_is_where_dvc_says(tmp_path_factory, absolute):
    elsewhere = tmp_path_factory.mktemp("cache") if absolute else Path("../a cache")
    command = [sys.executable, "-m", "dvc", "cache", "dir", "--local", elsewhere]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    forgotten([1])
    assert taken([1]) == [1]


@pytest.mark.usefixtures("repository")
def test_within_a_copy_the_cache_of_the_repository_is_read(tmp_path, tmp_path_factory, monkeypatch):
    forgotten([1])
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.chdir(tmp_path_factory.mktemp("copy"))
    assert taken([1]) == [1]


@pytest.mark.usefixtures("repository")
def test_known_are_shards_of_the_folder_and_of_the_cache_that_can_be_opened():
    one, other = forgotten([1], [2])
    flip(cached_file(other))
    [own] = write([3])
    assert [f"{shard.digest}.arrow" for shard in known_shards()] == [own.path.name, one]
