"""The one way by which a file leaves the system; it notes who took what before the first byte goes out."""

import io
import os
import tempfile
from urllib.parse import quote

from django.core.management.base import CommandError
from django.db import transaction
from django.http import HttpResponse

from .models import Download

CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}


@transaction.atomic
def download(user, file_name, subject, write):
    """An attachment whose bytes `write(stream)` makes, noted as taken by `user`."""
    stream = io.BytesIO()
    write(stream)
    Download.objects.create(user=user, file_name=file_name[:255], subject=subject[:255])
    response = HttpResponse(stream.getvalue(), content_type=CONTENT_TYPES[file_name.rpartition(".")[2]])
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file_name)}"
    response["Cache-Control"] = "no-store"
    return response


def write_file(path, subject, write):
    """Writes a file from the command line, whole or not at all; raises CommandError where that cannot be done."""
    try:
        with transaction.atomic(), tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            try:
                write(file)
                file.flush()
                Download.objects.create(file_name=path.name[:255], subject=subject[:255])
                os.replace(file.name, path)
            except BaseException:
                os.unlink(file.name)
                raise
    except OSError as error:
        raise CommandError(f"不能写入 {path}：{error.strerror}。请核对目录是否存在、是否可写。") from None
