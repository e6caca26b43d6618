from pathlib import Path

from tests.answers.runs import save_run
from viewcache.commands.certifying import certify, without
from viewcache.commands.comparing import compare_runs, open_compared
from viewcache.commands.run_files import find_run
from viewcache.report.certificate import CERTIFICATE


def test_float32_needs_no_certificate(capsys):
    certify()
    assert capsys.readouterr().out == "The base runs in float32, and needs no certificate.\n"
    assert not CERTIFICATE.exists()


def test_images_that_int8_was_calibrated_on_are_not_tested(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save_run(Path(), 0)
    whole = open_compared(find_run("workspace"))
    digests = {f"{image:064x}": 0 for image in range(10)}
    [found] = compare_runs(whole, [without(whole, digests)])["comparisons"]
    assert (found["images"], found["left_out"]["alone"]) == (50, 10)
