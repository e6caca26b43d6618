"""Certify the base by itself."""

from viewcache.ground.errors import PipelineError
from viewcache.ground.params.loading import load_params
from viewcache.report.certificate import make_certificate


def certify() -> None:
    """Say whether the base of the stored features is as good as in float32, and what it saves.

    Raises:
        PipelineError: it is float32, or the stages left no features of it.
    """
    params = load_params()
    if params.extract.precision == "float32":
        raise PipelineError("only bfloat16 and int8 need a certificate", "float32")
    found = make_certificate(params)
    print(
        f"{found['sentence']} A base pass takes {1000 * found['seconds_a_pass']:.1f} ms, in "
        f"float32 {1000 * found['float32_seconds_a_pass']:.1f} ms: {found['seconds_saved']:.0f} s "
        f"less for {found['base_passes']:,} base passes. The certificate took "
        f"{found['seconds']:.0f} s."
    )
