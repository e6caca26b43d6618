import pytest
from pydantic import ValidationError

from viewcache.ground.params.policy import PRESETS, Policy


def test_by_default_nothing_varies():
    assert Policy().varied == {}


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_gives_the_values_that_are_left_out_or_null(preset):
    assert Policy(preset=preset).varied == PRESETS[preset]
    nothing = dict.fromkeys(Policy.model_fields) | {"preset": preset}
    assert Policy.model_validate(nothing) == Policy(preset=preset)


def test_single_values_override_a_preset():
    policy = Policy(preset="strong", hue=0, blur=3)
    assert policy.varied == {
        name: value for name, value in (PRESETS["strong"] | {"blur": 3}).items() if name != "hue"
    }


def test_each_preset_varies_more_than_the_one_before():
    none, gentle, standard, strong = (Policy(preset=name) for name in PRESETS)
    assert none.contrast < gentle.contrast < standard.contrast < strong.contrast
    assert none.crop_area == gentle.crop_area > standard.crop_area > strong.crop_area


@pytest.mark.parametrize(
    "given",
    [
        {"preset": "wild"},
        {"preset": ["gentle"]},
        {"crop_area": 0},
        {"hue": 0.6},
        {"jpeg_quality": 0},
        {"erasing_area": 0.01},
        {"own": "../my_views.py:changed"},
        {"own": "my_views.py"},
        {"own": "my_views.py:" + "a" * 60},
    ],
    ids=str,
)
def test_values_out_of_range_are_refused(given):
    with pytest.raises(ValidationError):
        Policy.model_validate(given)
