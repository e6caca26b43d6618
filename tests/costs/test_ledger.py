import pytest

from tests.arms.named import named
from viewcache.costs.ledger import Training, costs_of_arms, own_seconds, set_up_of
from viewcache.heads.course import course

HERE, THERE = {"id": "here"}, {"id": "there"}
TRAINING = Training(images={0: 50, 1: 50}, heads=16)
SHORT = course(4, "every_second")
"""With two random views: seed 0 begins with view 1, seed 23 with view 2."""


def records(machine_of_view_2=HERE, times=1):
    """Args: times: As many images, of which as many as ever are trained on."""

    def record(machine=HERE, peak=100, **seconds):
        return {"seconds": seconds, "peak_rss_bytes": peak, "machine": machine}

    def view(rows, row_bytes, open_, machine=HERE, **seconds):
        of = {"rows": times * rows, "row_bytes": row_bytes, "machines": [machine["id"]]}
        return of | {"open": open_, "seconds": seconds}

    def end_to_end(arm, peak):
        fits = {(0, 0): 30.0, (0, 1): 24.0, (1, 0): 99.0, (1, 1): 99.0}
        rendered = {(0, 0): 4.0, (0, 1): 2.0, (1, 0): 3.0, (1, 1): 3.0}
        originals = {(0, 0): 10.0, (0, 1): 11.0}

        def named(part, seconds):
            return {f"{arm} seed {i} rotation {k} {part}": of for (i, k), of in seconds.items()}

        parts = named("augment", rendered) | named("originals", originals)
        return record(peak=peak, setup=6.0, **named("fit", fits)) | {"parts": parts}

    views = {
        "0": view(250, 4, 0.25, augment=2.0, extract=30.0),
        "1": view(100, 5, 0.25, augment=2.0, extract=12.0),
        "2": view(100, 6, 0.75, machine_of_view_2, augment=4.0, extract=24.0),
    }
    return {
        "augment": record(**{"setup": 0.5, "view 1": 0.2, "view 2": 0.4, "view 1000000": 70.0}),
        "compile_base": record(setup=3.0, compile=2.0),
        "extract": record(setup=1.0, lookup=0.0, other=0.0, open=50.0, extract=60.0)
        | {"views": views},
        "train_head": record(
            **{"setup": 4.0, "head alone": 5.0, "heads": 27.0, "heads twice as long": 9.0},
            baseline=6.0,
        ),
        "train_end_to_end_keras": end_to_end("end_to_end", peak=300),
        "train_end_to_end_compiled": end_to_end("end_to_end_compiled", peak=200),
    }


def cost_of(name, seeds=(0,), rotations=(0, 1), whole=SHORT, epochs="all", **changes):
    arm = named(name, seeds, rotations, whole, epochs)
    return costs_of_arms([arm], TRAINING, records(**changes).__getitem__)[arm]


SET_UP = 0.5 + (3 + 2) + 1 + 4
"""Of drawing views, of the base, of extraction and of training heads."""


def test_a_cached_arm_costs_the_training_images_share_of_its_own_views_and_one_head():
    costs = cost_of("cached_2")
    assert costs.base_passes == 3 * 50
    assert costs.augment_seconds == pytest.approx((0.2 + 0.4) / 2 + (2 + 4) / 2 + 2 / 5)
    assert costs.base_seconds == pytest.approx((12 - 2) / 2 + (24 - 4) / 2 + (30 - 2) / 5)
    assert costs.head_seconds == 5
    assert costs.seconds == pytest.approx(3.7 + 20.6 + 5 + costs.setup_seconds)
    assert costs.further_seconds == 4 + 5
    assert (costs.feature_bytes, costs.peak_rss_bytes) == (1000 + 500 + 600, 100)
    assert (costs.measured_epochs, costs.originals_seconds) == (4, 0)


def test_one_process_extracts_all_views_and_opens_the_base_once():
    assert cost_of("cached_2").setup_seconds == SET_UP + max(0.25, 0.25, 0.75)


def test_views_cost_what_their_rows_did_whatever_the_last_run_computed():
    measured = records()
    measured["extract"]["seconds"] = {"setup": 1.0, "lookup": 0.0, "other": 0.0}  # all were there
    arm = named("cached_2", (0,), (0, 1), SHORT)
    assert costs_of_arms([arm], TRAINING, measured.__getitem__)[arm] == cost_of("cached_2")


def test_cached_0_costs_the_training_images_share_of_view_0_which_all_images_have():
    costs = cost_of("cached_0")
    assert (costs.base_passes, costs.feature_bytes) == (50, 1000)
    assert costs.base_seconds == pytest.approx((30 - 2) / 5)
    assert costs.augment_seconds == pytest.approx(2 / 5)


@pytest.mark.parametrize(
    ("name", "whole"), [("cached_2", course(2, "never")), ("views_only_2", SHORT)]
)
def test_without_the_images_only_random_views_are_paid_for(name, whole):
    costs = cost_of(name, whole=whole)
    assert (costs.base_passes, costs.feature_bytes) == (2 * 50, 500 + 600)


def test_a_first_training_reads_the_first_views_of_the_first_seeds_order():
    one, other = (cost_of("cached_1", seeds=seeds) for seeds in ((0, 23), (23, 0)))
    assert other.base_seconds - one.base_seconds == pytest.approx(10 - 5)
    assert (one.feature_bytes, other.feature_bytes) == (1000 + 500, 1000 + 600)


def test_a_study_extracts_the_views_of_all_its_seeds_for_all_images_once():
    study = cost_of("cached_1", seeds=(0, 23)).study_seconds
    heads = 4 / 16 * (5 + 27)
    views = (0.2 + 0.4) + (30 + 12 + 24)
    assert study == pytest.approx(SET_UP + 0.75 + views + heads)
    alone = cost_of("cached_1").study_seconds
    assert alone == pytest.approx(SET_UP + 0.25 + 0.2 + 30 + 12 + 2 / 16 * (5 + 27))


def test_a_study_without_augmentation_extracts_view_0():
    study = cost_of("cached_0", rotations=(0,)).study_seconds
    assert study == pytest.approx(SET_UP + 0.25 + 30 + 1 / 16 * (5 + 27))


def test_the_baseline_costs_view_0_and_its_own_training():
    costs, none = cost_of("baseline"), cost_of("cached_0")
    assert costs.base_passes == none.base_passes
    assert costs.head_seconds == 6 / 2
    assert costs.further_seconds == 4 + 6 / 2
    assert costs.study_seconds == pytest.approx(SET_UP + 0.25 + 30 + 6)


def test_end_to_end_splits_the_mean_of_its_trainings_into_base_and_head():
    costs = cost_of("end_to_end")
    assert costs.base_passes == 4 * 50
    assert costs.augment_seconds == (4 + 2) / 2
    assert costs.base_seconds == (30 + 24) / 2 - 3 - 5
    assert costs.head_seconds == 5
    assert costs.seconds == costs.further_seconds == 27 + 6
    assert costs.study_seconds == 2 * 27 + 6
    assert (costs.peak_rss_bytes, costs.feature_bytes) == (300, 0)


def test_end_to_end_that_was_cut_short_takes_its_pace_times_all_epochs():
    whole, cut = cost_of("end_to_end"), cost_of("end_to_end", epochs=2)
    assert (cut.measured_epochs, whole.measured_epochs) == (2, 4)
    assert cut.base_passes == whole.base_passes
    assert cut.augment_seconds == 2 * whole.augment_seconds
    assert cut.further_seconds == cut.seconds == 2 * 27 + 6
    assert cut.study_seconds == 2 * 2 * 27 + 6
    assert cut.head_seconds == whole.head_seconds  # which was trained for all epochs


def test_with_the_images_own_features_kept_the_base_sees_them_once():
    costs = cost_of("end_to_end_compiled")
    by_the_base = (10 + 11) / 2 - 2 / 4 * 5  # of two of four epochs, less their part of a head
    assert costs.originals_seconds == pytest.approx(by_the_base / 2)
    kept = costs.originals_kept
    assert kept.seconds == costs.seconds - costs.originals_seconds
    assert kept.further_seconds == costs.further_seconds - costs.originals_seconds
    assert (kept.setup_seconds, kept.machine) == (costs.setup_seconds, costs.machine)


def test_where_the_images_are_never_shown_there_is_nothing_to_keep():
    costs = cost_of("end_to_end_compiled", whole=course(4, "never"))
    assert costs.originals_seconds == 0
    assert costs.originals_kept.seconds == costs.seconds


def test_a_heads_share_of_a_short_training_is_what_rendering_leaves():
    measured = records()
    measured["train_head"]["seconds"]["head alone"] = 25.0
    arm = named("end_to_end", (0,), (0, 1), SHORT)
    costs = costs_of_arms([arm], TRAINING, measured.__getitem__)[arm]
    assert (costs.head_seconds, costs.base_seconds) == (27 - 3, 0)
    assert costs.seconds == 27 + 6
    assert costs.originals_seconds == 0


def test_the_mean_of_many_trainings_is_no_median():
    costs = cost_of("end_to_end", seeds=(0, 1), rotations=(0, 1))
    assert costs.augment_seconds == (4 + 2 + 3 + 3) / 4
    assert costs.further_seconds == (30 + 24 + 99 + 99) / 4 + 6
    assert cost_of("end_to_end", seeds=(1,), rotations=(0,)).further_seconds == 99 + 6


def test_only_the_compiled_base_costs_compiling_once():
    keras, compiled = (cost_of(name) for name in ("end_to_end", "end_to_end_compiled"))
    assert compiled.setup_seconds == keras.setup_seconds + 3 + 2
    assert compiled.seconds == keras.seconds + 3 + 2
    assert compiled.study_seconds == keras.study_seconds + 3 + 2
    assert compiled.further_seconds == keras.further_seconds


@pytest.mark.parametrize("name", ["cached_1", "cached_2", "end_to_end"])
def test_images_that_are_not_trained_on_are_no_base_passes(name):
    assert cost_of(name, times=10).base_passes == cost_of(name).base_passes


def test_times_of_two_machines_are_not_added_up():
    costs = cost_of("cached_2", machine_of_view_2=THERE)
    assert costs.seconds is costs.further_seconds is costs.study_seconds is None
    assert costs.machine == "here and there"
    assert costs.originals_kept.seconds is costs.originals_kept.further_seconds is None
    assert cost_of("cached_1", machine_of_view_2=THERE).machine == "here"


def test_the_set_up_of_a_process_is_its_start_and_its_compiling():
    seconds = {"setup": 2.0, "open": 1.0, "compile": 8.0, "fit": 70.0, "other": 0.5}
    assert set_up_of([{"seconds": seconds}]) == 11.5


def test_looking_rows_up_is_shared_by_all_views_and_the_rest_of_a_process_counts():
    measured = records()
    measured["extract"]["seconds"] |= {"lookup": 9.0, "other": 0.5}  # of 450 rows
    for name, rows in (("cached_0", 250), ("cached_1", 350), ("cached_2", 450)):
        arm = named(name, (0,), (0, 1), SHORT)
        costs = costs_of_arms([arm], TRAINING, measured.__getitem__)[arm]
        before = cost_of(name).setup_seconds
        assert costs.setup_seconds == pytest.approx(before + 0.5 + 9 * rows / 450)


def test_an_arm_is_costed_with_the_rotations_it_was_trained_in():
    sizes = Training({0: 50, 1: 60}, 16)

    def passes(name, rotations):
        arm = named(name, (0,), rotations, SHORT)
        return costs_of_arms([arm], sizes, records().__getitem__)[arm].base_passes

    assert passes("cached_1", (0, 1)) == 2 * 50  # whose first head was trained alone
    assert passes("end_to_end", (0, 1)) == 4 * 55
    assert passes("end_to_end", (1,)) == 4 * 60


def test_the_own_seconds_of_heads_are_those_they_took_side_by_side():
    parts = {"cached_1 seed 0 rotation 0": 2.0, "cached_1 seed 0 rotation 1": 4.0}
    measured = records()
    measured["train_head"]["parts"] = parts
    assert own_seconds(named("cached_1", (0,), (0, 1), SHORT), measured.__getitem__) == 3
    assert own_seconds(named("end_to_end", (0,), (0, 1), SHORT), measured.__getitem__) == 27
