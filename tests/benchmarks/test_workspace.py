from benchmarks.workspace import generated
from viewcache.features.store import rows_of_views
from viewcache.ground.manifests import load_array
from viewcache.ground.paths import PREPARED, plan_file
from viewcache.images.prepared import open_prepared


def test_a_workspace_holds_images_that_the_stages_can_read():
    with generated(1_003, 32, views=2):
        images = open_prepared(PREPARED)
        assert len(images.digests) == 1_003
        with images.read() as pixels:
            assert pixels.read([1_002]).std() > 50
        assert len(load_array(plan_file(2))) == 1_003
        assert rows_of_views([2], 1_003)[2].tolist() == list(range(1_003))
