"""Figures in words, the same way wherever they stand."""


def with_interval(estimate: float, low: float, high: float, form: str, unit: str = "") -> str:
    """An estimate with its interval, such as "0.852 (0.831 to 0.871)".

    Args:
        form: Of a number, as `format` takes it.
        unit: What follows the estimate.
    """
    return f"{estimate:{form}}{unit} ({low:{form}} to {high:{form}})"
