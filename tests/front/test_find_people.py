"""Finding somebody's texts by name, by pinyin, and by the unit that tells namesakes apart."""

from __future__ import annotations

from html import unescape

import pytest
from flask import Flask

from accounts.models import Person
from core.db import db
from core.pinyin import spelling
from tests.boards import Forum
from tests.conftest import counted
from tests.people import Cast, Visitor


@pytest.fixture
def named(app: Flask, cast: Cast, forum: Forum) -> dict[str, str]:
    """Two of one name and one whose surname is read otherwise, each with a text; name → address."""
    posts = {}
    for username, called in {"cadre": "张敏", "cadre2": "张敏", "delegate": "单于敏"}.items():
        author = cast.visitor(username)
        with app.app_context():
            db.session.get_one(Person, cast.id(username)).name = called
            db.session.commit()
        thread = forum.start(author, f"{username} 的材料", board="chat")
        posts[username] = f"/posts/{forum.post(thread)}"
    return posts


def find(reader: Visitor, query: str) -> str:
    answer = reader.get(f"/search?{query}")
    assert answer.status_code == 200
    return unescape(answer.text)


@pytest.mark.parametrize("typed", ["zm", "zhangmin", "ZhangM", "张敏"])
def test_the_search_box_offers_people_by_name_and_pinyin(
    app: Flask, cast: Cast, named: dict[str, str], moderator: Visitor, typed: str
) -> None:
    with counted(app) as seen:
        page = find(moderator, f"q={typed}")
    assert len(seen) <= 6, seen
    assert page.count("在 张敏 的发言里找") == 2
    for unit in ("county单位", "prefecture单位"):  # namesakes are told apart
        assert f">{unit}</span>" in page
    assert "单于敏" not in page
    page = find(moderator, f"q={typed} 材料")  # the other words are sought among theirs
    assert "/search?q=%E6%9D%90%E6%96%99&author=%E5%BC%A0%E6%95%8F" in page


def test_an_author_is_the_very_name_and_letters_offer(
    app: Flask, cast: Cast, named: dict[str, str], moderator: Visitor
) -> None:
    def shown(query: str) -> list[str]:
        page = find(moderator, query)
        return [one for one, url in named.items() if f'"{url}"' in page]

    assert shown("author=张敏") == ["cadre", "cadre2"]
    assert "或者有几位" in find(moderator, "author=张敏")
    assert shown("author=张敏（county单位）") == ["cadre"]
    assert shown("author=张敏(prefecture单位)&q=材料") == ["cadre2"]
    assert shown("author=张敏（region单位）") == []
    assert shown("author=cym") == []
    page = find(moderator, "author=cym&q=材料")
    assert "在 单于敏 的发言里找" in page
    assert "/search?q=%E6%9D%90%E6%96%99&author=%E5%8D%95%E4%BA%8E%E6%95%8F" in page
    assert shown("author=单于敏&q=材料") == ["delegate"]
    for hostile in ("%25", "_", "'", "（）", "张敏（'）", "a" * 200):
        assert shown(f"author={hostile}") == []
    assert cast.visitor().get("/search?q=zm").status_code == 302  # names are for the signed-in


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("张敏", "zhangmin"),
        ("单于敏", "chanyumin"),
        ("曾小贤", "zengxiaoxian"),
        ("吕后", "lvhou"),
        ("阿依古丽·买买提", "ayigulimaimaiti"),
        ("Li Na", "lina"),
        ("", ""),
    ],
)
def test_spelling(name: str, letters: str) -> None:
    assert spelling(name) == letters
