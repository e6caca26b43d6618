import mlflow
import pytest
from mlflow.utils.validation import MAX_METRICS_PER_BATCH

from viewcache.tracking.run_store import Store
from viewcache.tracking.writer import LARGEST_BATCH, RunWriter

PARAMS, TAGS = {"seed": 0}, {"empty": "", "images": "abc"}


@pytest.fixture
def store(tmp_path):
    client = mlflow.MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")
    return Store(client, client.create_experiment("viewcache"))


@pytest.fixture
def writer(store):
    return RunWriter(store, PARAMS, TAGS)


def test_a_run_has_what_all_share_what_is_its_own_and_what_mlflow_finds(store, writer):
    run = store.client.get_run(writer.create("name", 5.5, {"arm": "a"}, {"own": "tag"}, []))
    assert (run.info.run_name, run.info.start_time) == ("name", 5500)
    assert run.data.params == {"seed": "0", "arm": "a"}
    assert (run.data.tags["images"], run.data.tags["own"]) == ("abc", "tag")
    assert {"mlflow.user", "mlflow.source.name"} <= set(run.data.tags)
    assert "empty" not in run.data.tags


def test_numbers_are_metrics_and_samples_those_of_their_stage(store, writer):
    run = writer.create("name", 0.0, {}, {}, [])
    writer.log(run, {"accuracy": 0.5, "machine": "here", "seconds": None})
    writer.log_samples(run, "train", [{"time": 2.0, "memory": 1.0}, {"time": 2.5, "memory": 3.0}])
    assert store.client.get_run(run).data.metrics == {"accuracy": 0.5, "system/train/memory": 3.0}
    history = store.client.get_metric_history(run, "system/train/memory")
    assert [(one.step, one.timestamp, one.value) for one in history] == [(0, 2000, 1), (1, 2500, 3)]


def test_more_samples_than_a_request_may_hold_are_all_logged(store, writer):
    assert LARGEST_BATCH == MAX_METRICS_PER_BATCH
    run = writer.create("name", 0.0, {}, {}, [])
    samples = [{"time": float(n), "memory": float(n)} for n in range(LARGEST_BATCH + 1)]
    writer.log_samples(run, "train", samples)
    history = store.client.get_metric_history(run, "system/train/memory")
    assert sorted(metric.value for metric in history) == list(range(LARGEST_BATCH + 1))
