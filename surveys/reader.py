"""Reading an object of a document, value by value; every fault is named by its place."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeGuard

from core import text
from core.i18n import _

from .logic import ExpressionFault
from .logic import parse as parse_rule
from .logic.patterns import PatternFault, compiled
from .question import Option, Row, Texts

LANGUAGE = re.compile(r"[a-z]{1,3}(-[a-z0-9]{2,8})*")
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
PICTURE = re.compile(r"data:image/(png|jpeg|webp);base64,[A-Za-z0-9+/]+={0,2}")
OPTION_KEY = re.compile(r"[\w.+-]{1,32}")

MAX_OPTIONS, MAX_ROWS = 500, 60
LABEL_LIMIT = 400
NUMBER_LIMIT = 1e12
LARGEST_PICTURE = 80_000  # characters


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a document: where, and what to do, in the reader's language.

    `key` is the question's and `name` the part of it, where it is one; in a workbook the fault has
    a sheet, a row (from 1) and a column ("C").
    """

    place: str
    sentence: str
    key: str = ""
    name: str = ""
    sheet: str = ""
    column: str = ""
    row: int = 0


class DefinitionFault(ValueError):
    """A document that cannot be a survey; `faults` says why, all at once."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.place}: {fault.sentence}" for fault in faults))
        self.faults = faults


class Reader:
    """Reads values out of objects, cleans texts in place and remembers every fault on the way."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.key = ""  # of the question that is read just now
        self.part = ""  # of the question, where a list of it is read

    def fault(self, place: str, sentence: str, name: str = "") -> None:
        self.faults.append(Fault(place, sentence, self.key, self.part or name))

    # --- Options, rows and rules -----------------------------------------------------------

    def options(
        self, asked: dict[str, Any], place: str, allowed: frozenset[str]
    ) -> tuple[Option, ...]:
        self.part = "options"
        found, seen = [], set()
        cleaned: list[Any] = []
        for one in self.items(asked, "options", place, MAX_OPTIONS):
            if not isinstance(one, dict):
                self.fault(place, _("每个选项应是一个 JSON 对象。"))
                continue
            option = dict(one)
            cleaned.append(option)
            self.known(option, allowed, place)
            self.foreign(option, place)
            key = self.matching(option, "key", OPTION_KEY, place)
            if key in seen:
                self.fault(place, _("两个选项的 key 都是“%(key)s”。", key=key))
            seen.add(key)
            found.append(
                Option(
                    key,
                    self.texts(option, "label", place, LABEL_LIMIT),
                    self.yes(option, "other", place),
                    self.yes(option, "exclusive", place),
                    *self.picture(option, place),
                )
            )
        if sum(option.is_other for option in found) > 1:
            self.fault(place, _("只能有一个选项带文字框（other）。"))
        asked["options"] = cleaned
        self.part = ""
        return tuple(found)

    def picture(self, option: dict[str, Any], place: str) -> tuple[str, Texts]:
        """The picture of an option, and the words for whoever does not see it."""
        image = option.get("image")
        if image is None:
            return "", ""
        if (
            not isinstance(image, str)
            or len(image) > LARGEST_PICTURE
            or not PICTURE.fullmatch(image)
        ):
            self.fault(place, _("选项的 image 应是 data:image/webp;base64,…，最多 8 万个字符。"))
            return "", ""
        return image, self.texts(option, "alt", place, LABEL_LIMIT)

    def rows(self, asked: dict[str, Any], place: str) -> tuple[Row, ...]:
        self.part = "rows"
        found, seen = [], set()
        cleaned: list[Any] = []
        for one in self.items(asked, "rows", place, MAX_ROWS):
            if not isinstance(one, dict):
                self.fault(place, _("每一行应是一个 JSON 对象。"))
                continue
            row = dict(one)
            cleaned.append(row)
            self.known(row, frozenset({"key", "label"}), place)
            key = self.matching(row, "key", OPTION_KEY, place)
            if key in seen:
                self.fault(place, _("两行的 key 都是“%(key)s”。", key=key))
            seen.add(key)
            found.append(Row(key, self.texts(row, "label", place, LABEL_LIMIT)))
        asked["rows"] = cleaned
        self.part = ""
        return tuple(found)

    def expression(
        self, given: dict[str, Any], name: str, place: str, *, needed: bool = False
    ) -> Any:
        """The tree of a rule; None where there is none."""
        value = given.get(name)
        if value is None and not needed:
            return None
        try:
            if not isinstance(value, str):
                raise ExpressionFault(1, _("应是文字。"))
            return parse_rule(value)
        except ExpressionFault as fault:
            where = _("%(name)s 第 %(at)d 个字符", name=name, at=fault.at)
            self.fault(place, _("%(name)s：%(why)s", name=where, why=fault.sentence), name)
            return None

    def pattern(self, given: dict[str, Any], place: str) -> Any:
        """The program of a pattern that a whole answer must match; None where there is none."""
        value = given.get("pattern")
        if value is None:
            return None
        try:
            if not isinstance(value, str) or not 0 < len(value) <= LABEL_LIMIT:
                raise PatternFault(0, "")
            return compiled(value)
        except PatternFault as fault:
            sentence = _(
                "pattern 第 %(at)d 个字符读不懂：%(what)s", at=fault.at + 1, what=fault.what
            )
            self.fault(place, sentence, "pattern")
            return None

    def foreign(self, given: dict[str, Any], place: str) -> dict[str, Any]:
        """What another program says of a thing is kept as it came, as long as it is words."""
        kept = given.get("xlsform", {})
        if not isinstance(kept, dict) or not all(isinstance(one, str) for one in kept.values()):
            self.fault(place, _("xlsform 里应是文字。"))
        return given

    def bounds(
        self, asked: dict[str, Any], place: str, meant: Callable[[Any], Any], wrong: str
    ) -> dict[str, Any]:
        """`min` and `max` of a question; `meant` gives None for what is no bound of its kind."""
        found = []
        for name in ("min", "max"):
            value = asked.get(name)
            bound = None if value is None else meant(value)
            if value is not None and bound is None:
                self.fault(place, wrong, name)
            found.append(bound)
        low, high = found
        if low is not None and high is not None and low > high:
            self.fault(place, _("min 不能大于 max。"), "min")
        return {"minimum": low, "maximum": high}

    # --- Small things ----------------------------------------------------------------------

    def known(self, given: dict[str, Any], allowed: frozenset[str], place: str) -> None:
        for key in given:
            if key not in allowed:
                self.fault(place, _("不认识“%(key)s”：是不是写错了？", key=key[:40]))

    def matching(self, given: dict[str, Any], name: str, form: re.Pattern[str], place: str) -> str:
        value = given.get(name)
        if isinstance(value, str) and form.fullmatch(value):
            return value
        allowed = (
            _("小写字母、数字和连字符") if form is SLUG else _("字母、数字和下划线，32 个以内")
        )
        self.fault(place, _("缺少 %(name)s，或者写法不对：%(form)s。", name=name, form=allowed))
        return ""

    def among(
        self,
        given: dict[str, Any],
        name: str,
        allowed: tuple[str, ...],
        place: str,
        default: str | None = None,
    ) -> str:
        value = given.get(name, default)
        if isinstance(value, str) and value in allowed:
            return value
        self.fault(
            place,
            _("%(name)s 只能是：%(allowed)s。", name=name, allowed=_("、").join(allowed)),
            name,
        )
        return allowed[0] if name != "type" else ""

    def yes(self, given: dict[str, Any], name: str, place: str) -> bool:
        value = given.get(name, False)
        if not isinstance(value, bool):
            self.fault(place, _("%(name)s 应是 true 或 false。", name=name), name)
        return value is True

    def whole_number(
        self,
        given: dict[str, Any],
        name: str,
        low: int,
        high: int,
        place: str,
        *,
        optional: bool = False,
    ) -> int | None:
        value = given.get(name)
        if value is None and optional:
            return None
        if not is_whole(value) or not low <= value <= high:
            self.fault(
                place,
                _("%(name)s 应是 %(low)d 到 %(high)d 的整数。", name=name, low=low, high=high),
                name,
            )
            return None
        return int(value)

    def items(
        self, given: dict[str, Any], name: str, place: str, most: int, *, least: int = 1
    ) -> list[Any]:
        value = given.get(name)
        if not isinstance(value, list) or not least <= len(value) <= most:
            self.fault(
                place,
                _("%(name)s 应有 %(least)d 到 %(most)d 项。", name=name, least=least, most=most),
                name,
            )
            return value[:most] if isinstance(value, list) else []
        return value

    def texts(
        self,
        given: dict[str, Any],
        name: str,
        place: str,
        limit: int,
        *,
        optional: bool = False,
        lines: bool = False,
    ) -> Texts:
        """A text in one or more languages, cleaned in place."""
        value = given.get(name)
        if value is None:
            if not optional:
                self.fault(place, _("缺少 %(name)s。", name=name), name)
            return ""
        clean = text.clean_plain if lines else text.clean_line
        try:
            cleaned = {key: clean(one, limit) for key, one in _by_language(value)}
        except (text.TextFault, TypeError) as fault:
            why = str(fault) if isinstance(fault, text.TextFault) else _("应是文字。")
            self.fault(place, _("%(name)s：%(why)s", name=name, why=why), name)
            return ""
        if not any(cleaned.values()) and not optional:
            self.fault(place, _("缺少 %(name)s。", name=name), name)
        given[name] = cleaned["zh"] if isinstance(value, str) else cleaned
        found: Texts = given[name]
        return found


def _by_language(value: Any) -> Iterator[tuple[str, str]]:
    pairs = {"zh": value} if isinstance(value, str) else value
    if not isinstance(pairs, dict) or not all(
        LANGUAGE.fullmatch(key) and isinstance(one, str) for key, one in pairs.items()
    ):
        raise TypeError
    yield from pairs.items()


def is_whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: Any) -> TypeGuard[float]:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(value)
        and abs(value) <= NUMBER_LIMIT
    )


def as_day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
