import pytest

from stages.report.costs import cached_costs, end_to_end_costs

HERE, THERE = {"id": "here"}, {"id": "there"}


def records(machine_of_view_2=HERE):
    def record(machine=HERE, peak=100, **seconds):
        return {"seconds": seconds, "peak_rss_bytes": peak, "machine": machine}

    extract = {"setup": 1.0, "train augment": 2.0, "train base": 10.0, "test base": 99.0}
    return {
        "augment": record(**{"setup": 0.5, "view 0": 0.1, "view 1": 0.2, "view 2": 0.3}),
        "extract_0": record(**extract),
        "extract_1": record(**extract),
        "extract_2": record(machine_of_view_2, **extract),
        "train_head": record(
            **{"setup": 4.0, "cached_2 seed 0": 3.0, "cached_2 seed 1": 5.0, "cached_0 seed 0": 2.0}
        ),
        "train_end_to_end": record(
            peak=300, **{"setup": 6.0, "seed 0 augment": 4, "seed 0 fit": 30}
        ),
    }


@pytest.fixture
def feature_file(tmp_path):
    (tmp_path / "features").write_bytes(bytes(64))
    return lambda view: tmp_path / "features"


def test_a_cached_arm_costs_its_own_views_and_one_head(feature_file):
    costs = cached_costs(2, [0, 1], 50, records().__getitem__, feature_file)
    assert costs["base_passes"] == 100
    assert costs["augment_seconds"] == pytest.approx(0.2 + 0.3 + 2 * 2)
    assert costs["base_seconds"] == 20
    assert costs["head_seconds"] == 4
    assert costs["setup_seconds"] == 0.5 + 4 + 2 * 1
    assert costs["total_seconds"] == pytest.approx(4.5 + 20 + 4 + 6.5)
    assert costs["feature_bytes"] == 128


def test_cached_0_costs_one_view(feature_file):
    costs = cached_costs(0, [0], 50, records().__getitem__, feature_file)
    assert costs["base_passes"] == 50
    assert costs["base_seconds"] == 10


def test_end_to_end_splits_its_fit_into_base_and_head():
    costs = end_to_end_costs(10, [0], 50, 3.0, records().__getitem__)
    assert costs["base_passes"] == 500
    assert costs["base_seconds"] == 30 - 4 - 3
    assert costs["total_seconds"] == 36
    assert costs["peak_rss_bytes"] == 300


def test_times_of_two_machines_are_not_added_up(feature_file):
    costs = cached_costs(2, [0, 1], 50, records(THERE).__getitem__, feature_file)
    assert costs["total_seconds"] is None
    assert costs["machine"] == "here and there"
