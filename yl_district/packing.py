"""Rows of cells as one compact text, so that they can be kept encrypted."""

import base64
import json
import zlib
from datetime import date, datetime

FAST = 1  # zlib's level: rows are packed once and read a few times


def packed(value):
    """The text of lists, dicts and cells."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_written)
    return base64.b64encode(zlib.compress(text.encode("utf-8", "surrogatepass"), FAST)).decode()


def unpacked(text):
    """What `packed` made a text of."""
    return json.loads(zlib.decompress(base64.b64decode(text)).decode("utf-8", "surrogatepass"), object_hook=_read)


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
