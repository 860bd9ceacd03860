"""Inspects one file that it reads from standard input and prints what acts in it; runs as a child process with limits.

The libraries that read a file work in the child alone: what overcomes them has neither the database nor the keys.
"""

import json
import resource
import sys

from .findings import Unsafe

MEMORY_LIMIT = 1024 * 1024 * 1024
CPU_LIMIT = 20


def inspect_content(ending, data):
    """Raises Unsafe for a file of the type with this extension that is not taken."""
    if ending == "pdf":
        from .pdf_files import inspect_pdf as inspect
    else:
        from .office_files import inspect_office as inspect
    inspect(data)


def main(ending):
    """Prints null for a file in which nothing acts, or what was found."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT, CPU_LIMIT))
    answer = None
    try:
        inspect_content(ending, sys.stdin.buffer.read())
    except Unsafe as found:
        answer = found.as_dict()
    except (MemoryError, RecursionError):
        answer = Unsafe("too large").as_dict()
    print(json.dumps(answer))
