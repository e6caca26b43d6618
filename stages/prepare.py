"""Decode the images of the source into one array for each split, and report on them."""

import sys
from pathlib import Path

import pandas as pd

from viewcache.ground.entry import run
from viewcache.ground.errors import PipelineError
from viewcache.ground.files import replace_folder, scratch, write_text
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import IMAGE_REPORT, LEFT_OUT, PREPARED
from viewcache.images.decoding import DecodingPolicy
from viewcache.images.index import index_images, refuse_missing_class
from viewcache.images.overview import odd_images, rejects, write_report
from viewcache.images.prepared import SPLITS
from viewcache.images.preparing import write_classes, write_prepared
from viewcache.images.sources import open_source


def main() -> None:
    params = load_params()
    data = params.data
    source = open_source(Path(data.path), data.manifest, data.classes)
    index = index_images(source, params.seed, data.validation, data.test, data.limit)
    refuse_missing_class(index, source.classes)
    policy = DecodingPolicy(params.side, data.min_size, data.background)
    with scratch(PREPARED) as folder:
        index = _decode(folder, source.root, index, policy)
        rejected = rejects(source, index)
        LEFT_OUT.parent.mkdir(exist_ok=True)
        write_text(LEFT_OUT, rejected.to_csv(index=False))
        _refuse_too_many(rejected, data.max_rejected)
        kept = index[index["rejected"] == ""]
        refuse_missing_class(kept, source.classes)
        write_classes(folder, source.classes)
        replace_folder(PREPARED, folder)
    odd = odd_images(kept)
    write_report(IMAGE_REPORT, source, kept, rejected, odd, PREPARED)
    _warn(rejected, odd)


def _decode(folder: Path, root: Path, index: pd.DataFrame, policy: DecodingPolicy) -> pd.DataFrame:
    """Decode every split; the index with what was found about each image."""
    parts = []
    for split in SPLITS:
        part = index[index["split"] == split]
        parts.append(part.join(write_prepared(folder / split, root, part, policy)))
    return pd.concat(parts)


def _refuse_too_many(rejected: pd.DataFrame, limit: int) -> None:
    if len(rejected) > limit:
        first = [f"{path!r}: {reason}" for path, _, reason in rejected.head(10).to_numpy()]
        more = f" and {len(rejected) - 10} more in {LEFT_OUT}" if len(rejected) > 10 else ""
        rule = f"no more than {limit} images may be left out (data.max_rejected)"
        raise PipelineError(rule, f"{len(rejected)}: {', '.join(first)}{more}")


def _warn(rejected: pd.DataFrame, odd: pd.DataFrame) -> None:
    if len(rejected) or len(odd):
        counts = f"{len(rejected)} images left out, {len(odd)} accepted with a warning"
        print(f"viewcache: {counts}: see {IMAGE_REPORT}/images.md", file=sys.stderr)


if __name__ == "__main__":
    run(main)
