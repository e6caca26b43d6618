"""Weights that Keras downloaded before, found by the names that it gives to its files."""

import pytest

from viewcache.bases.at_hand import networks_at_hand, weights_folder


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


@pytest.mark.parametrize(
    ("file", "network"),
    [
        ("convnext_xlarge_notop.h5", "ConvNeXtXLarge"),
        ("densenet121_weights_tf_dim_ordering_tf_kernels_notop.h5", "DenseNet121"),
        ("efficientnetb0_notop.h5", "EfficientNetB0"),
        ("efficientnetv2-b0_notop.h5", "EfficientNetV2B0"),
        ("inception_resnet_v2_weights_tf_dim_ordering_tf_kernels_notop.h5", "InceptionResNetV2"),
        ("mobilenet_1_0_224_tf_no_top.h5", "MobileNet"),
        ("mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_160_no_top.h5", "MobileNetV2"),
        ("weights_mobilenet_v3_small_224_1.0_float_no_top_v2.h5", "MobileNetV3Small"),
        ("nasnet_mobile_no_top.h5", "NASNetMobile"),
        ("resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5", "ResNet50"),
        ("resnet50v2_weights_tf_dim_ordering_tf_kernels_notop.h5", "ResNet50V2"),
        ("xception_weights_tf_dim_ordering_tf_kernels_notop.h5", "Xception"),
    ],
)
def test_a_network_is_found_by_the_name_of_its_file(cache, file, network):
    (cache / file).touch()
    assert networks_at_hand() == [network]


def test_what_is_none_of_them_is_passed_over(cache):
    (cache / "vgg16_weights_tf_dim_ordering_tf_kernels.h5").touch()  # with its classifier
    (cache / "my_own_notop.h5").touch()
    assert networks_at_hand() == []


def test_an_empty_home_has_none(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "nowhere"))
    assert networks_at_hand() == []
    assert weights_folder() == tmp_path / "nowhere/models"
