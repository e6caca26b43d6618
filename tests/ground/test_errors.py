import pytest

from viewcache.ground.errors import PipelineError, brief


@pytest.mark.parametrize("thing", ["a\nb", "\x1b[31mred", "\ud800", "\0"])
def test_a_message_is_one_line_that_a_terminal_can_show(thing):
    assert str(PipelineError(f"{thing} is odd", thing)).isprintable()


def test_a_long_message_keeps_its_beginning_and_its_end():
    message = str(PipelineError(f"a {'x' * 10**6} b", f"c {'y' * 10**6} d"))
    assert message.startswith("a xxx")
    assert " b. Received: c yyy" in message
    assert message.endswith("yyy d")
    assert len(message) < 4000


def test_what_cannot_be_printed_is_written_as_python_writes_it():
    assert str(PipelineError("a\n\x1bé", "b\0")) == r"a\n\x1bé. Received: b\x00"


def test_a_message_is_shortened_from_a_screen_on():
    rule, received = 2500 * "r", 1000 * "c"
    assert str(PipelineError(rule, received)) == f"{rule}. Received: {received}"
    assert str(PipelineError(rule + "r", received + "c")) == (
        f"{1250 * 'r'} … {1250 * 'r'}. Received: {500 * 'c'} … {500 * 'c'}"
    )


@pytest.mark.parametrize("kind", [list, tuple, set, frozenset, dict.fromkeys])
def test_of_more_than_twenty_things_twenty_are_written(kind):
    whole, longer = kind(range(20)), kind(range(21))
    assert brief(whole) == repr(whole)
    assert brief(longer) == repr(longer).replace("20: None", "...").replace("20", "...")


@pytest.mark.parametrize("kind", [lambda value: [value], lambda value: {0: value}])
def test_of_more_than_three_levels_three_are_written(kind):
    three = kind(kind(kind(1)))
    assert brief(three) == repr(three)
    assert "1" not in brief(kind(three))


def test_a_long_string_keeps_both_ends():
    assert brief(998 * "s") == repr(998 * "s")
    assert len(brief(999 * "s")) == 1000
    assert "..." in brief(999 * "s")


@pytest.mark.parametrize("value", [[0, 1, [2, "three"]], {"a": None}, ("b", 1.5), "c" * 99, 2**900])
def test_a_plain_value_is_written_as_it_is(value):
    assert brief(value) == repr(value)


def test_a_list_of_lists_of_one_list_is_written_at_once():
    value = ["a"]
    for _ in range(100):
        value = [value] * 100
    assert len(brief(value)) < 100_000


@pytest.mark.parametrize(("bits", "digits"), [(36_000, 12_000), (11_999, 4000)])
def test_an_integer_that_python_does_not_write_down_is_described(bits, digits):
    assert brief(2**bits) == f"an integer of {digits} digits"


def test_a_long_integer_that_python_does_write_down_keeps_its_ends():
    digits = brief(2**11_998)
    assert digits.startswith(str(2**11_998)[:400])
    assert digits.endswith(str(2**11_998)[-400:])
