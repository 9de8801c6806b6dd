"""Files beside texts: bringing one, opening one, and the path that serves the bytes.

`/files/<id>` is a file's own address, at which the reader is asked about by their cookie; it leads
on to the path of core/file_links.py, which looks at none. Whatever that path cannot prove leads
back to the file's own address: a page that lay open for an hour still shows its pictures, and a
copied address is worth what its new holder may read.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response
from werkzeug.wsgi import wrap_file

from core import attachments, file_links
from core.attachments import Attachment
from core.db import db
from core.file_field import take_all
from core.gate import by_address, refuse_missing, requires
from core.storage import StorageFault

from .views import bp

PIECE = 64 * 1024  # bytes read at once
TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "csv": "text/csv",
    "txt": "text/plain",
}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Kept by the reader alone, and asked about each time: who may not read it any more is not
    # told "unchanged" either.
    "Cache-Control": "private, no-cache",
}


@bp.post("/files")
@requires("front:file:bring")
def bring_file() -> Any:
    """A file of the writer's own, not yet sent; answers with its row for the form's list."""
    taken, faults = take_all("file", 1)
    if not taken:
        return jsonify(said=" ".join(faults) or ""), 422
    row = render_template("front/file_row.html", note=taken[0])
    db.session.commit()
    return jsonify(row=row)


@bp.get("/files/<int:id>")
@requires("front:file:open", Attachment)
def open_file(attachment: Attachment) -> Any:
    if not attachments.may_read(attachment, current_user):
        return refuse_missing()
    failed = request.args.get("failed")
    if failed is not None:
        code = 503 if failed == "later" else 404
        return render_template("front/file_missing.html", file=attachment, code=code), code
    return redirect(file_links.address(attachment.note, current_user))


@bp.get("/files/<int:id>/<token>/<name>")
@by_address("front:file:serve")
def serve_file(id: int, token: str, name: str) -> Any:
    reader = file_links.reader_of(id, token)
    attachment = attachments.readable(id, reader) if reader is not None else None
    if attachment is None:
        return redirect(url_for("front.open_file", id=id))
    try:
        return _sent(attachment)
    except KeyError:
        return redirect(url_for("front.open_file", id=id, failed="gone"))
    except StorageFault:
        return redirect(url_for("front.open_file", id=id, failed="later"))


def _sent(attachment: Attachment) -> Response:
    """The bytes, whole or the part that was asked for, or that they have not changed."""
    note = attachment.note
    stream = attachments.opened(attachment)
    answer = Response(
        wrap_file(request.environ, stream, PIECE),
        content_type=TYPES.get(note.kind, "application/octet-stream"),
        headers=HEADERS,
        direct_passthrough=True,
    )
    answer.call_on_close(stream.close)
    answer.content_length = note.size
    how = "inline" if note.is_image else "attachment"
    answer.headers["Content-Disposition"] = (
        f"{how}; filename=\"{note.id}.{note.kind}\"; filename*=UTF-8''{quote(note.name, safe='')}"
    )
    answer.set_etag(note.digest)
    answer.make_conditional(request, accept_ranges=True, complete_length=note.size)
    return answer
