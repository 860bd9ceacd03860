"""The one way by which a file leaves the system; the access log tells who took what before the first byte goes out."""

import errno
import io
import os
import tempfile
from urllib.parse import quote

from django.core.management.base import CommandError
from django.db import transaction
from django.http import HttpResponse

from .access_log import Action, operating_system_user, record

CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}


@transaction.atomic
def download(request, file_name, subject, write):
    """An attachment whose bytes `write(stream)` makes, noted as taken by the user who asks."""
    stream = io.BytesIO()
    write(stream)
    record(Action.EXPORT, file_name, request=request, detail=subject)
    response = HttpResponse(stream.getvalue(), content_type=CONTENT_TYPES[file_name.rpartition(".")[2]])
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file_name)}"
    response["Cache-Control"] = "no-store"
    return response


def write_file(path, subject, write):
    """Writes a file from the command line, whole or not at all; raises CommandError where that cannot be done."""
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
