from tests.report.findings import CURVES
from tests.report.pictures.test_accuracy import ARMS
from viewcache.report.pictures import captions


def test_accuracies_are_told_with_their_intervals_by_number_of_views():
    caption = captions.of_accuracy_against_views(ARMS, "accuracy")
    assert caption == (
        "Accuracy on test images as they are, by number of cached views: "
        "cached_0 0.852 (0.831 to 0.871); cached_4 0.860 (0.831 to 0.871)."
    )


def test_seconds_are_told_by_number_of_trainings_and_by_phase():
    assert "cached_0 10 seconds for one and 356 for 100" in captions.of_cumulative_seconds(
        ARMS, 100
    )
    assert "head 3.0" in captions.of_seconds_by_phase(ARMS)


def test_a_curve_is_told_by_its_ends():
    assert "cached_4 from 0.200 to 0.800 in 2 epochs" in captions.of_learning_curves(CURVES)
