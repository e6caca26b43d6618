from functools import partial

import numpy as np

from tests.report.findings import CURVES, found
from tests.report.pictures.test_differences import painted
from viewcache.report.pictures.curves import validation_losses


def test_a_learning_curve_is_the_mean_loss_over_trainings():
    shown = ["cached_0", "cached_4"]
    axes = painted(partial(validation_losses, arms=found().arms, curves=CURVES, shown=shown))
    lines = {line.get_label(): line.get_ydata() for line in axes.lines}
    assert list(lines) == ["no augmentation", "image and 4 views"]
    np.testing.assert_allclose(lines["no augmentation"], [0.6, 0.5])
    np.testing.assert_allclose(lines["image and 4 views"], [0.8, 0.45])
