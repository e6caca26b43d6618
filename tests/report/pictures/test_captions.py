from tests.report.pictures.test_accuracy import ARMS, CURVES
from viewcache.report.pictures import captions


def test_accuracies_are_told_with_their_intervals_and_seconds():
    caption = captions.of_accuracy_against_seconds(ARMS, "test_accuracy")
    assert "cached_2 0.852 (0.831 to 0.871) in 10 seconds" in caption
    assert "test images as they are" in caption
    assert "end_to_end 0.852" in captions.of_accuracy_against_views(ARMS, "test_accuracy")


def test_seconds_are_told_by_number_of_trainings_and_by_phase():
    assert "cached_0 10 seconds for one and 356 for 100" in captions.of_cumulative_seconds(
        ARMS, 100
    )
    assert "head 3.0" in captions.of_seconds_by_phase(ARMS)


def test_a_curve_is_told_by_its_ends():
    assert "cached_2 from 0.200 to 0.800 in 2 epochs" in captions.of_learning_curves(CURVES)
