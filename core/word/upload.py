"""A Word document as somebody hands it in."""

from __future__ import annotations

from werkzeug.datastructures import FileStorage

from ..files import FileFault, receive, sniff
from ..i18n import _

_PASSWORD = "EncryptedPackage".encode("utf-16-le")


def take(handed_in: FileStorage | None, limit: int) -> bytes:
    """The bytes of a .docx of at most `limit` MB. Raises FileFault with a sentence that says what to do instead."""
    if handed_in is not None and handed_in.filename:
        data = handed_in.read()
        handed_in.seek(0)
        if len(data) > limit * 2**20:
            raise FileFault(_("这个文件太大：最多 %(limit)d MB。", limit=limit))
        if sniff(data) == "ole":
            raise FileFault(_old(data))
    return receive(handed_in, {"docx": "docx"}).data


def _old(data: bytes) -> str:
    if _PASSWORD in data:
        return _("这个文件加了密码，读不了。请先在 Word 或 WPS 里去掉密码，再另存为 .docx。")
    return _("这是旧格式的文件（.doc 或 .wps）。请在 Word 或 WPS 里另存为 .docx 再试。")
