import numpy as np

from benchmarks.workspace import generated
from stages.images.prepared import open_prepared, read_images
from stages.paths import PREPARED, plan_file


def test_a_workspace_holds_images_that_the_stages_can_read():
    with generated(1_003, 32, views=2):
        prepared = open_prepared(PREPARED)
        assert len(prepared.rows("train")) == 1_003
        with read_images(prepared) as images:
            assert images.read([1_002]).std() > 50
        assert len(np.load(plan_file(2))) == 1_003
