import pandas as pd
import pytest
from mlflow.utils.validation import MAX_METRICS_PER_BATCH, MAX_PARAM_VAL_LENGTH

from viewcache.tracking.run_store import connect
from viewcache.tracking.writer import RunWriter, curves_of, numbers, samples_of

PARAMS, TAGS = {"seed": 0}, {"images": "abc"}


@pytest.fixture
def store(empty_repository):
    return connect()


@pytest.fixture
def writer(store):
    return RunWriter(store, PARAMS, TAGS)


def begin(writer, params=None, metrics=()) -> str:
    return writer.begin("name", 5.5, params or {}, {"own": "tag"}, metrics, [])


def test_a_run_has_what_all_share_and_what_is_its_own(store, writer):
    run = begin(writer, {"arm": "a"})
    writer.end(run, 7.25)
    found = store.client.get_run(run)
    assert (found.info.run_name, found.info.start_time, found.info.end_time) == ("name", 5500, 7250)
    assert found.info.status == "FINISHED"
    assert found.data.params == {"seed": "0", "arm": "a"}
    assert {**TAGS, "own": "tag"}.items() <= found.data.tags.items()


def test_a_run_that_is_not_ended_counts_as_killed(store, writer):
    assert store.client.get_run(begin(writer)).info.status == "KILLED"


def test_a_parameter_that_is_too_long_is_cut_and_the_run_is_kept(store, writer):
    names = [f"species_{number}" for number in range(1000)]
    found = store.client.get_run(begin(writer, {"classes": names})).data.params["classes"]
    assert found.startswith("['species_0', 'species_1'")
    assert found.endswith(" …")
    assert len(found) <= MAX_PARAM_VAL_LENGTH < len(str(names))


def test_numbers_are_metrics_and_nothing_else_is():
    found = numbers({"accuracy": 0.5, "machine": "here", "seconds": None, "views": 3})
    assert {metric.key: metric.value for metric in found} == {"accuracy": 0.5, "views": 3.0}


def test_curves_are_means_by_epoch():
    epochs = pd.DataFrame({"epoch": [1, 2, 1, 2], "loss": [4.0, 3.0, 2.0, 1.0]})
    found = [(metric.key, metric.step, metric.value) for metric in curves_of(epochs)]
    assert found == [("epoch_loss", 1, 3.0), ("epoch_loss", 2, 2.0)]


def test_samples_are_metrics_of_their_stage():
    found = samples_of("train", [{"time": 2.0, "memory": 1.0}, {"time": 2.5, "memory": 3.0}])
    assert {metric.key for metric in found} == {"system/train/memory"}
    assert [(one.step, one.timestamp, one.value) for one in found] == [(0, 2000, 1), (1, 2500, 3)]


def test_more_metrics_than_a_request_may_hold_are_all_logged(store, writer):
    samples = [{"time": float(n), "memory": float(n)} for n in range(MAX_METRICS_PER_BATCH + 1)]
    run = begin(writer, metrics=samples_of("train", samples))
    history = store.client.get_metric_history(run, "system/train/memory")
    assert sorted(metric.value for metric in history) == list(range(len(samples)))
