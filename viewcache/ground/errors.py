"""Errors that the user can mend."""

import reprlib

LONGEST_RULE, LONGEST_RECEIVED = 2500, 1000  # characters of a message, together about a screen


class PipelineError(Exception):
    """Something in the user's images, files or parameters stops the pipeline.

    Args:
        rule: What must hold, with the name of the thing; without a full stop.
        received: What was found instead.
    """

    def __init__(self, rule: str, received: object) -> None:
        super().__init__(message(rule, received))


def message(rule: str, received: object) -> str:
    """A rule and what was received, in one line, whatever the bytes that it tells of.

    Of what is long, it keeps the beginning and the end.
    """
    beginning = _shortened(rule, LONGEST_RULE)
    return f"{beginning}. Received: {_shortened(str(received), LONGEST_RECEIVED)}"


def shown(text: str) -> str:
    """A text in one line, with escapes for what cannot be printed."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def _shortened(text: str, length: int) -> str:
    line = shown(text)
    return line if len(line) <= length else f"{line[: length // 2]} … {line[-length // 2 :]}"


class _Brief(reprlib.Repr):
    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 3
        self.maxdict = self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = 20
        self.maxstring = self.maxlong = self.maxother = LONGEST_RECEIVED

    def repr_int(self, x: int, level: int) -> str:
        digits = x.bit_length() // 3  # Python refuses to write down more than 4,300
        return super().repr_int(x, level) if digits < 4000 else f"an integer of {digits} digits"


def brief(value: object) -> str:
    """`repr` of a value that comes from outside, such as a list of lists of one list of lists.

    Of a few plain things it is `repr` itself; however many there are, it takes no time or memory.
    """
    return _Brief().repr(value)
