"""The XML of LimeSurvey: tables of rows, as its database has them, in a version's own columns."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from core.files import FileFault
from core.i18n import _

Row = dict[str, str]
MOST_ROWS = 200_000
_ENCODING = re.compile(rb"""\A(?:\xef\xbb\xbf)?<\?xml[^>]*?\sencoding\s*=\s*["']([^"'>]*)""")


def is_lss(data: bytes) -> bool:
    return b"<LimeSurveyDocType>" in data[:2000]


def tables(data: bytes) -> dict[str, list[Row]]:
    """Every table by its name. Raises FileFault, also for what declares entities of its own."""
    encoding = _ENCODING.match(data)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data or b"\0" in data:
        raise FileFault(_("这个文件里自己定义了实体（DOCTYPE），不安全，没有读。"))
    if encoding and encoding[1].lower() not in (b"utf-8", b"us-ascii"):
        raise FileFault(_("这个文件不是 UTF-8 编码的，没有读。"))
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError) as fault:
        raise FileFault(_("这个文件不是完整的 XML，读不出来。")) from fault
    found: dict[str, list[Row]] = {}
    count = 0
    for table in root:
        rows = table.find("rows")
        for row in rows if rows is not None else ():
            count += 1
            if count > MOST_ROWS:
                raise FileFault(_("这个文件太长，读不进来。"))
            cells = {cell.tag: (cell.text or "").strip() for cell in row}
            found.setdefault(str(table.tag), []).append(cells)
    if root.findtext("LimeSurveyDocType") != "Survey":
        raise FileFault(_("这个文件里不是一份完整的 LimeSurvey 问卷。"))
    return found
