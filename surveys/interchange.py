"""A form from a file, whatever program wrote it: what it is shows in its content, not its name."""

from __future__ import annotations

import json

from core import files
from core.files import FileFault, Upload
from core.i18n import _

from .definition import MAX_CHARACTERS, Definition, Fault, parse
from .foreign import is_surveyjs, read_lss, read_surveyjs
from .foreign.rows import is_lss
from .xlsform import read_workbook

# Endings, and what the bytes must show (core/files.py).
READABLE = {"json": "text", "xlsx": "xlsx", "lss": "text"}
WRITABLE = (".json", ".xlsx")


def read_file(upload: Upload) -> tuple[Definition, list[Fault]]:
    """The form in a file, and what did not come along. Raises DefinitionFault, FileFault."""
    if upload.kind == "xlsx":
        return read_workbook(upload)
    if is_lss(upload.data):
        return read_lss(upload.name, upload.data)
    source = files.decoded(upload.data)
    if upload.kind != "text" or source is None:
        raise FileFault(_("这个文件的内容不是文字，不像 JSON。"))
    if source.lstrip("\ufeff \r\n\t").startswith("<"):
        raise FileFault(_("这个文件是 XML，不是 LimeSurvey 的问卷（.lss），读不出来。"))
    return read_text(source, upload.name)


def read_text(source: str, name: str) -> tuple[Definition, list[Fault]]:
    """The same of text that was pasted: our own JSON, or that of SurveyJS."""
    if len(source) <= MAX_CHARACTERS:
        try:
            document = json.loads(source)
        except (ValueError, RecursionError):
            document = None  # parse says where it is not JSON
        if is_surveyjs(document):
            return read_surveyjs(name, document)
    return parse(source), []
