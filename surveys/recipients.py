"""Mail addresses out of a pasted list or a table, with every fault named by its row and column."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from core import sheets, smtp
from core.files import FileFault, Upload
from core.i18n import _
from core.sheets import column_letters

MOST = 10_000
KINDS = {"csv": "text", "txt": "text", "xlsx": "xlsx"}
HEADINGS = frozenset(
    {"邮箱", "邮箱地址", "电子邮箱", "邮件", "邮件地址", "地址"} | {"email", "e-mail", "mail"}
)
SHOWN = 40  # characters of what is no address


@dataclass(frozen=True)
class Fault:
    """What is wrong: the row from 1, the column ("B"), and why, in the reader's language."""

    row: int
    column: str
    sentence: str


@dataclass
class Listed:
    """The addresses of a list, and what is wrong with it."""

    addresses: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read(upload: Upload) -> Listed:
    """The addresses in the first table of a file: those under a heading that says so, else those of
    the column in which the first one stands. Raises FileFault."""
    sheet = next(iter(sheets.read(upload)), None)
    rows = [[_plain(sheets.written(cell)) for cell in row] for row in sheet.rows] if sheet else []
    filled = [(number, row) for number, row in enumerate(rows, 1) if any(row)]
    if not filled:
        raise FileFault(_("里面没有地址：请粘贴，或者选一个文件。"))
    at, has_heading = _column(filled[0][1])
    if has_heading:
        filled = filled[1:]
    if len(filled) > MOST:
        raise FileFault(_("一次最多寄给 %(limit)d 个地址，请分几次。", limit=MOST))
    if not filled:
        raise FileFault(_("表头下面没有地址。"))
    found, seen = Listed(), dict[str, int]()
    for number, row in filled:
        _take(found, seen, number, column_letters(at + 1), row[at] if at < len(row) else "")
    return found


def _take(found: Listed, seen: dict[str, int], number: int, column: str, written: str) -> None:
    key = written.lower()
    if not written:
        sentence = _("这一格没有地址。")
    elif not smtp.is_address(written):
        said = written if len(written) <= SHOWN else f"{written[:SHOWN]}…"
        sentence = _("“%(said)s”不是邮件地址。", said=said)
    elif key in seen:
        sentence = _("和第 %(row)d 行是同一个地址，一个人只寄一个码。", row=seen[key])
    else:
        seen[key] = number
        found.addresses.append(written)
        return
    found.faults.append(Fault(number, column, sentence))


def _column(first: list[str]) -> tuple[int, bool]:
    """Which column holds the addresses, and whether the first row is its heading."""
    for at, cell in enumerate(first):
        if cell.lower() in HEADINGS:
            return at, True
    return next((at for at, cell in enumerate(first) if "@" in cell), 0), False


def _plain(cell: str) -> str:
    """As typed with an ordinary keyboard: full-width letters and spaces around are mended."""
    return unicodedata.normalize("NFKC", cell).strip().strip("<>;,").strip()
