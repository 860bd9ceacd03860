"""Room for the frames of all calls of a request in one piece of memory.

CPython lays the frames of calls into pieces of 16 KB. Where a loop runs at the edge of one, each call in it has the
system map a new piece and take it back, which lasts longer than most calls: how deep a page happened to be called
decided on up to a third of its time. A frame larger than a piece gets one of its own, in which those called from it lie
as well.
"""

from types import FunctionType

# In values of eight bytes. Python takes the next power of two above it, which leaves as much again to others, for the
# thousand calls that it lets go on within each other; nothing that is not used takes memory.
WIDTH = 2**15


def with_room(function):
    """The function as one whose frame leaves room beside it."""
    code = function.__code__.replace(co_stacksize=WIDTH)
    roomy = FunctionType(code, function.__globals__, function.__name__, function.__defaults__, function.__closure__)
    roomy.__kwdefaults__ = function.__kwdefaults__
    return roomy


def room_middleware(get_response):
    """Middleware that answers each request with room."""

    @with_room
    def answer(request):
        return get_response(request)

    return answer
