"""File downloads, each recorded in the access log before its first byte is sent; no file leaves any other way."""

import errno
import io
import os
import tempfile
from contextlib import ExitStack
from urllib.parse import quote

from django.core.management.base import CommandError
from django.db import transaction
from django.http import FileResponse, HttpResponse

from ..privacy.sealed_spools import SealedSpool
from .access_log import Action, operating_system_user, record

CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}


# Bytes up to which a file is held in memory and sent as an ordinary response; larger ones are streamed.
IN_MEMORY = 4 * 1024 * 1024


@transaction.atomic
def download(request, file_name, subject, write, *, action=Action.EXPORT, logged=""):
    """A response with the bytes that `write(stream)` writes, logged as exported by the requesting user.

    The log uses the name `logged` where the file name itself would reveal too much.
    """
    stream = io.BytesIO()
    write(stream)
    return attachment_response(request, file_name, subject, stream, action=action, logged=logged)


def long_download(request, file_name, write):
    """Like `download`, for a file that may be large: `write(stream)` returns the description for the log.

    It opens no transaction, which on SQLite would block every other writer while the file is written.
    """
    with ExitStack() as stack:
        stream = stack.enter_context(SealedSpool(IN_MEMORY))
        answer = attachment_response(request, file_name, write(stream), stream)
        stack.pop_all()  # the response closes the stream
        return answer


def attachment_response(request, file_name, subject, stream, *, action=Action.EXPORT, logged=""):
    """Logs the download and returns the response with the stream's content, which takes over closing the stream."""
    record(action, logged or file_name, request=request, detail=subject)
    length = stream.tell()
    stream.seek(0)
    # The name of an attachment may be unreadable.
    content_type = CONTENT_TYPES.get(file_name.rpartition(".")[2], "application/octet-stream")
    if length > IN_MEMORY:
        response = FileResponse(stream, content_type=content_type)
    else:
        with stream:
            response = HttpResponse(stream.read(), content_type=content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file_name)}"
    response["Cache-Control"] = "no-store"
    # A browser that shows the file in spite of its disposition gives it no scripts, no forms and no origin.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def write_file(path, subject, write):
    """Writes a file for a command atomically and logs it; raises CommandError on an operating system error."""
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            try:
                with transaction.atomic():
                    write(file)
                    file.flush()
                    record(Action.EXPORT, path.name, detail=subject, who=operating_system_user())
                os.replace(file.name, path)
            except BaseException:
                os.unlink(file.name)
                raise
    except OSError as error:
        raise CommandError(f"不能写入 {path}：{error.strerror}。请核对目录是否存在、是否可写。") from None
