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


@pytest.mark.parametrize("value", [[0, 1, [2, "three"]], {"a": None}, ("b", 1.5), "c" * 99, 2**900])
def test_a_plain_value_is_written_as_it_is(value):
    assert brief(value) == repr(value)


def test_a_list_of_lists_of_one_list_is_written_at_once():
    value = ["a"]
    for _ in range(100):
        value = [value] * 100
    assert len(brief(value)) < 100_000


def test_an_integer_that_python_does_not_write_down_is_described():
    assert brief(16**9000) == "an integer of 12000 digits"
