"""Files that go with what one writes: chosen, kept, dropped, refused, remembered."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from core import attachments, clock
from core.attachments import Attachment
from core.db import db
from forum.drafts import Draft
from forum.models import Post
from moderation.models import QueueItem, Revision
from tests.boards import Forum
from tests.files import FILE, PDF, addresses, bring, chosen, picture, start
from tests.people import Cast, Visitor
from tests.rules import Rules

WORDS = {"title": "带附件的主题", "body": "请看附件。"}
CHAT = "/forum/chat/new"


def listed(page: Any) -> list[int]:
    """The files that a form says go along."""
    return [int(one) for one in re.findall(r'name="file" value="([0-9]+)"', page.text)]


def names(app: Flask, post: int) -> list[str]:
    with app.app_context():
        record = Post.for_review(post)
        assert record.latest_revision is not None
        return [note.name for note in record.latest_revision.attached]


def test_files_stay_when_the_form_comes_back_and_are_dropped_by_a_box(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor
) -> None:
    page = cadre.get(CHAT)
    assert 'enctype="multipart/form-data"' in page.text
    assert "最多 10 个，每个不超过 8 MB" in page.text
    pictures = ((picture(), "一.png"), (picture("blue"), "二.png"))
    back = cadre.post(CHAT, {**WORDS, "title": "", "file": chosen(FILE, *pictures)})
    assert back.status_code == 422
    pdf, one, two = listed(back)
    assert f'name="file_drop" value="{two}"' in back.text
    assert "会议记录.pdf" in back.text
    kept = {
        "file": [f"{pdf}", f"{one},{two}", *chosen((b"a,b\n1,2\n", "表.csv"))],
        "file_drop": str(two),
    }
    preview = cadre.post("/forum/chat/preview", {**WORDS, **kept})
    assert listed(preview)[:2] == [pdf, one]
    assert len(addresses(preview)) == 3
    sent = cadre.post(CHAT, {**WORDS, "file": list(map(str, listed(preview)))})
    thread = cadre2.get(sent.location)
    assert names(app, forum.newest(Post)) == ["会议记录.pdf", "一.png", "表.csv"]
    assert [one for one in ("会议记录.pdf", "表.csv", "二.png") if one in thread.text] == [
        *("会议记录.pdf", "表.csv"),
    ]
    with app.app_context():
        found = {one.name: one.subject_id for one in db.session.scalars(db.select(Attachment))}
        assert {name for name, post in found.items() if post is None} == {"二.png"}


BAD = {
    "a script": (b"MZ\x90\x00", "a.exe", "只接收"),
    "not what its name says": (b"<script>1</script>", "a.png", "可能改过扩展名"),
    "both picture and page": (b"GIF89a/*<script>*/=1;", "a.gif", "打不开"),
    "empty": (b"", "a.pdf", "这个文件是空的"),
    "cut off": (picture(size=(900, 900))[:-60], "a.png", "打不开"),
    "turned name": (b"x", "gpj.\u202efdp.exe", "只接收"),
    "endless name": (b"x", "长" * 10_000, "只接收"),
    "no name but an ending": (b"x", ".\u200b\u202e\x07", "只接收"),
}


def test_what_is_refused_is_told_beside_the_field(
    app: Flask, forum: Forum, cadre: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for why, (data, name, sentence) in BAD.items():
        page = cadre.post(CHAT, {**WORDS, "file": chosen((data, name), FILE)})
        assert page.status_code == 422, why
        fault = re.search(r'id="file-error">(.*?)</p>', page.text, re.DOTALL)
        assert fault is not None and sentence in fault[1], why
        assert "请看附件。" in page.text and len(fault[1]) < 400
        assert not re.search("[\u202a-\u202e\u200b]", page.text), why
        assert len(listed(page)) == 1, why  # the sound one beside it is kept
        said = cadre.post("/files", {"file": (io.BytesIO(data), name)})
        assert said.status_code == 422 and sentence in said.json["said"], why  # type: ignore[index]
    many = [(picture(size=(n + 1, 1)), f"{n}.png") for n in range(11)]
    page = cadre.post(CHAT, {**WORDS, "file": chosen(*many)})
    assert "最多带 10 个文件，多出的 1 个没有收下。" in page.text
    assert len(listed(page)) == 10
    monkeypatch.setitem(app.config, "FILE_MB", 0)
    assert "这个文件太大" in cadre.post(CHAT, {**WORDS, "file": chosen(FILE)}).text
    monkeypatch.setitem(app.config, "FILE_MB", 8)
    monkeypatch.setitem(app.config, "FILES_MB_PER_DAY", 0)
    page = cadre.post(CHAT, {**WORDS, "file": chosen((PDF + b"1", "新的.pdf"))})
    assert "请明天再传" in page.text
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count(Post.id))) == 0


def test_only_own_files_go_with_a_text(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor
) -> None:
    theirs = bring(cadre2, picture("green"), "别人的.png")
    mine = bring(cadre, picture("blue"), "我的.png")
    body = f'<p>图<img src="/files/{theirs}" alt="a"><img src="/files/{mine}" alt="我的图"></p>'
    sent = {**WORDS, "body": body, "body_format": "html"}
    back = cadre.post(CHAT, {**sent, "file": [str(theirs), str(mine)]})
    assert back.status_code == 422
    assert "有的文件已经不在了" in back.text
    assert listed(back) == [mine]
    assert "别人的.png" not in back.text
    page = cadre2.get(cadre.post(CHAT, {**sent, "file": str(mine)}).location)
    assert page.text.count("<img src=") == 1
    assert 'alt="我的图" width="40" height="20"' in page.text
    assert f"/files/{theirs}" not in page.text
    # A file that was sent goes with no other text: neither its owner's nor anybody's.
    assert cadre.post(CHAT, {**WORDS, "file": str(mine)}).status_code == 409
    assert cadre2.post(CHAT, {**WORDS, "file": str(mine)}).status_code == 422
    assert cadre2.get(f"/files/{mine}").status_code == 302  # readable, and still not theirs


def test_sent_twice_it_is_there_once(app: Flask, forum: Forum, cadre: Visitor) -> None:
    brought = str(bring(cadre))
    form = {**WORDS, "once": "the form's own key", "file": brought}
    first, second = (cadre.post(CHAT, form) for _n in range(2))
    assert cadre.get(second.location).location == first.location
    loose = {"body": "再来一次。", "once": "another key"}
    twins = [
        cadre.post(f"{first.location}/reply", {**loose, "file": chosen((b"1,2\n", "表.csv"))})
        for _n in range(2)
    ]
    assert [one.status_code for one in twins] == [302, 302]
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count(Post.id))) == 2
        assert db.session.scalar(db.select(db.func.count(Attachment.id))) == 2


def test_an_edit_keeps_drops_and_adds_and_the_reviewer_sees_it(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    thread = start(forum, cadre, FILE, (picture(), "图.png"))
    post = forum.post(thread)
    forum.approve(moderator, post)
    carried = list(map(str, listed(cadre.get(f"/posts/{post}/edit"))))
    same = {**WORDS, "file": carried}
    assert cadre.post(f"/posts/{post}/edit", same).status_code == 302
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count(Revision.id))) == 1
    changed = {**WORDS, "file": [*carried, *chosen((b"1,2\n", "新表.csv"))]}
    changed["file_drop"] = carried[0]
    assert cadre.post(f"/posts/{post}/edit", changed).status_code == 302
    assert names(app, post) == ["图.png", "新表.csv"]
    page = cadre2.get(f"/threads/{thread}").text
    assert "会议记录.pdf" in page and "新表.csv" not in page  # the public version
    with app.app_context():
        assert "file" in db.session.get_one(QueueItem, forum.item(post)).why
    assert "带有附件" in moderator.get("/moderation").text
    review = moderator.get(f"/moderation/{forum.item(post)}")
    assert '<del class="diff">会议记录.pdf</del>' in review.text
    assert '<ins class="diff">新表.csv</ins>' in review.text
    assert "文字没有变" not in review.text
    assert len(addresses(review)) == 2
    forum.approve(moderator, post)
    history = cadre2.get(f"/posts/{post}/history")
    assert '<ins class="diff">新表.csv</ins>' in history.text
    reader = app.test_client()
    assert [reader.get(one).status_code for one in addresses(history)] == [200, 200, 200]


def test_rules_about_words_meet_names_of_files(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, moderator: Visitor
) -> None:
    Rules(app, cast).enact("加薇信")
    post = forum.post(start(forum, cadre, (PDF, "加 薇*信买表.pdf"), board="chat"))
    item = moderator.get(f"/moderation/{forum.item(post)}").text
    assert "<mark>加 薇*信</mark>买表.pdf" in item
    with app.app_context():
        assert db.session.get_one(Post, post).public_revision_id is None
    number = (PDF, "11010519491231002X.pdf")
    asked = cadre.post(CHAT, {**WORDS, "file": chosen(number)})
    assert asked.status_code == 422 and "里面有像个人号码的内容" in asked.text


def test_the_same_words_with_another_file_are_no_copy_to_be_decided_unseen(
    app: Flask, forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    said = "基层一个月要填三十张表，有一半是重复的，能不能合并成一张？"
    posts = [
        forum.post(start(forum, cadre, (PDF + end, f"{end.decode()}.pdf"), body=said, once=key))
        for end, key in ((b"one", "1"), (b"two", "2"), (b"one", "3"))
    ]
    page = moderator.get(f"/moderation/{forum.item(posts[0])}")
    checked = re.findall(r'name="chosen" value="(\d+)\.\d+" checked', page.text)
    assert sorted(map(int, checked)) == [forum.item(posts[0]), forum.item(posts[2])]
    assert "two.pdf" in page.text  # shown beside the box, to be opened


def test_a_draft_remembers_its_files(
    app: Flask, forum: Forum, cast: Cast, cadre: Visitor, cadre2: Visitor
) -> None:
    saved = cadre.post("/forum/chat/draft", {**WORDS, "file": chosen(FILE, (picture(), "图.png"))})
    assert saved.status_code == 302
    page = cast.visitor("cadre").get(CHAT)
    pdf, shown = listed(page)
    assert listed(cadre2.get(CHAT)) == []
    assert "带 2 个附件" in cadre.get(f"/me/drafts/{forum.newest(Draft)}").text
    body = f'<p>看<img src="/files/{shown}" alt="图"></p>'
    words = {**WORDS, "body": body, "body_format": "html", "draft": "1", "file": str(shown)}
    assert cadre.post("/forum/chat/draft", words).status_code == 302
    page = cast.visitor("cadre").get(CHAT)
    assert listed(page) == [shown]
    assert f"/files/{shown}" in page.text.partition("<textarea")[2].partition("</textarea>")[0]
    other = {**WORDS, "body": "另一处写的。", "draft": "1", "file": [str(pdf), str(shown)]}
    both = cadre.post("/forum/chat/draft", other)
    assert both.status_code == 409
    for ids in (f"{pdf},{shown}", f"{shown},{pdf}"):
        assert f'name="file" value="{ids}"' in both.text

    def swept(days: int) -> set[int]:
        """What is left after so many days."""
        with app.app_context(), clock.travel(clock.now() + timedelta(days=days)):
            attachments.sweep_files()
            db.session.flush()
            left = set(db.session.scalars(db.select(Attachment.id)))
            db.session.rollback()
            return left

    assert swept(8) == {shown}
    assert swept(91) == set()
    assert cadre.post(f"/me/drafts/{forum.newest(Draft)}/discard").status_code == 302
    assert swept(8) == set()
    assert cadre.post(CHAT, {**WORDS, "file": str(shown)}).status_code == 302
    assert swept(91) == {shown}
