import subprocess

from viewcache.ground.git import git


def test_what_git_prints_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "--quiet"], check=True)
    assert git("rev-parse", "--git-dir") == ".git\n"


def test_nothing_is_told_outside_of_a_repository_of_another_owner_and_without_git(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert git("rev-parse", "--git-dir") == ""
    subprocess.run(["git", "init", "--quiet"], check=True)
    with monkeypatch.context() as another:
        another.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
        assert git("rev-parse", "--git-dir") == ""
    monkeypatch.setenv("PATH", "")
    assert git("rev-parse", "--git-dir") == ""
