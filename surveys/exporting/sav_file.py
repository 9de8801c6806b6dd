"""SPSS files (.sav) by pyreadstat, an extra: numeric codes, ASCII names, and what was cut short.

SPSS holds 120 bytes of a value's label and 256 of a column's, and says nothing when it cuts one.
So they are cut here, between characters, and each cut is told.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from typing import IO

from core.i18n import _

from .columns import Column
from .rows import Row, Rows

LONGEST_LABEL = 256  # bytes in UTF-8, of a column's label
LONGEST_VALUE_LABEL = 120
NEEDS = ("pyreadstat", "pandas")


def is_here() -> bool:
    return all(find_spec(name) for name in NEEDS)


def write_rows(file: IO[bytes], rows: Rows, found: Iterator[Row]) -> list[str]:
    """All rows at once, as pyreadstat wants them; sentences on each label that was cut."""
    import pandas
    import pyreadstat

    told: list[str] = []
    labels, codes = _labels(rows, told), _codes(rows.columns, told)
    frame = pandas.DataFrame(_cells(found, rows), columns=rows.heading)
    for column in rows.columns:
        if column.holds not in ("words", "day"):
            frame[column.name] = pandas.to_numeric(frame[column.name])
    if "version" in frame:
        frame["version"] = pandas.to_numeric(frame["version"])
    descriptor, path = tempfile.mkstemp(suffix=".sav")
    os.close(descriptor)
    try:
        pyreadstat.write_sav(
            frame, path, column_labels=labels, variable_value_labels=codes, row_compress=True
        )
        with open(path, "rb") as made:
            while piece := made.read(2**20):
                file.write(piece)
    finally:
        os.unlink(path)
    return told


def cut(words: str, longest: int) -> str:
    """The words in at most so many bytes of UTF-8, no character broken."""
    return words.encode()[:longest].decode(errors="ignore")


def _labels(rows: Rows, told: list[str]) -> list[str]:
    found = [*rows.heading[: rows.first]]
    for column in rows.columns:
        short = cut(column.label, LONGEST_LABEL)
        if short != column.label:
            told.append(_("%(name)s 的题目截到“%(words)s”。", name=column.name, words=short))
        found.append(short)
    return found


def _codes(columns: list[Column], told: list[str]) -> dict[str, dict[int, str]]:
    found: dict[str, dict[int, str]] = {}
    for column in columns:
        if column.holds == "flag":
            found[column.name] = {0: _("没选"), 1: _("选了")}
        for code in column.codes.values():
            short = cut(code.label, LONGEST_VALUE_LABEL)
            if short != code.label:
                sentence = _("%(name)s 的选项 %(number)d 截到“%(words)s”。", name=column.name, number=code.number, words=short)  # fmt: skip
                told.append(sentence)
            found.setdefault(column.name, {})[code.number] = short
    return found


def _cells(found: Iterator[Row], rows: Rows) -> list[Row]:
    """Texts and days that were not given are empty; a form's texts are within what SPSS holds."""
    texts = [at for at, one in enumerate(rows.columns, rows.first) if one.holds in ("words", "day")]
    kept = []
    for row in found:
        for at in texts:
            row[at] = row[at] or ""
        kept.append(row)
    return kept
