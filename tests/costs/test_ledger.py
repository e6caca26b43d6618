import pytest

from viewcache.costs.ledger import cached_costs, end_to_end_costs, head_seconds

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
        "train_head": record(**{"setup": 4.0, "head alone": 4.0, "heads": 99.0}),
        "train_end_to_end_keras": record(peak=300, **end_to_end),
        "train_end_to_end_compiled": record(peak=200, **end_to_end),
    }


@pytest.fixture
def feature_file(tmp_path):
    (tmp_path / "features").write_bytes(bytes(64))
    return lambda view: tmp_path / "features"


def test_a_cached_arm_costs_its_own_views_and_one_head(feature_file):
    costs = cached_costs(2, 50, records().__getitem__, feature_file)
    assert costs["base_passes"] == 100
    assert costs["augment_seconds"] == pytest.approx(0.2 + 0.3 + 2 * 2)
    assert costs["base_seconds"] == 20
    assert costs["head_seconds"] == 4
    assert costs["setup_seconds"] == 0.5 + (3 + 2) + 4 + 2 * 1
    assert costs["total_seconds"] == pytest.approx(4.5 + 20 + 4 + 11.5)
    assert costs["further_seconds"] == 4 + 4
    assert costs["feature_bytes"] == 128


def test_cached_0_costs_one_view(feature_file):
    costs = cached_costs(0, 50, records().__getitem__, feature_file)
    assert costs["base_passes"] == 50
    assert costs["base_seconds"] == 10


def test_end_to_end_splits_its_fit_into_base_and_head():
    costs = end_to_end_costs("keras", 10, [0], 50, records().__getitem__)
    assert costs["base_passes"] == 500
    assert costs["base_seconds"] == 30 - 4 - 4
    assert costs["total_seconds"] == costs["further_seconds"] == 36
    assert costs["peak_rss_bytes"] == 300


def test_end_to_end_passes_images_for_as_many_epochs_as_were_run():
    costs = end_to_end_costs("keras", 7.5, [0], 50, records().__getitem__)
    assert costs["base_passes"] == 375


def test_only_the_compiled_base_costs_compiling():
    keras, compiled = (
        end_to_end_costs(kind, 10, [0], 50, records().__getitem__)["setup_seconds"]
        for kind in ("keras", "compiled")
    )
    assert compiled == keras + 3 + 2


def test_a_head_costs_what_it_takes_alone_however_many_were_trained_beside_others():
    assert head_seconds(records().__getitem__) == 4


def test_times_of_two_machines_are_not_added_up(feature_file):
    costs = cached_costs(2, 50, records(THERE).__getitem__, feature_file)
    assert costs["total_seconds"] is costs["further_seconds"] is None
    assert costs["machine"] == "here and there"
