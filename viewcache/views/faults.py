"""Operations that take something away from a view, in the order that it goes through them."""

from collections.abc import Sequence

import cv2
import numpy as np

from viewcache.ground.params.policy import Policy
from viewcache.views.operation import TRIES, Field, Pixels, rectangles, seeds


class Blur(Pixels):
    """Gaussian blur, as `skimage.filters.gaussian(mode="nearest", truncate=3)` (1.4 levels)."""

    parameters = ("blur",)
    fields = (Field("blur", "<f4", 0),)
    streams = ("/blur",)

    def draw(self, policy: Policy, chance: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        return [chance[0] * policy.blur]

    def apply(self, view: np.ndarray, row: np.void) -> np.ndarray:
        sigma = float(row["blur"])
        return cv2.GaussianBlur(view, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)


class Noise(Pixels):
    """Gaussian noise in every channel, as `skimage.util.random_noise` (0.51)."""

    parameters = ("noise",)
    fields = (Field("noise", "<f4", 0), Field("noise_seed", "<u4", 0))
    streams = ("/noise",)
    version = f"1 of numpy {np.__version__}"  # which does not promise a generator's stream

    def draw(self, policy: Policy, chance: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        return [chance[0] * policy.noise, seeds(chance[1])]

    def apply(self, view: np.ndarray, row: np.void) -> np.ndarray:
        generator = np.random.default_rng(int(row["noise_seed"]))
        noise = generator.normal(0, 255 * float(row["noise"]), view.shape)
        return np.rint(view + noise).clip(0, 255).astype(np.uint8)


class Jpeg(Pixels):
    """Stored as a JPEG and read again, as by Pillow, exactly; `tf.image` differs by 4 levels."""

    parameters = ("jpeg_quality",)
    fields = (Field("jpeg_quality", "u1", 100),)
    streams = ("/jpeg",)

    def draw(self, policy: Policy, chance: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        return [100 - np.floor((101 - policy.jpeg_quality) * chance[0])]

    def apply(self, view: np.ndarray, row: np.void) -> np.ndarray:
        settings = [cv2.IMWRITE_JPEG_QUALITY, int(row["jpeg_quality"])]
        _, code = cv2.imencode(".jpg", cv2.cvtColor(view, cv2.COLOR_RGB2BGR), settings)
        return cv2.cvtColor(cv2.imdecode(code, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


class Erasing(Pixels):
    """A black rectangle, as torchvision's `RandomErasing(p=erasing, scale=(0.02, erasing_area))`,
    whose `ratio` is (0.3, 3.3): drawn so, and put there exactly.
    """

    parameters = ("erasing", "erasing_area")
    fields = (
        Field("erasing_y", "<f4", 0),
        Field("erasing_x", "<f4", 0),
        Field("erasing_height", "<f4", 0),
        Field("erasing_width", "<f4", 0),
    )
    streams = ("/erasing", "/erasing/more")

    def draw(self, policy: Policy, chance: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        areas, aspects = (0.02, policy.erasing_area), (1 / 3.3, 1 / 0.3)
        fits, width, height = rectangles(chance, areas, aspects)
        y, x, happens = chance[2 * TRIES : 2 * TRIES + 3]
        erased = fits & (happens < policy.erasing)
        return [np.where(erased, one, 0) for one in (y, x, height, width)]

    def apply(self, view: np.ndarray, row: np.void) -> np.ndarray:
        erased, side = view.copy(), len(view)
        lengths = [round(side * float(row[name])) for name in ("erasing_height", "erasing_width")]
        starts = [
            int(float(row[name]) * (side - length + 1))
            for name, length in zip(("erasing_y", "erasing_x"), lengths, strict=True)
        ]
        rows, columns = (slice(a, a + b) for a, b in zip(starts, lengths, strict=True))
        erased[rows, columns] = 0
        return erased


FAULTS = (Blur(), Noise(), Jpeg(), Erasing())
