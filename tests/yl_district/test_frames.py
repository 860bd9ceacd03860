"""How deep a function was called does not decide on how long its own calls take."""

from time import process_time

from yl_district.frames import WIDTH, with_room

CALLS, TRIES = 2_000, 3
# A quarter of a piece of memory lies between them.
DEPTHS = range(0, 200, 4)


def at_depth(act, depth):
    """The result of an act called so deep."""
    return at_depth(act, depth - 1) if depth else act()


def nothing(first, second):
    """Called in a loop."""


def many_calls():
    """Calls a function many times."""
    for _ in range(CALLS):
        nothing(1, 2)


def seconds(depth):
    """The CPU seconds of many calls at a depth, at the least of several tries."""
    found = []
    for _ in range(TRIES):
        began = process_time()
        at_depth(many_calls, depth)
        found.append(process_time() - began)
    return min(found)


def test_calls_take_as_long_at_any_depth():
    found = with_room(lambda: [seconds(depth) for depth in DEPTHS])()
    # A hundred times, where each call has memory mapped.
    assert max(found) < 15 * min(found)


def test_a_function_with_room_does_as_it_did():
    number = 3

    def described(first, second=2, *rest, third=number, **others):
        """Says what it is given."""
        return first, second, rest, third, others, number

    roomy = with_room(described)
    assert roomy(1) == described(1) == (1, 2, (), 3, {}, 3)
    assert roomy(1, 5, 6, third=7, eighth=8) == (1, 5, (6,), 7, {"eighth": 8}, 3)
    assert (roomy.__name__, roomy.__doc__) == ("described", "Says what it is given.")
    assert roomy.__code__.co_stacksize == WIDTH


def test_each_request_has_room(settings):
    assert settings.MIDDLEWARE[0] == "yl_district.frames.room_middleware"
