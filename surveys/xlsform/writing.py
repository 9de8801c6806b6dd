"""From our document to a workbook: what other programs read, and reading.py reads to the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from core import sheets

from ..tongues import own_name
from .kinds import cells_of, choice, patterned, type_of
from .reading import OWN

# What has a place of its own in a workbook; all else of ours goes into the column OWN.
_QUESTION = frozenset(
    {"key", "type", "label", "hint", "required", "relevant", "constraint", "constraint_message"}
    | {"calculation", "options", "rows", "xlsform"}
)
_SPOKEN = ("label", "hint", "constraint_message")
_REFERENCE = re.compile(r"\$\{\s*([A-Za-z_][\w.]*)\s*\}", re.ASCII)
Cells = dict[str, str]


def workbook(document: dict[str, Any]) -> bytes:
    """The document as an XLSForm workbook (.xlsx)."""
    found = _Writer(document).sheets()
    return sheets.workbook({name: _table(rows) for name, rows in found.items()})


def _table(rows: list[Cells]) -> list[list[str]]:
    headings = list(dict.fromkeys(name for row in rows for name in row))
    return [headings, *([row.get(name, "") for name in headings] for row in rows)]


class _Writer:
    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.names: dict[str, str] = {}  # by key: what the workbook calls a question
        texts = [one.get(name) for one in _spoken(document) for name in _SPOKEN]
        found = {
            code for text in texts for code in (text if isinstance(text, dict) else {"zh": ""})
        }
        self.languages = sorted(found, key=lambda code: (code != "zh", code))
        self.lists: dict[str, list[Cells]] = {}
        for section in document["sections"]:
            for question in section["questions"]:
                kept = question.get("xlsform", {})
                self.names[question["key"]] = kept.get("name", question["key"])
                for row in question.get("rows", ()):
                    self.names[f"{question['key']}.{row['key']}"] = row["key"]

    def sheets(self) -> dict[str, list[Cells]]:
        survey = [
            row
            for at, one in enumerate(self.document["sections"], 1)
            for row in self._section(at, one)
        ]
        choices = [{"list_name": name, **row} for name, rows in self.lists.items() for row in rows]
        return {"survey": survey, "choices": choices, "settings": [self._settings()]}

    def _settings(self) -> Cells:
        kept = dict(self.document.get("xlsform", {}))
        own = {
            name: what
            for name, what in self.document.items()
            if name not in ("slug", "sections", "xlsform")
        }
        title = self.document["title"]
        if isinstance(title, str):
            del own["title"]
        else:
            title = title.get("zh") or next(iter(title.values()))
        if self.document.get("pages"):
            kept.setdefault("style", "pages")
        form_id = kept.pop("form_id", self.document["slug"])
        return {"form_title": title, "form_id": form_id, **kept, OWN: _json(own)}

    def _section(self, number: int, section: dict[str, Any]) -> Iterable[Cells]:
        own = {name: what for name, what in section.items() if name in ("intro", "shuffle")}
        begin = {"type": "begin_group", "name": f"section_{number}"}
        begin |= self._texts("label", section.get("title"))
        begin |= {"relevant": self._rule(section.get("relevant")), OWN: _json(own) if own else ""}
        yield begin
        for question in section["questions"]:
            yield from self._question(question)
        yield {"type": "end_group"}

    def _question(self, question: dict[str, Any]) -> Iterable[Cells]:
        kept = dict(question.get("xlsform", {}))
        if question["type"] == "matrix":
            yield from self._matrix(question, kept)
            return
        kind = kept.pop("type", type_of(question))
        if question["type"] in ("single", "multiple", "ranking"):
            self._list(kind, question)
        own = {name: what for name, what in question.items() if name not in _QUESTION}
        if question["type"] == "nps":
            own["type"] = "nps"
        elif cells_of(question).get("parameters") == "randomize=true":
            own = {name: what for name, what in own.items() if name != "shuffle"}
        elif question["type"] == "rating" and not cells_of(question):
            own["type"] = "rating"
        elif question["type"] == "rating" or (kind == "range" and question["type"] == "number"):
            own = {
                name: what for name, what in own.items() if name not in ("min", "max", "decimals")
            }
        elif kind == "decimal" and own.get("decimals") == 4:
            del own["decimals"]
        if "pattern" in question:  # the constraint that stands beside it
            ours = ("constraint", "constraint_message")
            own |= {name: question[name] for name in ours if name in question}
        row = {"type": kind, "name": self.names[question["key"]], **self._said(question)}
        row |= {"calculation": self._rule(question.get("calculation")), **cells_of(question)}
        yield {**row, **kept, "name": row["name"], OWN: _json(own) if own else ""}

    def _said(self, question: dict[str, Any]) -> Cells:
        question = {**question, **patterned(question)}
        found: Cells = {}
        for name in _SPOKEN:
            found |= self._texts(name, question.get(name))
        if "required" in question:
            found["required"] = "yes" if question["required"] else "no"
        for name in ("relevant", "constraint"):
            found[name] = self._rule(question.get(name))
        return found

    def _matrix(self, question: dict[str, Any], kept: dict[str, str]) -> Iterable[Cells]:
        """A table: a group of questions that all offer the same list."""
        name = kept.pop("list", question["key"])
        kind = f"select_one {name}"
        self._list(kind, question)
        said = self._said(question)
        required = said.pop("required", "")
        begin = {"type": "begin_group", "name": self.names[question["key"]], **said, **kept}
        yield begin | {"appearance": "table-list"}
        for row in question["rows"]:
            labels = self._texts("label", row["label"])
            yield {"type": kind, "name": row["key"], **labels, "required": required}
        yield {"type": "end_group"}

    def _list(self, kind: str, question: dict[str, Any]) -> None:
        """The options of a question under the name that its type gives them."""
        asked = choice(kind)
        if asked is None:
            return
        rows = []
        for option in question["options"]:
            own = {what: option[what] for what in ("other", "exclusive") if what in option}
            if asked.with_other and option["key"] == "other" and own:
                continue
            row = {"name": option["key"], **self._texts("label", option["label"])}
            if "image" in option:  # the file goes beside a workbook, by hand
                row["media::image"] = f"{option['key']}.webp"
            rows.append({**row, **option.get("xlsform", {}), OWN: _json(own) if own else ""})
        self.lists.setdefault(asked.list, rows)

    def _texts(self, name: str, text: Any) -> Cells:
        if not text:
            return {}
        by_language = text if isinstance(text, dict) else {"zh": text}
        return {
            self._heading(name, code): self._rule(said)
            for code, said in by_language.items()
            if said
        }

    def _heading(self, name: str, code: str) -> str:
        if self.languages in ([], ["zh"]):
            return name
        return f"{name}::{own_name(code)} ({code})"

    def _rule(self, rule: Any) -> str:
        """A rule, or a sentence, with the names of the workbook in it."""
        return _REFERENCE.sub(
            lambda found: f"${{{self.names.get(found[1], found[1])}}}", rule or ""
        )


def _spoken(document: dict[str, Any]) -> Iterable[dict[str, Any]]:
    for section in document["sections"]:
        yield {"label": section.get("title")}
        for question in section["questions"]:
            yield question
            yield from question.get("options", ())
            yield from question.get("rows", ())


def _json(what: dict[str, Any]) -> str:
    return json.dumps(what, ensure_ascii=False)
