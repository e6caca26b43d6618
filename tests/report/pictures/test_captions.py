from tests.report.findings import CURVES, found
from tests.report.pictures.test_differences import ARMS
from viewcache.report.pictures import captions


def test_differences_are_told_with_their_intervals_by_number_of_views():
    made = found()
    rows = made.figures["answers"]["enough"]["differences_to_twin"][2:]
    assert captions.of_differences(made.arms, rows, "accuracy_augmented") == (
        "Points less end to end, on random views of the test images: "
        "no augmentation -18.8 (-22.0 to -15.0); image and 1 view +0.2 (-0.4 to +0.8)."
    )


def test_seconds_are_told_by_number_of_trainings_and_by_phase():
    told = captions.of_cumulative_seconds(ARMS, ["cached_0"], 100)
    assert told == (
        "Seconds altogether by number of trainings: "
        "no augmentation 10 seconds for one and 356 for 100."
    )
    assert "head 3.0" in captions.of_seconds_by_phase(ARMS)


def test_a_curve_is_told_by_its_ends():
    told = captions.of_learning_curves(found().arms, CURVES, ["cached_1"])
    assert told.endswith(": image and 1 view from 0.700 to 0.800.")
