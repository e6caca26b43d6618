from functools import partial

import numpy as np

from tests.report.findings import ARMS, CURVES, NONE, ONE, TWIN
from tests.report.pictures.test_differences import painted
from viewcache.report.pictures.curves import losses_in_words, validation_losses
from viewcache.report.pictures.style import styles


def test_a_learning_curve_is_the_mean_loss_over_trainings():
    shown, looks = [NONE, TWIN], styles(ARMS)
    axes = painted(partial(validation_losses, curves=CURVES, shown=shown, looks=looks))
    lines = {line.get_label(): line.get_ydata() for line in axes.lines}
    assert list(lines) == ["no augmentation", "image and 4 views"]
    np.testing.assert_allclose(lines["no augmentation"], [0.6, 0.5])
    np.testing.assert_allclose(lines["image and 4 views"], [0.8, 0.45])


def test_a_curve_is_told_by_its_ends():
    told = losses_in_words(CURVES, [ONE])
    assert told.endswith(": image and 1 view from 0.700 to 0.800.")
