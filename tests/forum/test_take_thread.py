"""A thread taken along: on paper and as a Word file, with what is public and nothing else."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from flask import Flask

from core import word
from core.text import cook
from forum import exporting
from tests.boards import Forum
from tests.conftest import counted
from tests.files import FILE, addresses, picture, start
from tests.people import Cast, Visitor


def inside(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "".join(name + archive.read(name).decode() for name in archive.namelist())


def test_both_have_what_is_public_and_nothing_else(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor, cast: Cast
) -> None:
    moderator = cast.visitor("moderator")
    thread = forum.published(cadre, moderator, title="减轻报表负担", body="公开的第一楼。")
    first = forum.post(thread)
    noted = '<h2>一、现状</h2><p>表多<span class="footnote">据统计</span></p><ol><li>甲</li><li>乙</li></ol>'
    html = {"body": noted, "body_format": "html"}
    assert cadre2.post(f"/threads/{thread}/reply", html).status_code == 302
    forum.approve(moderator, forum.post(thread, 2))
    forum.reply(cadre, thread, "还在审核的第三楼。")
    edit = {"title": "改过还没审的标题", "body": "改过还没审的第一楼。"}
    assert cadre.post(f"/posts/{first}/edit", edit).status_code == 302

    for reader in (cadre, moderator, cadre2):  # the author and a reviewer, too
        for kind in ("print", "docx"):
            with counted(app) as statements:
                answer = reader.get(f"/threads/{thread}/{kind}")
            assert len(statements) <= 6
            said = inside(answer.data) if kind == "docx" else answer.text
            assert {"公开的第一楼。", "据统计", "cadre2同志", "prefecture单位"} <= set(
                re.findall("公开的第一楼。|据统计|cadre2同志|prefecture单位|没审|第三楼", said)
            )
            assert not re.search("没审|第三楼", said + str(answer.headers))
    assert cast.visitor().get(f"/threads/{thread}/docx").status_code == 302  # to sign in

    taken = cadre.get(f"/threads/{thread}/docx")
    assert taken.headers["Content-Disposition"].startswith("attachment;")
    assert taken.mimetype == word.MIME and "%E5%87%8F" in taken.headers["Content-Disposition"]
    assert cook(noted, "html").replace('<ol class="footnotes">', "|").split("|")[0] in cook(
        word.read(taken.data).html, "html"
    )


def test_files_are_shown_on_paper_and_named_in_word(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor
) -> None:
    thread = start(forum, cadre, FILE, (picture(), "图.png"), board="chat")
    forum.reply(cadre, thread, "没有附件的一楼。")
    page = cadre2.get(f"/threads/{thread}/print")
    assert "会议记录.pdf" in page.text
    assert {app.test_client().get(one).status_code for one in addresses(page)} == {200}
    said = inside(cadre2.get(f"/threads/{thread}/docx").data)
    assert said.count("附件：") == 1 and "附件：会议记录.pdf、图.png" in said


def test_what_is_not_public_is_not_there(forum: Forum, cadre: Visitor, cast: Cast) -> None:
    waiting = forum.start(cadre)
    for reader in (cadre, cast.visitor("moderator")):
        for kind in ("print", "docx"):
            assert reader.get(f"/threads/{waiting}/{kind}").status_code == 404


def test_a_thread_whose_opening_is_hidden_goes_nowhere(
    forum: Forum, cadre: Visitor, cadre2: Visitor, cast: Cast
) -> None:
    moderator = cast.visitor("moderator")
    thread = forum.start(cadre, board="chat")
    forum.reply(cadre2, thread)
    why = {"reason": "other", "explanation": "先收起来。"}
    hidden = moderator.post(f"/posts/{forum.post(thread)}/hide", why)
    assert hidden.status_code == 302, hidden.text
    for reader in (cadre, cadre2, moderator):
        assert reader.get(f"/threads/{thread}/print").status_code == 404


def test_a_long_thread_comes_in_parts(
    forum: Forum, cadre: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = forum.start(cadre, board="chat")
    for number in range(2, 6):
        forum.reply(cadre, thread, f"第{number}条，" + "长" * 50)
    monkeypatch.setattr(exporting, "POSTS", 2)
    page = cadre.get(f"/threads/{thread}/print").text
    assert "一份最多 2 楼" in page and "第 1—2 楼" in page and "第3条" not in page
    assert f"/threads/{thread}/print?from=3" in page
    page = cadre.get(f"/threads/{thread}/print?from=3").text
    assert "第 3—4 楼" in page and f"/threads/{thread}/docx?from=3" in page and "第5条" not in page
    assert "第5条" in inside(cadre.get(f"/threads/{thread}/docx?from=5").data)
    monkeypatch.setattr(exporting, "LETTERS", 10)  # reached by each post
    assert "第 3—3 楼" in cadre.get(f"/threads/{thread}/print?from=3").text
    for number in ("6", "99999999999999999999"):
        assert cadre.get(f"/threads/{thread}/print?from={number}").status_code == 404
    for number in ("0", "-1", "x"):
        assert cadre.get(f"/threads/{thread}/print?from={number}").status_code == 200
