"""A Chinese name in Latin letters, as people type it to find somebody: 张三 is "zs", "zhangsan"."""

from __future__ import annotations

import re

LIMIT = 60
# Surnames that are read otherwise than the same character elsewhere.
SURNAMES = {
    "万俟": "mo qi",
    "尉迟": "yu chi",
    "长孙": "zhang sun",
    "单于": "chan yu",
    "令狐": "ling hu",
    "澹台": "tan tai",
    "曾": "zeng",
    "仇": "qiu",
    "单": "shan",
    "解": "xie",
    "查": "zha",
    "盖": "ge",
    "区": "ou",
    "任": "ren",
    "朴": "piao",
    "翟": "zhai",
    "折": "she",
    "尹": "yin",
    "乐": "yue",
    "洗": "xian",
    "冼": "xian",
    "召": "shao",
    "黑": "he",
    "缪": "miao",
    "种": "chong",
    "秘": "bi",
    "繁": "po",
    "员": "yun",
    "佴": "nai",
    "覃": "qin",
    "谌": "chen",
    "隗": "wei",
    "能": "nai",
    "贲": "ben",
    "卜": "bu",
    "重": "chong",
}
_PART = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+|[a-z]+|[0-9]+")


def initials(name: str) -> str:
    """The first letter of each character, of each word in Latin letters; digits as they are.

    Lower case, at most LIMIT characters; "" when the name has none of these.
    """
    return "".join(one if one[0].isdigit() else one[0] for one in _syllables(name))[:LIMIT]


def spelling(name: str) -> str:
    """The whole name in Latin letters without a space, as initials() else; ü is "v"."""
    return "".join(_syllables(name))[: 2 * LIMIT]


def _syllables(name: str) -> list[str]:
    from pypinyin import Style, lazy_pinyin  # loaded when a name is first written, not at start

    rest = name.strip().lower()
    surname = next((one for one in SURNAMES if rest.startswith(one)), "")
    found = SURNAMES[surname].split() if surname else []
    for part in _PART.findall(rest[len(surname) :]):
        if part.isascii():
            found.append(part)
        else:
            found += lazy_pinyin(part, style=Style.NORMAL, errors="ignore")
    return [one for one in found if one]
