"""Names by their first letters."""

from __future__ import annotations

import pytest

from core.pinyin import LIMIT, initials


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("张三", "zs"),
        ("曾小贤", "zxx"),
        ("仇和", "qh"),
        ("单田芳", "stf"),
        ("解放", "xf"),
        ("查良镛", "zly"),
        ("盖叫天", "gjt"),
        ("尉迟恭", "ycg"),
        ("阿卜杜拉·买买提", "abdlmmt"),
        ("Ada Wong", "aw"),
        ("李明 2", "lm2"),
        ("！", ""),
        ("张" * 100, "z" * LIMIT),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters
