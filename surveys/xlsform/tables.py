"""The sheets of a workbook as rows of named cells; every spelling of a heading is one name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from babel import Locale

from core.i18n import _
from core.sheets import Sheet, column_letters, written

from ..definition import Fault

# Other spellings of headings, in older and newer forms.
_SAME = {
    **dict.fromkeys(("relevance", "bind_relevant"), "relevant"),
    **dict.fromkeys(("bind_constraint",), "constraint"),
    **dict.fromkeys(("bind_jr_constraintmsg", "constraint_msg"), "constraint_message"),
    **dict.fromkeys(("bind_required",), "required"),
    **dict.fromkeys(("calculate", "bind_calculate"), "calculation"),
    **dict.fromkeys(("listname", "list"), "list_name"),
    **dict.fromkeys(("caption",), "label"),
    **dict.fromkeys(("command",), "type"),
    **dict.fromkeys(("id_string",), "form_id"),
    **dict.fromkeys(("form_title", "set_form_title"), "title"),
}
SPOKEN = ("label", "hint", "constraint_message")  # headings that may name a language
_CODE = re.compile(r"\(\s*([A-Za-z]{1,3}(?:-[A-Za-z0-9]{2,8})*)\s*\)\s*$")
_OWN_NAMES = {
    **dict.fromkeys(("中文", "汉语", "简体中文", "chinese", "中文(简体)"), "zh"),
    **{"deutsch": "de", "français": "fr", "español": "es", "português": "pt", "русский": "ru"},
    **{"ئۇيغۇرچە": "ug", "қазақ": "kk", "العربية": "ar", "oromiffa": "om", "tigirigna": "ti"},
}
_NAMES = {
    **{name.lower(): code for code, name in Locale("en").languages.items() if len(code) <= 3},
    **_OWN_NAMES,
}


@dataclass(frozen=True)
class Heading:
    """A column: its name, the language that it is in ("" for none), what the sheet calls it."""

    name: str
    language: str
    written: str
    letters: str


@dataclass
class Row:
    """A row of a sheet; `number` from 1, as spreadsheets count."""

    sheet: str
    number: int
    cells: dict[str, str]
    texts: dict[str, dict[str, str]]
    letters: dict[str, str]
    rest: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        return self.cells.get(name, "")

    def fault(self, name: str, sentence: str) -> Fault:
        """What is wrong in a cell of this row."""
        column = self.letters.get(name, "A")
        place = _(
            "%(sheet)s 第 %(row)d 行 %(column)s 列",
            sheet=self.sheet,
            row=self.number,
            column=column,
        )
        return Fault(place, sentence, sheet=self.sheet, row=self.number, column=column)


@dataclass
class Table:
    """A sheet read: its rows, and what is wrong with its headings."""

    name: str
    rows: list[Row]
    faults: list[Fault]


def table(sheet: Sheet, known: frozenset[str]) -> Table:
    """A sheet with a row of headings; columns beyond the known ones are kept as they are."""
    name = sheet.name.strip().lower()
    start = next((at for at, row in enumerate(sheet.rows) if any(map(written, row))), None)
    if start is None:
        return Table(name, [], [])
    headings, faults = _headings(sheet.rows[start], name, start + 1)
    rows = []
    for number, cells in enumerate(sheet.rows[start + 1 :], start + 2):
        row = _row(name, number, headings, [written(one) for one in cells], known)
        if row is not None:
            rows.append(row)
    return Table(name, rows, faults)


def _headings(
    cells: list[object], sheet: str, number: int
) -> tuple[list[Heading | None], list[Fault]]:
    found: list[Heading | None] = []
    faults, seen = [], set()
    for place, cell in enumerate(cells, 1):
        heading = _heading(written(cell), column_letters(place))
        if heading is not None and (key := (heading.name, heading.language)) in seen:
            sentence = _("标题“%(name)s”出现了两次，只读第一列。", name=heading.written)
            where = _(
                "%(sheet)s 第 %(row)d 行 %(column)s 列",
                sheet=sheet,
                row=number,
                column=heading.letters,
            )
            faults.append(Fault(where, sentence, sheet=sheet, row=number, column=heading.letters))
            heading = None
        elif heading is not None:
            seen.add(key)
        found.append(heading)
    return found, faults


def _heading(given: str, letters: str) -> Heading | None:
    if not given:
        return None
    head, _colon, tail = given.partition("::") if "::" in given else given.partition(":")
    name = re.sub(r"[\s_]+", "_", head.strip().lower())
    if name in SPOKEN:
        return Heading(name, _language(tail.strip()) if tail.strip() else "", given, letters)
    whole = re.sub(r"[\s_:]+", "_", given.strip().lower())
    return Heading(_SAME.get(whole, whole), "", given, letters)


def _language(named: str) -> str:
    """The code of a language that a heading names: "English (en)", "French", "中文"."""
    if found := _CODE.search(named):
        return found[1].lower()
    if named.lower() in _NAMES:
        return _NAMES[named.lower()]
    if re.fullmatch(r"[A-Za-z]{2,3}", named):
        return named.lower()
    letters = re.sub(r"[^a-z0-9]", "", named.lower())[:8]
    return f"x-{letters}" if len(letters) > 1 else "x-other"


def _row(
    sheet: str, number: int, headings: list[Heading | None], cells: list[str], known: frozenset[str]
) -> Row | None:
    row = Row(sheet, number, {}, {}, {})
    for heading, cell in zip(headings, cells, strict=False):
        if heading is None:
            continue
        row.letters.setdefault(heading.name, heading.letters)
        if not cell:
            continue
        if heading.name in SPOKEN:
            row.texts.setdefault(heading.name, {})[heading.language] = cell
        elif heading.name in known:
            row.cells[heading.name] = cell
        else:
            row.rest[heading.written] = cell
    return row if row.cells or row.texts or row.rest else None


def by_name(sheets: list[Sheet], name: str) -> Iterator[Sheet]:
    """The sheets of a name, whatever its case."""
    return (sheet for sheet in sheets if sheet.name.strip().lower() == name)
