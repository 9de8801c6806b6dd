"""Files that people hand in: what they are is read from their bytes, never from their name."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

from werkzeug.datastructures import FileStorage

from .i18n import _

# What the bytes begin with; a zip is told apart by what is inside.
_BEGINNINGS = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"PK\x03\x04", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
)
_INSIDE = (
    ("xl/workbook.xml", "xlsx"),
    ("word/document.xml", "docx"),
    ("ppt/presentation.xml", "pptx"),
)
MAX_UNPACKED = 100 * 1024 * 1024
MAX_ENTRIES = 5_000
MAX_RATIO = 200  # times that an archive may grow, once it is larger than a mebibyte
# Where programs lie in office files: an archive's entry, and a folder's name in the older format.
_MACROS = ("vbaproject.bin", "vbadata.xml")
_OLD_MACROS = "_VBA_PROJECT".encode("utf-16-le")
MACRO_ENDINGS = ("docm", "dotm", "xlsm", "xltm", "xlsb", "pptm", "potm", "ppsm")
ENCODINGS = ("utf-8-sig", "gb18030")


class FileFault(ValueError):
    """The file cannot be used; the sentence says why, in the reader's language."""


@dataclass(frozen=True)
class Upload:
    """A file as handed in: its bytes and the kind that they show."""

    name: str
    kind: str
    data: bytes


def sniff(data: bytes) -> str:
    """The kind that the bytes show: pdf png jpg gif webp xlsx docx pptx zip ole, text, unknown.

    Raises FileFault for an archive that would unpack too large.
    """
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    for beginning, kind in _BEGINNINGS:
        if data.startswith(beginning):
            return _sniff_zip(data) if kind == "zip" else kind
    if b"\0" in data:
        return "unknown"
    return "text" if decoded(data) is not None else "unknown"


def _sniff_zip(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            size = sum(entry.file_size for entry in entries)
            swells = size > 2**20 and size > MAX_RATIO * len(data)
            if size > MAX_UNPACKED or swells or len(entries) > MAX_ENTRIES:
                raise FileFault(_("这个文件解开后太大，没有接收。"))
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError):
        return "unknown"
    return next((kind for inside, kind in _INSIDE if inside in names), "zip")


def has_macros(kind: str, data: bytes) -> bool:
    """Whether an office file carries programs; `kind` is what `sniff` gave."""
    if kind == "ole":
        return _OLD_MACROS in data
    if kind not in ("docx", "xlsx", "pptx"):
        return False
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return any(name.lower().endswith(_MACROS) for name in archive.namelist())


def decoded(data: bytes) -> str | None:
    """The text of a file in UTF-8 or, as older office programs write it, GB 18030."""
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def receive(storage: FileStorage | None, kinds: dict[str, str]) -> Upload:
    """The file of a form, if it is what its name says. Raises FileFault.

    `kinds` maps an ending to the kind its bytes must show: {"csv": "text", "xlsx": "xlsx"}.
    """
    if storage is None or not storage.filename:
        raise FileFault(_("请选择一个文件。"))
    ending = storage.filename.rpartition(".")[2].strip().lower()
    if ending in MACRO_ENDINGS:
        raise FileFault(
            _("不接收 .%(ending)s：这种文件可以带宏。请另存为不带宏的文件。", ending=ending)
        )
    wanted = "、".join(f".{name}" for name in kinds)
    if ending not in kinds:
        raise FileFault(_("只接收 %(kinds)s 文件。", kinds=wanted))
    data = storage.read()
    if not data:
        raise FileFault(_("这个文件是空的。"))
    if sniff(data) != kinds[ending]:
        raise FileFault(
            _("这个文件的内容不是 .%(ending)s：可能改过扩展名。请另存后再试。", ending=ending)
        )
    if has_macros(kinds[ending], data):
        raise FileFault(_("这个文件里有宏（会自己运行的程序），没有接收。请另存为不带宏的文件。"))
    return Upload(storage.filename, kinds[ending], data)
