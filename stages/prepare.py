"""Decode the images of the source into one array, part them, and report on them."""

import csv
import sys

import pandas as pd

from viewcache.ground.entry import run
from viewcache.ground.errors import PipelineError
from viewcache.ground.files import replace_folder, scratch, write_text
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import IMAGE_REPORT, LEFT_OUT, PARTS, PREPARED
from viewcache.ground.stopwatch import Stopwatch
from viewcache.images.decoding import DecodingPolicy
from viewcache.images.index import index_used
from viewcache.images.near_duplicates import NearDuplicates, find_near_duplicates, hash_images
from viewcache.images.near_report import NEAR_DUPLICATES, leaking, write_near_duplicates
from viewcache.images.overview import odd_images, rejects, write_report
from viewcache.images.parting import part_by_params, units_of, write_parts
from viewcache.images.prepared import open_prepared
from viewcache.images.preparing import write_classes, write_prepared
from viewcache.images.sources import source_of


def main() -> None:
    params, costs = load_params(), Stopwatch()
    data, policy = params.data, DecodingPolicy.of(params)
    with costs.phase("index"):
        source = source_of(data)
        index, conflicts = index_used(source, data, _list)
        part_by_params(index, source.classes, params)
    with scratch(PREPARED) as folder:
        with costs.phase("decode"):
            index = index.join(write_prepared(folder, source.root, index, policy))
        with costs.phase("part"):
            rejected = rejects(source, index)
            left_out = pd.concat([rejected, conflicts], ignore_index=True)
            _list(left_out)
            _refuse_too_many(rejected, data.max_rejected)
            kept = index[index["rejected"] == ""]
            hashes = hash_images(open_prepared(folder))
            parts = part_by_params(kept, source.classes, params, lambda: hashes)
            write_classes(folder, source.classes)
            replace_folder(PREPARED, folder)
            write_parts(PARTS, parts)
    with costs.phase("report"):
        odd, near = odd_images(kept), find_near_duplicates(hashes, units_of(kept), parts)
        write_near_duplicates(IMAGE_REPORT, near, kept, source.classes, open_prepared(PREPARED))
        write_report(IMAGE_REPORT, source, kept, parts, left_out, odd, near, PREPARED)
    _warn(left_out, odd, near)
    costs.save("prepare")


def _list(left_out: pd.DataFrame) -> None:
    LEFT_OUT.parent.mkdir(exist_ok=True)
    write_text(LEFT_OUT, left_out.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC))


def _refuse_too_many(rejected: pd.DataFrame, limit: int) -> None:
    if len(rejected) > limit:
        first = [f"{path!r}: {reason}" for path, _, reason in rejected.head(10).to_numpy()]
        more = f" and {len(rejected) - 10} more in {LEFT_OUT}" if len(rejected) > 10 else ""
        rule = (
            f"no more than {limit} images may be left out: mend or remove them, "
            f"or go on without them by data.max_rejected={len(rejected)}"
        )
        raise PipelineError(rule, f"{len(rejected)}: {', '.join(first)}{more}")


def _warn(left_out: pd.DataFrame, odd: pd.DataFrame, near: NearDuplicates) -> None:
    if len(left_out) or len(odd):
        counts = f"{len(left_out)} images left out, {len(odd)} accepted with a warning"
        print(f"viewcache: {counts}: see {IMAGE_REPORT}/images.md", file=sys.stderr)
    if near.across:
        print(f"viewcache: {leaking(near)}: see {NEAR_DUPLICATES}", file=sys.stderr)


if __name__ == "__main__":
    run(main)
