"""From a workbook to our document, with a word on everything that could not come along."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from core.files import FileFault, Upload
from core.i18n import _
from core.sheets import Sheet
from core.sheets import read as read_sheets

from ..definition import MAX_OPTIONS, Definition, DefinitionFault, Fault, read
from ..foreign.drafts import (
    OTHER,
    UNSAID,
    has_files,
    key_like,
    looks_at_words,
    named_for_files,
    named_instead,
    slug_like,
)
from ..rules import look
from .kinds import BRACKET, cells_of, choice, matrices, type_of
from .tables import Row, Table, by_name, table

OWN = "dajiatan"  # the column in which writing.py puts what XLSForm has no word for, as JSON
_SURVEY = frozenset(
    {"type", "name", "relevant", "constraint", "required", "calculation", "appearance"}
    | {"choice_filter", "default", "parameters", OWN}
)
_CHOICES = frozenset({"list_name", "name", "value", OWN})
_SETTINGS = frozenset({"form_id", "title", "default_language", OWN})
_SAME = {
    **dict.fromkeys(("string", "text"), "text"),
    **dict.fromkeys(("integer", "int"), "integer"),
    **dict.fromkeys(("decimal", "float"), "decimal"),
    **dict.fromkeys(("acknowledge", "trigger"), "acknowledge"),
    **dict.fromkeys(("photo", "image"), "image"),
    **dict.fromkeys(("gps", "geopoint", "location"), "geopoint"),
    **dict.fromkeys(("datetime", "date_time"), "datetime"),
}
# What a form collects of its own accord; here nothing is collected that nobody sees.
_METADATA = frozenset(
    {"start", "end", "today", "deviceid", "subscriberid", "simserial", "phonenumber", "username"}
    | {"email", "audit", "imei", "start-geopoint", "background-audio"}
)
_IN_WORDS = frozenset({"geopoint", "geotrace", "geoshape", "barcode", "datetime"})
_LEFT_OUT = frozenset({"audio", "video", "xml-external", "csv-external"})
_REFERENCE = re.compile(r"\$\{\s*([^}]*?)\s*\}")
_YES = frozenset({"yes", "true", "true()", "1", "是"})
_NO = frozenset({"", "no", "false", "false()", "0", "否"})
_READ = {"key": "OK", "label": {"zh": "我知道了", "en": "I have read this"}}


@dataclass
class _Part:
    """A group under way: its title, its condition, whether it may be repeated."""

    row: Row | None
    title: dict[str, str] | str = ""
    relevant: str = ""
    kind: str = "group"
    own: dict[str, Any] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


def read_workbook(upload: Upload) -> tuple[Definition, list[Fault]]:
    """The form in a workbook, and what did not come along. Raises DefinitionFault, FileFault."""
    reader = _Reader(upload)
    document = reader.document()
    if reader.faults:
        raise DefinitionFault(reader.faults)
    try:
        definition = read(document)
    except DefinitionFault as fault:
        raise DefinitionFault([reader.placed(one) for one in fault.faults]) from fault
    if not reader.is_own:
        document["minutes"] = min(180, look(definition).minutes)
    return read(document), reader.told


class _Reader:
    def __init__(self, upload: Upload) -> None:
        self.upload = upload
        self.faults: list[Fault] = []
        self.told: list[Fault] = []
        self.rows: dict[str, Row] = {}  # by key of the question
        self.keys: dict[str, str] = {}  # by name in the workbook; of several the first
        self.own: dict[int, str] = {}  # by number of the row
        self.gone: set[str] = set()  # names of what is not asked here
        self.is_own = False  # whether our own export wrote it
        self.languages: set[str] = set()
        sheets = list(read_sheets(upload))
        self.survey = self._table(sheets, "survey", _SURVEY)
        self.choices = self._table(sheets, "choices", _CHOICES)
        self.settings = self._table(sheets, "settings", _SETTINGS)
        self.lists: dict[str, list[Row]] = {}
        for row in self.choices.rows:
            if row.get("list_name"):
                self.lists.setdefault(row.get("list_name"), []).append(row)

    def _table(self, sheets: list[Sheet], name: str, known: frozenset[str]) -> Table:
        found = next(by_name(sheets, name), None)
        if found is None:
            if name == "survey":
                raise FileFault(_("这个工作簿里没有名为 survey 的工作表，不是 XLSForm。"))
            return Table(name, [], [])
        read = table(found, known)
        self.told += read.faults
        for row in read.rows:
            for texts in row.texts.values():
                self.languages |= texts.keys() - {""}
        return read

    # --- The whole --------------------------------------------------------------------------

    def document(self) -> dict[str, Any]:
        settings = self.settings.rows[0] if self.settings.rows else Row("settings", 2, {}, {}, {})
        self._name_questions()
        stem = self.upload.name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0]
        form_id = settings.get("form_id")
        own = self._own(settings)
        self.is_own = "anonymity" in own
        found: dict[str, Any] = {
            "slug": slug_like(form_id or stem),
            "title": (settings.get("title") or form_id or stem)[:120],
            **({} if self.is_own else UNSAID),
            **own,
        }
        found["sections"] = self._sections()
        if not self.is_own and has_files(found["sections"]):
            found["anonymity"] = "named"
            self.told.append(settings.fault("form_id", named_for_files()))
        elif not self.is_own and looks_at_words(found["sections"]):
            found["anonymity"] = "named"
            self.told.append(settings.fault("form_id", named_instead()))
        kept = {**settings.rest, **_kept(settings, ("default_language",))}
        if "pages" in kept.get("style", ""):
            found["pages"] = True
            if kept["style"] == "pages":
                del kept["style"]
        if form_id and form_id != found["slug"]:
            kept["form_id"] = form_id
        return found | ({"xlsform": kept} if kept else {})

    def _own(self, row: Row) -> dict[str, Any]:
        """What our own export wrote beside what XLSForm knows."""
        if not row.get(OWN):
            return {}
        try:
            found = json.loads(row.get(OWN))
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            self.faults.append(row.fault(OWN, _("这一格应是一个 JSON 对象。")))
            return {}
        return found

    def _name_questions(self) -> None:
        """A key for each name: as it is where it can be, else near it, and never twice."""
        self.matrices = dict(matrices(self.survey.rows))
        row_of = {one.number: at for at, inner in self.matrices.items() for one in inner}
        taken: set[str] = set()
        for row in self.survey.rows:
            name = row.get("name")
            if row.number in row_of:
                self.own[row.number] = f"{self.own[row_of[row.number]]}.{name}"
            elif BRACKET.match(row.get("type")) and row.number not in self.matrices:
                self.gone.add(name)
                continue
            elif name:
                self.own[row.number] = key_like(name, taken)
            if name:
                self.keys.setdefault(name, self.own[row.number])

    def placed(self, fault: Fault) -> Fault:
        """A fault of the document where it stands in the workbook."""
        row = self.rows.get(fault.key)
        if row is None:
            return fault
        name = fault.name if fault.name in row.letters else "name"
        return row.fault(name, fault.sentence)

    # --- Sections ---------------------------------------------------------------------------

    def _sections(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        open_parts: list[_Part] = [_Part(None)]
        ends: list[Row] = []  # of the table that is read just now: its rows
        for row in self.survey.rows:
            kind = " ".join(row.get("type").split())
            if not kind or row in ends:
                continue
            if row.number in self.matrices:
                ends = self._matrix(row, found, open_parts)
                continue
            if ends and BRACKET.fullmatch(kind):
                ends = []
                continue
            if bracket := BRACKET.fullmatch(kind):
                self._bracket(row, bracket, open_parts)
                found.append(self._section(open_parts))
                continue
            if not found:
                found.append(self._section(open_parts))
            if (question := self._question(row, kind)) is None:
                continue
            if row.get("name") in open_parts[-1].names:
                sentence = _("name “%(name)s”在这个组里已经用过。", name=row.get("name"))
                self.faults.append(row.fault("name", sentence))
            open_parts[-1].names.add(row.get("name"))
            found[-1]["questions"].append(question)
        for part in open_parts[1:]:
            assert part.row is not None
            self.faults.append(part.row.fault("type", _("这个组没有结束。")))
        return [section for section in found if section["questions"]]

    def _bracket(self, row: Row, bracket: re.Match[str], open_parts: list[_Part]) -> None:
        kind = bracket[2].lower()
        if bracket[1].lower() == "end":
            if len(open_parts) == 1 or open_parts[-1].kind != kind:
                self.faults.append(row.fault("type", _("这里结束了一个没有开始的组。")))
            else:
                open_parts.pop()
            return
        if kind != "group":
            self.told.append(row.fault("type", _("重复填写的组在这里只问一次。")))
        if "table-list" in row.get("appearance"):  # not one that could be a matrix
            self.told.append(row.fault("appearance", _("表格式的一组题在这里一题一题地问。")))
        relevant = self._rule(row, "relevant")
        title = self._texts(row, "label", 120)
        open_parts.append(_Part(row, title, relevant, kind, self._own(row)))

    def _matrix(self, row: Row, found: list[dict[str, Any]], open_parts: list[_Part]) -> list[Row]:
        """A group that is a table becomes one question; gives the rows that it took."""
        inner = self.matrices[row.number]
        key = self.own[row.number]
        self.rows[key] = row
        asked = choice(" ".join(inner[0].get("type").split()))
        options = self._options(inner[0], asked.list, False) if asked else None
        if not found:
            found.append(self._section(open_parts))
        rows = [
            {"key": one.get("name"), "label": self._texts(one, "label", 400) or one.get("name")}
            for one in inner
        ]
        required = inner[0].get("required").lower()
        question = {
            "key": key,
            "type": "matrix",
            "options": options or [],
            "rows": rows,
            **self._said(row, row.get("name"), "matrix"),
            **({"required": required in _YES} if required else {}),
        }
        if kept := {**row.rest, **({"list": asked.list} if asked and asked.list != key else {})}:
            question["xlsform"] = kept
        found[-1]["questions"].append(question)
        return inner

    def _section(self, open_parts: list[_Part]) -> dict[str, Any]:
        """A section for what stands in the groups that are open: all their conditions hold."""
        rules = [part.relevant for part in open_parts if part.relevant]
        title = next((part.title for part in reversed(open_parts) if part.title), None)
        found: dict[str, Any] = ({"title": title} if title else {}) | open_parts[-1].own
        if rules:
            found["relevant"] = (
                rules[0] if len(rules) == 1 else " and ".join(f"({one})" for one in rules)
            )
        return found | {"questions": []}

    # --- Questions --------------------------------------------------------------------------

    def _question(self, row: Row, kind: str) -> dict[str, Any] | None:
        name = row.get("name")
        plain = _SAME.get(kind.lower(), kind.lower())
        if plain in _METADATA:
            self.gone.add(name)
            self.told.append(
                row.fault("type", _("“%(kind)s”没有带过来：这里不暗中记录什么。", kind=kind))
            )
            return None
        if plain.split(" ")[0] in _LEFT_OUT:
            self.gone.add(name)
            self.told.append(
                row.fault("type", _("“%(kind)s”这种题还不能问，没有带过来。", kind=kind))
            )
            return None
        if not name:
            self.faults.append(row.fault("name", _("这一题没有 name。")))
            return None
        key = self.own[row.number]
        self.rows[key] = row
        made = self._typed(row, kind, plain)
        if made is None:
            return None
        own = self._own(row)
        said = self._said(row, name, made["type"])
        if "pattern" in own:  # which the constraint says once more, for others
            said = {one: what for one, what in said.items() if not one.startswith("constraint")}
        question = {"key": key, **made, **said, **own}
        if "type" in own:  # bounds that we only made up for others
            question = {
                one: what
                for one, what in question.items()
                if one not in ("min", "max") or one in own
            }
        if kept := self._kept(row, name, question):
            question["xlsform"] = kept
        return question

    def _typed(self, row: Row, kind: str, plain: str) -> dict[str, Any] | None:
        """The type of a question, and what belongs to it alone."""
        if asked := choice(kind):
            options = self._options(row, asked.list, asked.with_other)
            if options is None:
                return None
            return {"type": asked.kind, "options": options, **self._order(row)}
        if plain == "text":
            return {"type": "long" if "multiline" in row.get("appearance") else "short"}
        if plain in ("integer", "decimal"):
            return {"type": "number", **({"decimals": 4} if plain == "decimal" else {})}
        if plain == "range":
            return self._range(row)
        if plain == "image" and "signature" in row.get("appearance"):
            return {"type": "signature"}
        if plain in ("image", "file"):
            return {"type": "file", **({"accept": "image"} if plain == "image" else {})}
        if plain in ("date", "time", "note"):
            return {"type": plain}
        if plain == "acknowledge":
            return {"type": "multiple", "options": [dict(_READ)]}
        if plain in ("calculate", "hidden"):
            rule = self._rule(row, "calculation")
            if re.fullmatch(r"[^\W\d][\w ]*", rule):  # a word alone: its quotes were forgotten
                self.told.append(
                    row.fault("calculation", _("“%(word)s”没有引号，当作文字。", word=rule))
                )
                rule = f"'{rule}'"
            return {"type": "calculated", "calculation": rule or "''"}
        if plain in _IN_WORDS:
            sentence = _("“%(kind)s”在这里用文字回答。", kind=kind)
        else:
            sentence = _("不认识题型“%(kind)s”，改成用文字回答。", kind=kind)
        self.told.append(row.fault("type", sentence))
        return {"type": "short"}

    def _order(self, row: Row) -> dict[str, Any]:
        """Whether the options come in another order for everybody."""
        given = dict(re.findall(r"(randomize|seed)\s*=\s*([^\s,]+)", row.get("parameters")))
        if "seed" in given:
            sentence = _("打乱选项的种子没有带过来：每人有自己固定的次序。")
            self.told.append(row.fault("parameters", sentence))
        return {"shuffle": True} if given.get("randomize", "").lower() == "true" else {}

    def _range(self, row: Row) -> dict[str, Any]:
        given = dict(re.findall(r"(start|end|step)\s*=\s*(-?\d+(?:\.\d+)?)", row.get("parameters")))
        low, high, step = (
            float(given.get(name, otherwise))
            for name, otherwise in (("start", 1), ("end", 10), ("step", 1))
        )
        if step == 1 and low == int(low) and high == int(high) and 1 <= high - low <= 10:
            return {"type": "rating", "min": int(low), "max": int(high)}
        if step != 1:
            self.told.append(row.fault("parameters", _("步长没有带过来：填范围里的任何数都行。")))
        return {
            "type": "number",
            "min": low,
            "max": high,
            "decimals": 0 if step == int(step) else 2,
        }

    def _options(self, row: Row, name: str, with_other: bool) -> list[dict[str, Any]] | None:
        rows = self.lists.get(name)
        if rows is None:
            self.faults.append(
                row.fault("type", _("choices 表里没有选项列表“%(name)s”。", name=name))
            )
            return None
        if len(rows) > MAX_OPTIONS:
            sentence = _(
                "“%(name)s”有 %(count)d 个选项，最多 %(limit)d 个。",
                name=name,
                count=len(rows),
                limit=MAX_OPTIONS,
            )
            self.faults.append(row.fault("type", sentence))
            return None
        found: dict[str, dict[str, Any]] = {}
        for one in rows:
            key = one.get("name") or one.get("value")
            if not re.fullmatch(r"[\w.+-]{1,32}", key):
                self.faults.append(
                    one.fault(
                        "name", _("选项的 name 要写，32 个字以内，没有空格：“%(name)s”。", name=key)
                    )
                )
            elif key in found:
                self._tell_once(
                    one.fault("name", _("选项“%(name)s”重复了，只留第一个。", name=key))
                )
            else:
                kept = {"xlsform": dict(one.rest)} if one.rest else {}
                for heading in one.rest:
                    if heading.lower().startswith("media"):
                        self._tell_once(
                            one.fault("name", _("图片不在工作簿里，请到“选项的图片”页放上。"))
                        )
                kept |= self._own(one)
                found[key] = {"key": key, "label": self._texts(one, "label", 400) or key, **kept}
        if with_other and "other" not in found:
            found["other"] = dict(OTHER)
        if row.get("choice_filter"):
            self.told.append(row.fault("choice_filter", _("选项不会跟着前面的回答变：全部列出。")))
        return list(found.values())

    def _tell_once(self, fault: Fault) -> None:
        if fault not in self.told:
            self.told.append(fault)

    def _said(self, row: Row, name: str, kind: str) -> dict[str, Any]:
        """What a question says, whether it must be answered, and its rules."""
        found: dict[str, Any] = {
            "label": self._texts(row, "label", 2000 if kind == "note" else 400) or name[:400]
        }
        if (hint := self._texts(row, "hint", 400)) and kind != "calculated":
            found["hint"] = hint
        if kind not in ("note", "calculated"):
            required = row.get("required").lower()
            if required:
                found["required"] = required in _YES
            if required not in _YES | _NO:
                self.told.append(row.fault("required", _("“有时必答”没有带过来：这一题可以不答。")))
            if rule := self._rule(row, "constraint"):
                found["constraint"] = rule
                if message := self._texts(row, "constraint_message", 400):
                    found["constraint_message"] = message
        if rule := self._rule(row, "relevant"):
            found["relevant"] = rule
        if row.get("default"):
            self.told.append(row.fault("default", _("预先填好的回答没有带过来。")))
        return found

    def _rule(self, row: Row, name: str) -> str:
        """A rule with our keys in it; none where it looks at what is not asked here."""
        rule = row.get(name)
        missing = [one for one in _REFERENCE.findall(rule) if one in self.gone]
        if missing:
            self.told.append(
                row.fault(
                    name, _("这条规则要看“%(name)s”，那里不问，规则没有带过来。", name=missing[0])
                )
            )
            return ""
        return self._with_keys(rule)

    def _with_keys(self, text: str) -> str:
        def ours(found: re.Match[str]) -> str:
            return f"${{{self.keys.get(found[1], found[1])}}}"

        return _REFERENCE.sub(ours, text)

    def _texts(self, row: Row, name: str, limit: int) -> dict[str, str] | str:
        """A text by language; one without a language belongs to whoever reads it."""
        given = row.texts.get(name, {})
        found = {}
        for language, text in given.items():
            flat = self._with_keys(" ".join(text.split()))
            if len(flat) > limit:
                self.told.append(row.fault(name, _("太长了，只留前 %(limit)d 个字。", limit=limit)))
                flat = flat[: limit - 1].rstrip() + "…"
            found[language or "zh"] = flat
        return found["zh"] if found.keys() == {"zh"} else found

    def _kept(self, row: Row, name: str, question: dict[str, Any]) -> dict[str, str]:
        """What the workbook says beyond what we understand: it goes out again as it came."""
        kept = {**row.rest, **_kept(row, ("choice_filter", "default"))}
        if name != question["key"]:
            kept["name"] = name
        if row.get("type") != type_of(question):
            kept["type"] = row.get("type")
        for cell in ("appearance", "parameters"):
            if row.get(cell) and row.get(cell) != cells_of(question).get(cell):
                kept[cell] = row.get(cell)
        return kept


def _kept(row: Row, names: tuple[str, ...]) -> dict[str, str]:
    return {name: row.get(name) for name in names if row.get(name)}
