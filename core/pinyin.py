"""The first letters of a Chinese name, as people type them to find somebody: 张三 is "zs"."""

from __future__ import annotations

import re

LIMIT = 60
# Surnames that are read otherwise than the same character elsewhere.
SURNAMES = {
    "万俟": "mq",
    "尉迟": "yc",
    "长孙": "zs",
    "单于": "cy",
    "令狐": "lh",
    "澹台": "tt",
    "曾": "z",
    "仇": "q",
    "单": "s",
    "解": "x",
    "查": "z",
    "盖": "g",
    "区": "o",
    "任": "r",
    "朴": "p",
    "翟": "z",
    "折": "s",
    "尹": "y",
    "乐": "y",
    "洗": "x",
    "冼": "x",
    "召": "s",
    "黑": "h",
    "缪": "m",
    "种": "c",
    "秘": "b",
    "繁": "p",
    "员": "y",
    "佴": "n",
    "覃": "q",
    "谌": "c",
    "隗": "w",
    "能": "n",
    "贲": "b",
    "卜": "b",
    "重": "c",
}
_PART = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+|[a-z]+|[0-9]+")


def initials(name: str) -> str:
    """The first letter of each character, of each word in Latin letters; digits as they are.

    Lower case, at most LIMIT characters; "" when the name has none of these.
    """
    from pypinyin import Style, lazy_pinyin  # loaded when a name is first written, not at start

    found = ""
    rest = name.strip().lower()
    surname = next((one for one in SURNAMES if rest.startswith(one)), "")
    if surname:
        found, rest = SURNAMES[surname], rest[len(surname) :]
    for part in _PART.findall(rest):
        if part[0].isdigit():
            found += part
        elif part[0].isascii():
            found += part[0]
        else:
            letters = lazy_pinyin(part, style=Style.FIRST_LETTER, errors="ignore")
            found += "".join(letters)
    return found[:LIMIT]
