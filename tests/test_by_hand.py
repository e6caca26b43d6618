"""What a reader of the book would write shows what the pipeline shows."""

import re
import subprocess
import sys

from tests.photographs import save_crops


def test_end_to_end_trains_the_head_that_was_trained_on_cached_views(tmp_path):
    save_crops(tmp_path, {"cat": 20, "coffee": 20})
    script = [sys.executable, "docs/by_hand.py", str(tmp_path), "random"]
    said = subprocess.run(script, capture_output=True, text=True, check=True).stdout
    assert "largest difference of weights: 0.0\n" in said
    cached, end_to_end, again = re.findall(r"(\d+|no) base pass", said)
    assert int(cached) < int(end_to_end)
    assert again == "no"
