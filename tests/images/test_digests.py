import hashlib

import numpy as np

from viewcache.images.digests import Digests

LIST = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(5)] + [64 * "0"]


def test_digests_read_as_the_list_that_they_were_made_of():
    digests = Digests(iter(LIST))
    assert list(digests) == LIST
    assert digests[np.int64(3)] == digests[-3] == LIST[3]
    assert digests[1:4] == LIST[1:4]
    assert LIST[2] in digests
    assert 32 * "f" not in digests
