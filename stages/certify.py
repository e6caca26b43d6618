"""Certify the base: is it as good as in float32? Of float32 there is nothing to say."""

import json

from viewcache.ground.entry import run
from viewcache.ground.files import write_text
from viewcache.ground.params.loading import load_params
from viewcache.ground.paths import CERTIFICATE


def main() -> None:
    params = load_params()
    record = None
    if params.extract.precision != "float32":
        # Here, since TensorFlow takes seconds to import.
        from viewcache.report.certificate import make_certificate

        record = make_certificate(params)
    write_text(CERTIFICATE, json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    run(main)
