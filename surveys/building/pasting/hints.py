"""What the words of a question tell of its kind, and the remarks in brackets beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

_HAN_NUMBERS = {
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
}
_BRACKETS = re.compile(r"[（(【\[［]\s*([^（）()【】\[\]［］]{1,40})\s*[)）】\]］]")
_MANY = re.compile(r"多选|不定项|可选多项|多项|select all|multiple", re.IGNORECASE)
_ONE = re.compile(r"单选|单项|只选一|选一项|single", re.IGNORECASE)
_MOST = re.compile(
    r"(?:最多|至多|限|不超过|可)选?择?\s*([0-9]{1,2}|[一二两三四五六七八九十])\s*[项个种条]|限选\s*([0-9]{1,2}|[一二两三四五六七八九十])"
)
_REQUIRED = re.compile(r"必填|必答|必选|必须回答|required", re.IGNORECASE)
_FREE = re.compile(r"选填|选答|可不填|可不答|optional", re.IGNORECASE)
_WRITTEN = re.compile(r"填空|简答|问答|开放|主观|文字|open", re.IGNORECASE)
_RANKED = re.compile(r"排序|排一排|由高到低|rank", re.IGNORECASE)
_TABLE = re.compile(r"矩阵|表格|量表|matrix", re.IGNORECASE)
_JUMP = re.compile(
    r"跳(?:至|到|转|答|过)|直接(?:回答|答|填)|转(?:至|到|答)第|若选|如选|选择?.{1,6}的?(?:请|，请)"
)
_SCALE = re.compile(r"([0-9]{1,3})\s*(?:分)?\s*[-–—~～至到]+\s*([0-9]{1,3})\s*分?")
BLANK = re.compile(r"[_＿﹍﹎]{2,}|…{3,}|\.{6,}|[（(][\s　]{2,}[)）]|：\s*[＿_]+")
_EMPTY = re.compile(r"[（(【\[][\s　]*[)）】\]]\s*$")
_STAR = re.compile(r"^\s*[*＊★]\s*|\s*[*＊]\s*$")

_UNITS = re.compile(
    r"[_＿﹍﹎]{2,}\s*(?:周?岁|年(?!\s*[_＿])|次|人|名|天|日(?!期)|元|万元|个|%|％|分|小时|分钟|月(?!\s*[_＿])|公里|平方米|项|件|篇|份)"
)
_WITHIN = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_FILLED_IN = re.compile(
    r"([^\s:：_＿][^:：_＿]{0,29}?)\s*[:：]?\s*[_＿﹍﹎]{2,}(?:\s*年\s*[_＿]+\s*月(?:\s*[_＿]+\s*日)?)?"
)
_UNIT_LAST = re.compile(r"\s*[:：约]?\s*[_＿﹍﹎]{2,}\s*([^\s_＿，。,.:：]{1,3})\s*$")
_COUNTED = re.compile(
    r"(?:多少|几)\s*(?:周?岁|年|次|人|名|天|元|万元|个(?!方面)|小时|分钟|个月|公里|件|篇|份)|年龄|工龄|人数|次数|天数|党龄|字数"
)
_DATED = re.compile(
    r"[_＿﹍﹎]{2,}\s*年\s*[_＿﹍﹎]{1,}\s*月|日期|哪一?天|什么时候|何时|出生年月|哪年哪月|年\s*月\s*日"
)
_SHORT = re.compile(
    r"姓名|单位|部门|职务|职称|电话|手机|邮箱|联系方式|地址|学校|专业|籍贯|名称|题目|岗位|民族|编号|住址|职业"
)
_LONG = re.compile(
    r"意见|建议|看法|问题|为什么|原因|谈谈|说说|请写|请说明|请描述|简述|阐述|举例|如何|怎样|怎么|哪些|哪方面|什么|体会|感受|期望|希望|想法|补充|亮点|不足|措施|做法|情况|事项"
)
_POINTS = re.compile("分")
_FULL = re.compile(r"满分(?:为|是)?\s*([0-9]{1,3})\s*分")
_ASKED_FOR = re.compile(r"意见|建议|问题|看法|原因")
_RATED = re.compile(r"打分|评分|打几分|给几分|几分|分值|评价.{0,4}分")


@dataclass
class Hints:
    """What a question says of itself. `label` is what is left to ask."""

    label: str
    kind: str = ""
    is_required: bool | None = None
    most: int | None = None
    scale: tuple[int, int] | None = None
    left_out: list[str] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)  # "（很满意/满意/一般）"


def hints_of(words: str) -> Hints:
    """Take the remarks out of a question's words."""
    found = Hints(words)
    if _STAR.search(words):
        found.is_required = True
        words = _STAR.sub("", words)

    def take(bracket: re.Match[str]) -> str:
        return "" if _takes(found, bracket[1].strip()) else bracket[0]

    words = _BRACKETS.sub(take, words)
    words = _EMPTY.sub("", words.strip()).strip()
    _from_words(found, words)
    found.label = words.strip(" \t　")
    return found


def _takes(found: Hints, remark: str) -> bool:
    """Whether a remark in brackets is one for the form and not for the reader."""
    if _JUMP.search(remark):
        found.left_out.append(remark)
        return True
    taken = False
    if _REQUIRED.search(remark) or _FREE.search(remark):
        found.is_required, taken = bool(_REQUIRED.search(remark)), True
    for pattern, kind in (
        (_MANY, "multiple"),
        (_ONE, "single"),
        (_RANKED, "ranking"),
        (_TABLE, "matrix"),
        (_WRITTEN, "text"),
    ):
        if pattern.search(remark):
            found.kind, taken = found.kind or kind, True
    if most := _MOST.search(remark):
        found.most, found.kind, taken = _as_int(most[1] or most[2]), found.kind or "multiple", True
    if (
        (scale := _SCALE.search(remark))
        and len(remark) <= 24
        and (_RATED.search(remark) or _POINTS.search(remark) or scale[0] == remark)
    ):
        found.scale = (int(scale[1]), int(scale[2]))
        taken = taken or scale[0] == remark
    parts = [one.strip() for one in re.split(r"[/／|｜]", remark)]
    if len(parts) >= 3 and all(0 < len(one) <= 12 for one in parts):
        found.choices, taken = parts, True
    return taken and len(remark) <= 24


def _from_words(found: Hints, words: str) -> None:
    if not found.kind:
        if _MANY.search(words):
            found.kind = "multiple"
        elif _RANKED.search(words):
            found.kind = "ranking"
    if found.most is None and (most := _MOST.search(words)):
        found.most, found.kind = _as_int(most[1] or most[2]), found.kind or "multiple"
    if found.scale is None and (full := _FULL.search(words)):
        found.scale = (0, int(full[1]))
    if found.scale is None and _RATED.search(words) and (scale := _SCALE.search(words)):
        found.scale = (int(scale[1]), int(scale[2]))


def written_kind(words: str, kind: str) -> tuple[str, dict[str, Any], bool]:
    """The kind of a question without options: with what else it has, and whether its words said
    so plainly."""
    if _DATED.search(words):
        return "date", {}, True
    if _UNITS.search(words) or (
        _COUNTED.search(words) and not _LONG.search(_COUNTED.sub("", words))
    ):
        return "number", {}, True
    if _RATED.search(words):
        return "rating", {"min": 0, "max": 10}, False
    if _SHORT.search(words) and not _ASKED_FOR.search(words):
        return "short", {}, True
    if _LONG.search(words):
        return "long", {}, True
    if BLANK.search(words) or len(words) <= 10:
        return "short", {}, bool(BLANK.search(words))
    return "long", {}, kind == "text"


def without_blanks(words: str) -> str:
    words = _UNIT_LAST.sub(r"（\1）", words)
    return (
        re.sub(r"\s{2,}", " ", _WITHIN.sub("", BLANK.sub(" ", words))).strip(" \t　:：")
        or words.strip()
    )


def filled_in(words: str) -> list[str]:
    """The labels of a line that is only blanks to fill in, each with its blank; none for another."""
    found = [one[0].strip() for one in _FILLED_IN.finditer(words)]
    left = _FILLED_IN.sub("", words).strip(" \t　,，;；、。")
    return found if found and len(left) <= 3 else []


def _as_int(text: str) -> int:
    return _HAN_NUMBERS.get(text) or int(text)
