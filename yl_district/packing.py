"""Compact text serialisation of rows of cells, for encrypted columns."""

import base64
import json
import zlib
from datetime import date, datetime

HELD_AS = '{"day":', '{"moment":'  # how objects begin that stand for a day or a moment
FAST = 1  # zlib level: rows are packed once and read a few times


def packed(value):
    """The value, of lists, dicts and cells, as compressed base64 text."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_written)
    return base64.b64encode(zlib.compress(text.encode("utf-8", "surrogatepass"), FAST)).decode()


def unpacked(text):
    """The value that `packed` serialised."""
    written = zlib.decompress(base64.b64decode(text)).decode("utf-8", "surrogatepass")
    # Without days every object is as it was, which need not be looked at one by one.
    return json.loads(written, object_hook=_read if any(map(written.__contains__, HELD_AS)) else None)


def _written(cell):
    if isinstance(cell, datetime):
        return {"moment": cell.isoformat()}
    if isinstance(cell, date):
        return {"day": cell.isoformat()}
    raise TypeError(f"no cell: {type(cell).__name__}")


def _read(found):
    if len(found) == 1:
        if "moment" in found:
            return datetime.fromisoformat(found["moment"])
        if "day" in found:
            return date.fromisoformat(found["day"])
    return found
