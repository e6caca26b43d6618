"""What results.json claims, reckoned once more from files, by NumPy that shares no code with it."""

import csv
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import yaml

from stages import answer, evaluate
from tests.rows import stored_features
from viewcache.ground.errors import PipelineError
from viewcache.ground.manifests import seal
from viewcache.ground.paths import EQUIVALENCE

KINDS = {"same_runtime": "compiled", "keras": "keras"}
NAMES = {"compiled": "end_to_end_compiled", "keras": "end_to_end"}
CACHED, TWIN = ["cached_0", "cached_1", "cached_2"], "cached_2"
EPOCHS, TEST_VIEWS = 4, [0, 1_000_000]
COMPARED = {"same_runtime": (1, 2, 3, 4), "keras": (1, 2)}
"""Epochs after which both ways are held to each other: by hand in Keras only two are run."""
LONGER = {arm: f"{arm}_twice_as_long" for arm in ("cached_0", TWIN)}
HEADS = {
    **{f"cached_{budget}": f"models/cached/{budget}" for budget in (0, 1, 2)},
    **{name: f"models/cached/{name}" for name in ("baseline", "views_only_2")},
    "end_to_end_compiled": "models/end_to_end/compiled",
}
FOLDERS = {
    **HEADS,
    **{name: f"models/cached/{name.removeprefix('cached_')}" for name in LONGER.values()},
    "end_to_end": "models/end_to_end/keras",
}
PASSES = {"baseline": 1, "cached_0": 1, "cached_1": 2, "cached_2": 3, "views_only_2": 2}
"""Over the training images; end to end makes one an epoch."""
RUN = {"end_to_end": 2, "end_to_end_compiled": 4}
"""Epochs of four; of the four, the second and the last show the images."""
SET_UP = ("setup", "open", "compile", "other")
OTHER = {"clean": "robustness", "robustness": "clean"}
BOTH = ("accuracy", "accuracy_augmented")
MATCHED = (0, 0)  # seed and rotation of the end-to-end trainings


def table(path: Path) -> dict[str, np.ndarray]:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def right(found: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Accuracies of a head on the images as they are, and under random views: shape (2,)."""
    clean, *random = found == labels
    return np.array([clean.mean(), np.mean(random)])


def answers(weights: list[np.ndarray], features: np.ndarray) -> np.ndarray:
    """Dense layers with the positive part between them, the last to the logit of class 1."""
    *hidden, last, last_bias = weights
    for kernel, bias in zip(hidden[::2], hidden[1::2], strict=True):
        features = np.maximum(features @ kernel + bias, 0)
    return ((features @ last + last_bias)[..., 0] > 0).astype(int)


def saved(file: Path) -> list[np.ndarray]:
    with np.load(file) as weights:
        return [weights[name] for name in weights.files]


class Files:
    """What the stages left, and what follows from it.

    Attributes:
        views: Features of all images in every view.
        heads: From an arm to the seeds and rotations of its heads.
        answered: What each head names on the images that its rotation tests: (views, images).
        accuracies: Of each head, as `right` gives them.
        estimates: The same of each arm over its seeds and images, each image once a seed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.labels = table(folder / "data/prepared/index.csv")["label"].astype(int)
        self.parts = table(folder / "data/parts.csv")
        self.views = {view: stored_features(folder, view) for view in (*TEST_VIEWS, 1, 2)}
        self.heads = {arm: self._trainings(arm) for arm in HEADS}
        self.answered, self.accuracies = {}, {}
        for arm, heads in self.heads.items():
            for head in heads:
                rows = self.rows("test", head[1])
                self.answered[arm, head] = answers(self.weights(arm, head), self.tested(head[1]))
                found = self.answered[arm, head]
                self.accuracies[arm, head] = right(found, self.labels[rows])
        self.estimates = {arm: self._estimate(arm) for arm in HEADS}

    def _trainings(self, arm: str) -> list[tuple[int, int]]:
        files = (self.folder / HEADS[arm]).glob("*/*.npz")
        ends = [file for file in files if file.stem.isdecimal()]
        return sorted((int(file.parent.name), int(file.stem)) for file in ends)

    def _estimate(self, arm: str) -> np.ndarray:
        heads = self.heads[arm]
        counts = [len(self.rows("test", rotation)) for _, rotation in heads]
        found = [self.accuracies[arm, head] for head in heads]
        return np.average(found, axis=0, weights=counts)

    def rows(self, part: str, rotation: int) -> np.ndarray:
        return np.flatnonzero(self.parts[f"rotation_{rotation}"] == part)

    def tested(self, rotation: int, part: str = "test") -> np.ndarray:
        """Features of the images that a rotation tests: (views, images, width)."""
        rows = self.rows(part, rotation)
        return np.stack([self.views[view][rows] for view in TEST_VIEWS])

    def weights(self, arm: str, head: tuple[int, int], epoch: int = EPOCHS) -> list[np.ndarray]:
        """Of a head as it was after an epoch."""
        seed, rotation = head
        end = str(rotation) if epoch == EPOCHS else f"{rotation}_epoch_{epoch}"
        return saved(self.folder / FOLDERS[arm] / f"{seed}/{end}.npz")

    def validated(self, arm: str, head: tuple[int, int]) -> np.ndarray:
        """Accuracies of a head on the validation images, as `right` gives them."""
        rows = self.rows("validation", head[1])
        found = answers(self.weights(arm, head), self.tested(head[1], "validation"))
        return right(found, self.labels[rows])

    def seen_difference(self, kind: str) -> float:
        """Between what end-to-end saw in a batch, and what was cached of it."""
        file = self.folder / f"data/seen/{kind}/batch.npz"
        view = json.loads(file.with_suffix(".json").read_text())["view"]
        with np.load(file) as seen:
            return np.abs(self.views[view][seen["rows"]] - seen["features"]).max()


def figures_of(files: Files, arm: str) -> dict[str, float]:
    clean, augmented = files.estimates[arm]
    ended = [files.validated(arm, head)[0] for head in files.heads[arm]]
    return {
        f"{arm} accuracy": clean,
        f"{arm} accuracy_augmented": augmented,
        f"{arm} validation_accuracy": np.mean(ended),
    }


def base_passes(files: Files) -> dict[str, float]:
    images, ends = len(files.rows("train", 0)), dict.fromkeys(NAMES.values(), EPOCHS)
    return {f"{arm} base_passes": passes * images for arm, passes in (PASSES | ends).items()}


def sameness(files: Files, question: str) -> dict[str, float]:
    """The twin beside end-to-end, on the one seed and rotation that both trained."""
    pair, most = (NAMES[KINDS[question]], TWIN), {}
    for epoch in COMPARED[question]:
        ours, theirs = (files.weights(arm, MATCHED, epoch) for arm in pair)
        most[epoch] = max(np.abs(a - b).max() for a, b in zip(ours, theirs, strict=True))
    tested = files.tested(MATCHED[1])
    found, expected = (answers(weights, tested) for weights in (ours, theirs))
    return {
        **{f"{question} after {epoch}": difference for epoch, difference in most.items()},
        f"{question} epochs": max(most),
        f"{question} max_abs_weight_difference": max(most.values()),
        f"{question} changed_test_predictions": (found != expected).sum(),
        f"{question} test_predictions": found.size,
        f"{question} max_abs_feature_difference": files.seen_difference(KINDS[question]),
    }


def twice_as_long(files: Files) -> dict[str, float]:
    """What twice as many epochs gain, with seed 0, on the validation images of all rotations."""
    counts = [len(files.rows("validation", rotation)) for rotation in range(3)]
    found = {}
    for arm, longer in LONGER.items():
        usual, twice = (
            np.average([files.validated(one, (0, number)) for number in range(3)], 0, counts)
            for one in (arm, longer)
        )
        found |= {f"longer {arm} {on}": gain for on, gain in zip(OTHER, twice - usual, strict=True)}
    return found


def choosing(files: Files, chosen: dict[str, str]) -> dict[str, float]:
    """The accuracy of choosing, by what was chosen without each fold."""
    right_of_fold = [
        np.mean([files.accuracies[arm, (seed, int(fold))] for seed in (0, 1)], axis=0)
        for fold, arm in chosen.items()
    ]
    counts = [len(files.rows("test", int(fold))) for fold in chosen]
    found = np.average(right_of_fold, axis=0, weights=counts)
    return {f"choosing {name}": one for name, one in zip(BOTH, found, strict=True)}


def differences(files: Files) -> dict[str, float]:
    pairs = [("cached_0", TWIN), ("cached_1", TWIN), ("cached_1", "cached_0"), (TWIN, "cached_0")]
    gains = {
        f"{arm} - {reference}": files.estimates[arm] - files.estimates[reference]
        for arm, reference in pairs
    }
    gains["gain"] = gains[f"{TWIN} - cached_0"]
    return {
        f"{pair} {on}": gain
        for pair, both in gains.items()
        for on, gain in zip(OTHER, both, strict=True)
    }


def confusion(files: Files, arm: str) -> dict[str, float]:
    """Of the images as they are: how many of each class are given each name, a seed."""
    found = np.zeros((2, 2))
    for head in files.heads[arm]:
        truth = files.labels[files.rows("test", head[1])]
        np.add.at(found, (truth, files.answered[arm, head][0]), 1 / 2)
    recall = np.diag(found) / found.sum(axis=1)
    return {
        **{f"{row} for {column}": found[row, column] for row in (0, 1) for column in (0, 1)},
        **{f"recall {label}": recall[label] for label in (0, 1)},
        "largest class": found.sum(axis=1).max() / found.sum(),
    }


class Costs:
    """What the stages took, and what follows from it for arms; every time is of one machine.

    Attributes:
        arms: Figures of every arm, by the names that results.json has for them.
    """

    def __init__(self, files: Files) -> None:
        self.files, self.heads = files, 4 * 6  # of four arms with six trainings each
        names = ("augment", "compile_base", "extract", "train_head")
        self.drawn, self.base, self.extracted, self.trained = map(self.record, names)
        self.arms = {arm: self.on_cache(arm) for arm in PASSES} | {
            arm: self.afresh(arm) for arm in RUN
        }

    def record(self, stage: str) -> dict:
        return json.loads((self.files.folder / f"data/costs/{stage}.json").read_text())

    def set_up(self, *records: dict) -> float:
        return sum(one["seconds"].get(phase, 0) for one in records for phase in SET_UP)

    def views(self, arm: str, seeds: list[int]) -> list[int]:
        """That its trainings read: the first ones in the order of each seed, and the images."""
        number = int(arm[-1]) if arm[-1].isdigit() else 0
        read = set() if "only" in arm else {0}
        for seed in seeds:
            keys = {view: f"views/{seed}/{view}".encode() for view in (1, 2)}
            order = sorted(
                keys, key=lambda view: hashlib.blake2b(keys[view], digest_size=16).digest()
            )
            read |= {*order[:number]}
        return sorted(read)

    def extracting(self, views: list[int]) -> float:
        """Seconds of the process besides those of rows, with these views' share of looking up."""
        every, seconds = self.extracted["views"], self.extracted["seconds"]
        rows = sum(every[str(view)]["rows"] for view in views)
        share = rows / sum(view["rows"] for view in every.values())
        opened = max(every[str(view)]["open"] for view in views)
        return seconds["setup"] + seconds["other"] + share * seconds["lookup"] + opened

    def study(self, arms: list[str]) -> float:
        views = sorted({one for arm in arms for one in self.views(arm, [0, 1])})
        if arms == ["baseline"]:
            views = [0]
        seconds, of = self.trained["seconds"], self.extracted["views"]
        own = 6 * sum(arm != "baseline" for arm in arms)
        return (
            self.set_up(self.drawn, self.base, self.trained)
            + self.extracting(views)
            + sum(self.drawn["seconds"].get(f"view {view}", 0) for view in views)
            + sum(of[str(view)]["seconds"]["extract"] for view in views)
            + own / self.heads * (seconds["head alone"] + seconds["heads"])
            + seconds["baseline"] * ("baseline" in arms)
        )

    def on_cache(self, arm: str) -> dict[str, float]:
        images, seconds = len(self.files.rows("train", 0)), self.trained["seconds"]
        views = {view: self.extracted["views"][str(view)] for view in self.views(arm, [0])}
        augment = base = 0.0
        for view, of in views.items():
            drawn = self.drawn["seconds"].get(f"view {view}", 0)
            share, rendered = images / of["rows"], of["seconds"]["augment"]
            augment += share * (drawn + rendered)
            base += share * (of["seconds"]["extract"] - rendered)
        head = seconds["baseline"] / 3 if arm == "baseline" else seconds["head alone"]
        set_up = self.set_up(self.drawn, self.base, self.trained) + self.extracting([*views])
        return {
            **{"augment_seconds": augment, "base_seconds": base, "head_seconds": head},
            **{"setup_seconds": set_up, "seconds": augment + base + head + set_up},
            "further_seconds": head + self.set_up(self.trained),
            "study_seconds": self.study([arm]),
            "originals_seconds": 0,
            "feature_bytes": sum(of["rows"] * of["row_bytes"] for of in views.values()),
        }

    def afresh(self, arm: str) -> dict[str, float]:
        way, times = "compiled" if arm.endswith("compiled") else "keras", EPOCHS / RUN[arm]
        record, training = self.record(f"train_end_to_end_{way}"), f"{arm} seed 0 rotation 0"
        fit = times * record["seconds"][f"{training} fit"]
        augment, originals = (
            times * record["parts"][f"{training} {part}"] for part in ("augment", "originals")
        )
        head = min(self.trained["seconds"]["head alone"], fit - augment)
        set_up = self.set_up(record) + (self.set_up(self.base) if way == "compiled" else 0)
        return {
            **{"augment_seconds": augment, "base_seconds": fit - augment - head},
            **{"head_seconds": head, "setup_seconds": set_up, "seconds": fit + set_up},
            **{"further_seconds": fit + self.set_up(record), "study_seconds": fit + set_up},
            "originals_seconds": max(originals - head / 2, 0) / 2,
            "feature_bytes": 0,
        }

    def spans(self, arm: str, trainings: int, kept: bool = False) -> list[float]:
        """First, without set-up, on ten times the images, further, and a study end to end."""
        of = self.arms[arm]
        less = of["originals_seconds"] if kept else 0
        first, set_up = of["seconds"] - less, of["setup_seconds"]
        work = first - set_up
        further = of["further_seconds"] - less
        return [first, work, set_up + 10 * work, further, set_up + trainings * work]

    def faster(self, arm: str) -> dict[str, float]:
        trainings = 3 if arm == "baseline" else 6
        ours = [*self.spans(arm, trainings)[:-1], self.arms[arm]["study_seconds"]]
        keras, same = (self.spans(other, trainings) for other in RUN)
        kept = self.spans("end_to_end_compiled", trainings, kept=True)
        pairs = {
            "on_the_same_runtime": (same, ours),
            "originals_kept": (kept, ours),
            "by_the_runtime": (keras, same),
            "against_keras": (keras, ours),
        }
        return {
            f"{arm} {span} {name}": slow / fast
            for name, (slower, faster) in pairs.items()
            for span, slow, fast in zip(SPANS, slower, faster, strict=True)
        }


SPANS = ("first", "first_without_setup", "first_on_more_images", "further", "study")
WAYS = {"keras": ("end_to_end", False), "compiled": ("end_to_end_compiled", False)}
WAYS["originals_kept"] = ("end_to_end_compiled", True)


def seconds(files: Files) -> dict[str, float]:
    """What follows from the records of costs."""
    costs, found = Costs(files), {}
    for arm, figures in costs.arms.items():
        found |= {f"{arm} {name}": figure for name, figure in figures.items()}
    for arm in PASSES:
        found |= costs.faster(arm)
    for way, (arm, kept) in WAYS.items():
        found[f"evidence {way}"] = costs.spans(arm, 6, kept)[-1]
    augmented = [arm for arm in PASSES if arm != "baseline"]
    return found | {"evidence": costs.study(augmented), "heads": costs.heads, "trainings": 6}


def stated_seconds(results: dict) -> dict[str, float]:
    """What results.json says of them, by the same names."""
    costs = results["costs"]
    return {
        **{
            f"{arm} {name}": of[name]
            for arm, of in results["arms"].items()
            for name in of
            if name.endswith("seconds") or name == "feature_bytes"
        },
        **{
            f"{arm} {span} {name}": factor
            for arm, spans in results["answers"]["faster"]["arms"].items()
            for span, factors in spans.items()
            for name, factor in factors.items()
        },
        **{f"evidence {way}": taken for way, taken in costs["end_to_end_seconds"].items()},
        **{"evidence": costs["seconds"], "heads": costs["heads"], "trainings": costs["trainings"]},
    }


def reckoned(folder: Path) -> dict[str, float]:
    """What follows from weights, features, labels, parts and records of costs."""
    files, found = Files(folder), {}
    for arm in HEADS:
        found |= figures_of(files, arm)
    for (arm, head), (clean, augmented) in files.accuracies.items():
        found |= {f"{arm} {head} accuracy": clean, f"{arm} {head} augmented": augmented}
    results = json.loads((folder / "results.json").read_text())
    arm = results["recommendation"]["arm"]
    to_baseline = (files.estimates[arm] - files.estimates["baseline"])[0]
    found |= {"recommended - baseline": to_baseline} | confusion(files, arm)
    found |= choosing(files, results["choosing"]["arms"]) | twice_as_long(files)
    found |= base_passes(files) | differences(files) | seconds(files)
    return found | sameness(files, "same_runtime") | sameness(files, "keras")


def stated(folder: Path) -> dict[str, float]:
    """What results.json and runs.csv say, by the same names."""
    results = json.loads((folder / "results.json").read_text())
    runs, answered = table(folder / "plots/runs.csv"), results["answers"]
    heads = zip(*(runs[name] for name in ("arm", "seed", "rotation")), strict=True)
    names = [f"{arm} {(int(seed), int(rotation))}" for arm, seed, rotation in heads]
    clean, augmented = (runs[name].astype(float) for name in ("accuracy", "accuracy_augmented"))
    figures = (*BOTH, "validation_accuracy", "base_passes")
    return stated_seconds(results) | {
        **{
            f"{arm} {name}": of[name]
            for arm, of in results["arms"].items()
            for name in figures
            if name in of
        },
        **{f"{name} accuracy": value for name, value in zip(names, clean, strict=True)},
        **{f"{name} augmented": value for name, value in zip(names, augmented, strict=True)},
        **{
            f"{one['arm']} - {one['reference']} {one['on']}": one["difference"]
            for one in results["decisions"]
        },
        **{
            f"{question} {name}": value
            for question, same in results["equivalence"].items()
            for name, value in same.items()
            if not isinstance(value, bool | str | list | dict)
        },
        **{
            f"{question} after {epoch}": difference
            for question, same in results["equivalence"].items()
            for epoch, difference in same["weight_differences"].items()
        },
        **{f"choosing {name}": results["choosing"][name] for name in BOTH},
        **{
            f"longer {one['arm']} {one['on']}": one["difference"]
            for one in results["length"]["gains"]
        },
        "recommended - baseline": results["baseline"]["difference"],
        **{
            f"{truth} for {name}": results["confusion"]["clean"][truth][name]
            for truth in (0, 1)
            for name in (0, 1)
        },
        **{f"recall {label}": results["confusion"]["recall"][label] for label in (0, 1)},
        "largest class": results["confusion"]["largest_share"],
        **{f"gain {on}": answered["augmentation"][on]["difference"] for on in OTHER},
    }


def wrong(folder: Path) -> set[str]:
    """Names of claims that do not follow from the files."""
    claims, expected = stated(folder), reckoned(folder)
    assert claims.keys() == expected.keys()
    return {name for name in claims if claims[name] != pytest.approx(expected[name], abs=1e-6)}


def recommended(folder: Path) -> tuple[str, int | None]:
    """What the rule's table names, by the intervals that results.json states: the arm, and the
    number of views that is probably enough."""
    settings = yaml.safe_load((folder / "params.yaml").read_text())["evaluate"]
    decisions = json.loads((folder / "results.json").read_text())["decisions"]
    known = {(one["arm"], one["reference"], one["on"]): one for one in decisions}
    margin, named = settings["margin"], settings["rule"]
    gain, other = (known[TWIN, "cached_0", on] for on in (named, OTHER[named]))
    no_loss = gain["high"] >= 0 and gain["difference"] > -margin
    if gain["low"] <= 0 and not (no_loss and other["low"] > 0):
        return "cached_0", None
    to_twin, to_none = (known["cached_1", one, named] for one in (TWIN, "cached_0"))
    enough = to_twin["low"] > -margin and to_none["high"] >= 0
    probably = to_twin["difference"] > -margin and to_none["high"] >= 0
    return "cached_1" if enough else TWIN, 1 if probably else 2


def test_every_claim_follows_from_weights_features_labels_parts_and_costs(reproduced):
    assert wrong(reproduced.path) == set()
    results = reproduced.results()
    told = results["recommendation"]
    assert (told["arm"], told["probably_enough"]) == recommended(reproduced.path)
    arm = results["arms"][told["arm"]]
    metrics = reproduced.metrics()
    assert all(metrics[name] == arm[name] for name in BOTH)
    assert metrics["accuracy_of_baseline"] == results["arms"]["baseline"]["accuracy"]
    assert metrics["accuracy_to_expect"] == results["choosing"]["accuracy"]
    assert metrics["gain_clean"] == results["answers"]["augmentation"]["clean"]["difference"]


def test_every_image_is_tested_once_and_validates_once(reproduced):
    parts = table(reproduced.path / "data/parts.csv")
    rotations = np.stack([parts[f"rotation_{number}"] for number in range(3)])
    assert ((rotations == "test").sum(axis=0) == 1).all()
    assert ((rotations == "validation").sum(axis=0) == 1).all()


@pytest.fixture
def again(repository, monkeypatch):
    """Ask and judge the heads once more, in this process; returns the repository's folder."""
    monkeypatch.chdir(repository.path)

    def again() -> Path:
        answer.main()
        evaluate.main()
        return repository.path

    return again


def sealed_again(file: Path) -> None:
    """Make a file that was changed pass for one that a stage wrote."""
    manifest = json.loads(file.with_suffix(".json").read_text())
    seal(file, **{name: value for name, value in manifest.items() if name != "digest"})


def change(file: Path, changed: dict[str, np.ndarray]) -> None:
    with np.load(file) as before:
        content = {name: before[name] for name in before.files} | changed
    np.savez(file, **content)


def test_end_to_end_heads_that_were_changed(repository, again):
    for kind, head in (("compiled", "0"), ("keras", "0_epoch_2")):
        file = repository.path / f"models/end_to_end/{kind}/0/{head}.npz"
        change(file, {"arr_3": np.float32([1000])})  # so that it names class 1 throughout
        with pytest.raises(PipelineError, match=rf"0/{head}\.npz is damaged"):
            again()
        sealed_again(file)
    stale = wrong(repository.path)
    for question in KINDS:
        same = ("max_abs_weight_difference", "changed_test_predictions")
        after = f"after {COMPARED[question][-1]}"
        assert {f"{question} {name}" for name in (*same, after)} <= stale
    assert not any(name.startswith("cached") for name in stale)
    # What it had at its end is what training counted then; of the cut training that is no claim.
    counted = {"end_to_end_compiled validation_accuracy"}
    assert counted <= stale
    assert wrong(again()) == counted
    equivalence = repository.results()["equivalence"]
    assert not any(equivalence[question]["is_exact"] for question in KINDS)


def test_a_head_that_was_changed_after_its_first_epoch(repository, monkeypatch):
    monkeypatch.chdir(repository.path)
    file = Path("models/cached/2/0/0_epoch_1.npz")
    change(file, {"arr_3": np.float32([1000])})
    sealed_again(file)
    answer.main()
    _, same = json.loads(EQUIVALENCE.read_bytes())
    assert same["weight_differences"].pop("1") > 900
    assert set(same["weight_differences"].values()) == {0}


def test_a_replayed_row_that_was_changed(repository, again):
    file = repository.path / "data/seen/compiled/batch.npz"
    with np.load(file) as seen:
        features = seen["features"]
    features[3] += 1
    change(file, {"features": features})
    with pytest.raises(PipelineError, match=r"batch\.npz is damaged"):
        again()
    sealed_again(file)
    assert wrong(repository.path) == {"same_runtime max_abs_feature_difference"}
    assert wrong(again()) == set()


def test_a_label_that_was_changed(repository, again):
    file = repository.path / "data/prepared/index.csv"
    content = table(file)
    row = Files(repository.path).rows("test", 0)[0]
    content["label"][row] = str(1 - int(content["label"][row]))
    write(file, content)
    with pytest.raises(PipelineError, match=r"index\.csv is damaged"):
        again()
    sealed_again(file)
    stale = wrong(repository.path)
    assert {f"{arm} {name}" for arm in HEADS for name in BOTH} <= stale
    assert {f"choosing {name}" for name in BOTH} <= stale
    kept = ("passes", "max_abs", "predictions", "after")
    assert not any(word in name for name in stale for word in kept)
    assert {name.split()[1] for name in wrong(again())} == {"validation_accuracy"}


def write(file: Path, content: dict[str, np.ndarray]) -> None:
    with file.open("w", newline="") as opened:
        rows = csv.writer(opened, lineterminator="\n")
        rows.writerow(content)
        rows.writerows(zip(*content.values(), strict=True))


def test_an_image_in_another_part_is_refused(repository, again):
    file = repository.path / "data/parts.csv"
    for before, after in (("test", "train"), ("validation", "test")):
        content = table(file)
        content["rotation_1"] = content["rotation_1"].astype("<U10")
        row = np.flatnonzero(content["rotation_1"] == before)[0]
        content["rotation_1"][row] = after
        write(file, content)
        with pytest.raises(PipelineError, match=r"parts\.csv is damaged"):
            again()
        sealed_again(file)
        with pytest.raises(PipelineError, match=r"must be made from (validation_)?images"):
            again()
        content["rotation_1"][row] = before
        write(file, content)


def test_the_rule_is_followed_where_augmentation_helps(repository, again):
    """Labels are what the twin answers, and seeds make no difference: what it gains is known."""
    folder = repository.path
    for arm in CACHED:
        copy_first_seed(folder, arm)
    files, file = Files(folder), folder / "data/prepared/index.csv"
    content = table(file)
    for rotation in range(3):
        content["label"][files.rows("test", rotation)] = files.answered[TWIN, (0, rotation)][0]
    write(file, content)
    sealed_again(file)
    again()
    for rule, margin in (("robustness", 0.5), ("clean", 0.01)):
        repository.set("evaluate", rule=rule, margin=margin)
        evaluate.main()
        told = repository.results()["recommendation"]
        assert (told["arm"], told["probably_enough"]) == recommended(folder)
        assert told["arm"] != "cached_0"


def copy_first_seed(folder: Path, arm: str) -> None:
    """Give the heads of the second seed the weights of the first."""
    for other in (folder / HEADS[arm] / "1").glob("*.npz"):
        file = folder / HEADS[arm] / "0" / other.name
        other.write_bytes(file.read_bytes())
        sealed_again(other)
