"""Which split an image belongs to."""

import hashlib

SPLITS = ("train", "validation", "test")


def split_of(digest: str, seed: int, validation: float, test: float) -> str:
    """The split of an image, from (seed, digest) alone.

    So equal bytes never cross splits, and adding an image moves no other one. The price is that
    fractions hold on average, for the whole as for each class, and not to the image: no rule that
    depends on one image alone can do better.

    Args:
        digest: SHA-256 of the image's bytes, in hexadecimal.
        validation: Fraction of the images for validation.
        test: Fraction of the images for the test.
    """
    hashed = hashlib.blake2b(f"split/{seed}/{digest}".encode(), digest_size=8).digest()
    place = int.from_bytes(hashed, "little") / 2**64
    if place < test:
        return "test"
    return "validation" if place < test + validation else "train"
