import pytest

from tests.arms.named import named
from viewcache.costs.ledger import costs_of_arms
from viewcache.features.store import feature_file
from viewcache.ground.paths import FEATURES

HERE, THERE = {"id": "here"}, {"id": "there"}


def records(machine_of_view_2=HERE):
    def record(machine=HERE, peak=100, **seconds):
        return {"seconds": seconds, "peak_rss_bytes": peak, "machine": machine}

    extract = {"setup": 1.0, "augment": 2.0, "extract": 12.0}
    end_to_end = {"setup": 6.0, "seed 0 augment": 4.0, "seed 0 fit": 30.0}
    return {
        "augment": record(**{"setup": 0.5, "view 0": 0.1, "view 1": 0.2, "view 2": 0.3}),
        "compile_base": record(setup=3.0, compile=2.0),
        "extract_0": record(**extract),
        "extract_1": record(**extract),
        "extract_2": record(machine_of_view_2, **extract),
        "train_head": record(**{"setup": 4.0, "head alone": 4.0, "heads": 24.0}),
        "train_end_to_end_keras": record(peak=300, **end_to_end),
        "train_end_to_end_compiled": record(peak=200, **end_to_end),
    }


@pytest.fixture
def _files(tmp_path, monkeypatch):
    """Features of views 0 to 2: 64 bytes each."""
    monkeypatch.chdir(tmp_path)
    for view in range(3):
        path = feature_file(FEATURES / "train", view)
        path.parent.mkdir(parents=True)
        path.write_bytes(bytes(64))


def cost_of(name, epochs=10.0, **changes):
    arm = named(name, 0)
    return costs_of_arms([arm], 50, {name: epochs}, records(**changes).__getitem__)[arm]


@pytest.mark.usefixtures("_files")
def test_a_cached_arm_costs_its_own_views_and_one_head():
    costs = cost_of("cached_2")
    assert costs.base_passes == 100
    assert costs.augment_seconds == pytest.approx(0.2 + 0.3 + 2 * 2)
    assert costs.base_seconds == 20
    assert costs.head_seconds == 4
    assert costs.setup_seconds == 0.5 + (3 + 2) + 4 + 2 * 1
    assert costs.seconds == pytest.approx(4.5 + 20 + 4 + 11.5)
    assert costs.further_seconds == 4 + 4
    assert costs.feature_bytes == 128


@pytest.mark.usefixtures("_files")
def test_cached_0_costs_one_view():
    costs = cost_of("cached_0")
    assert (costs.base_passes, costs.base_seconds) == (50, 10)
    assert costs.augment_seconds == pytest.approx(0.1 + 2)


def test_end_to_end_splits_its_fit_into_base_and_head():
    costs = cost_of("end_to_end")
    assert costs.base_passes == 500
    assert costs.base_seconds == 30 - 4 - 4
    assert costs.seconds == costs.further_seconds == 36
    assert (costs.peak_rss_bytes, costs.feature_bytes) == (300, 0)


def test_end_to_end_passes_images_for_as_many_epochs_as_were_run():
    assert cost_of("end_to_end", 7.5).base_passes == 375


def test_only_the_compiled_base_costs_compiling():
    keras, compiled = (cost_of(name) for name in ("end_to_end", "end_to_end_compiled"))
    assert compiled.setup_seconds == keras.setup_seconds + 3 + 2


@pytest.mark.usefixtures("_files")
def test_times_of_two_machines_are_not_added_up():
    costs = cost_of("cached_2", machine_of_view_2=THERE)
    assert costs.seconds is costs.further_seconds is None
    assert costs.machine == "here and there"
