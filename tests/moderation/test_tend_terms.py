"""A rule about words: drafted, tried on history, put to use, kept version by version."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from core import journal
from core.db import db
from core.jobs import Job
from moderation.terms import trying
from moderation.terms.models import TermTrial, TermVersion
from tests.boards import Forum
from tests.conftest import counted
from tests.people import Cast, Visitor
from tests.rules import Rules

WORDS = {
    "name": "广告",
    "name_en": "Advertising",
    "effect": "hold",
    "reason": "像是广告。",
    "reason_en": "It reads like advertising.",
    "terms": "加微信\n代开发票\n\n 加微信 ",
    "allowed": "请勿加微信",
}
RULES = "/moderation/terms"


def create(chief: Visitor, **words: object) -> str:
    """A rule's draft by the form; returns its page's address."""
    answer = chief.post(f"{RULES}/new", {**WORDS, **words})
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def states(app: Flask) -> list[tuple[int, str]]:
    with app.app_context():
        found = db.select(TermVersion.number, TermVersion.state).order_by(TermVersion.id)
        return [(row[0], row[1]) for row in db.session.execute(found)]


def test_a_rule_goes_from_draft_over_dry_run_to_use(
    app: Flask, forum: Forum, rules: Rules, chief: Visitor, cadre: Visitor
) -> None:
    forum.start(cadre, board="chat", body="请加 微*信")
    forum.start(cadre, board="chat", body="请勿加微信")
    waiting = forum.start(cadre, body="代開發票")
    page = create(chief)
    assert chief.post(f"{page}/enact").status_code == 409  # not tried yet
    assert chief.post(f"{page}/try").status_code == 302
    assert states(app) == [(1, "trying")]
    assert "<progress" in chief.get(page).text
    rules.work()
    shown = chief.get(page).text
    figures = re.findall(r"<dd>(\d+)", shown)
    assert figures[:3] == ["3", "2", "1"]  # read, would match, public of these
    assert "请<mark>加 微*信</mark>" in shown
    assert "代開發票" not in shown  # not public, so not quoted
    assert f"/posts/{forum.post(waiting)}" in shown
    assert chief.post(f"{page}/enact").status_code == 302
    assert states(app) == [(1, "live")]
    held = forum.post(forum.start(cadre, board="chat", body="请加微信"))
    assert forum.item(held)


def test_every_change_is_an_event_without_its_words(
    app: Flask, rules: Rules, chief: Visitor
) -> None:
    page = create(chief)
    chief.post(f"{page}/try")
    rules.work()
    chief.post(f"{page}/enact")
    chief.post(f"{page}/edit", {**WORDS, "terms": "代开发票"})
    chief.post(f"{page}/discard")
    chief.post(f"{page}/retire")
    with app.app_context():
        events = [
            event
            for version in db.session.scalars(db.select(TermVersion).order_by(TermVersion.id))
            for event in journal.history(TermVersion.kind, version.id)
        ]
        assert [event.verb for event in events] == [
            *("edit", "try", "finish", "enact", "retire"),
            *("edit", "discard"),
        ]
        assert "微信" not in str([event.facts for event in events])
        assert list(journal.verify()) == []


def test_the_old_version_stays_with_what_changed(app: Flask, rules: Rules, chief: Visitor) -> None:
    page = create(chief)
    chief.post(f"{page}/try")
    rules.work()
    chief.post(f"{page}/enact")
    chief.post(f"{page}/edit", {**WORDS, "terms": "加微信\n办证", "allowed": ""})
    assert states(app) == [(1, "live"), (2, "draft")]
    shown = chief.get(page).text
    assert '<ins class="diff">办证</ins>' in shown
    assert '<del class="diff">+ 请勿加微信 · 代开发票</del>' in shown
    chief.post(f"{page}/try")
    rules.work()
    chief.post(f"{page}/enact")
    assert states(app) == [(1, "retired"), (2, "live")]


def test_changing_a_tried_draft_needs_another_dry_run(
    app: Flask, rules: Rules, chief: Visitor
) -> None:
    page = create(chief)
    chief.post(f"{page}/try")
    rules.work()
    chief.post(f"{page}/edit", {**WORDS, "terms": "办证"})
    assert states(app) == [(1, "draft")]
    assert chief.post(f"{page}/enact").status_code == 409


def test_a_draft_changed_during_its_dry_run_is_not_tried(
    app: Flask, forum: Forum, rules: Rules, chief: Visitor, cadre: Visitor
) -> None:
    forum.start(cadre)
    page = create(chief)
    chief.post(f"{page}/try")
    chief.post(f"{page}/edit", {**WORDS, "terms": "办证"})
    rules.work()
    assert states(app) == [(1, "draft")]


def test_a_dry_run_goes_on_piece_by_piece_and_once(
    app: Flask, forum: Forum, chief: Visitor, cadre: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "PIECE", 2)
    for number in range(5):
        forum.start(cadre, board="chat", body=f"请加微信 {number}")
    page = create(chief)
    chief.post(f"{page}/try")
    with app.app_context():
        trial = db.session.scalars(db.select(TermTrial)).one().id
        for done, matched in ((2, 2), (4, 4), (5, 5), (5, 5)):
            trying.go_on(trial)
            db.session.commit()
            row = db.session.get_one(TermTrial, trial, populate_existing=True)
            assert (row.done_count, row.matched_count) == (done, matched)
        assert row.finished_at is not None
        assert len(row.examples) == 5
        # A row in the queue of work holds an id and no words.
        work = db.session.scalars(db.select(Job).where(Job.name == "moderation.try_terms")).all()
        assert work and all(job.args == {"trial": trial} for job in work)
    assert states(app) == [(1, "tried")]


def test_what_its_author_took_back_is_not_tried(
    app: Flask, forum: Forum, rules: Rules, chief: Visitor, cadre: Visitor
) -> None:
    post = forum.post(forum.start(cadre, body="请加微信"))
    cadre.post(f"/posts/{post}/withdraw")
    page = create(chief)
    chief.post(f"{page}/try")
    rules.work()
    with app.app_context():
        assert db.session.scalars(db.select(TermTrial)).one().done_count == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"terms": ""}, "请至少写一个用语"),
        ({"terms": "***"}, "什么也找不到"),
        ({"terms": "微" * 61}, "太长"),
        ({"allowed": "代開發票"}, "也在用语里"),
        ({"effect": ""}, "请选择命中以后怎样"),
        ({"effect": "delete"}, "effect"),
        ({"reason": " "}, "请写一句理由"),
        ({"reason_en": ""}, "请写一句英文理由"),
        ({"name": ""}, "请给规则起个名称"),
    ],
)
def test_a_form_that_does_not_hold_keeps_what_was_typed(
    app: Flask, chief: Visitor, words: dict[str, str], sentence: str
) -> None:
    answer = chief.post(f"{RULES}/new", {**WORDS, **words})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert {**WORDS, **words}["terms"].strip() in answer.text
    assert states(app) == []


def test_a_name_is_given_once(app: Flask, chief: Visitor) -> None:
    create(chief)
    answer = chief.post(f"{RULES}/new", {**WORDS, "effect": "note"})
    assert answer.status_code == 422
    assert "已经有一条同名的规则" in answer.text
    assert len(states(app)) == 1


def test_numbers_alone_are_a_rule(
    rules: Rules, forum: Forum, chief: Visitor, cadre: Visitor
) -> None:
    page = create(chief, terms="", allowed="13800138000", numbers=["phone"])
    chief.post(f"{page}/try")
    rules.work()
    chief.post(f"{page}/enact")
    assert "手机号码" in chief.get(page).text
    for body, waits in (("１３９ ００１３ ９０００", True), ("电话13800138000", False)):
        words = {"title": "一个像样的标题", "body": body}
        asked = cadre.post("/forum/chat/new", words)  # whether the number shall go out
        sure = re.search(r'name="sure" value="([0-9a-f]+)"', asked.text)
        assert sure is not None
        sent = cadre.post("/forum/chat/new", {**words, "sure": sure[1]})
        post = forum.post(int(re.findall(r"/(\d+)", sent.location)[0]))
        assert bool(forum.item(post)) == waits


def test_an_edit_from_an_old_page_is_a_conflict_that_keeps_the_words(
    app: Flask, chief: Visitor
) -> None:
    page = create(chief)
    opened = re.search(r'name="opened"[^>]*value="([^"]+)"', chief.get(f"{page}/edit").text)
    assert opened is not None
    first = {**WORDS, "terms": "第一个人写的", "opened": opened[1]}
    assert chief.post(f"{page}/edit", first).status_code == 302
    answer = chief.post(f"{page}/edit", {**first, "terms": "第二个人写的"})
    assert answer.status_code == 409
    assert "第二个人写的" in answer.text
    renewed = re.search(r'name="opened"[^>]*value="([^"]+)"', answer.text)
    assert renewed is not None
    again = {**first, "terms": "第二个人写的", "opened": renewed[1]}
    assert chief.post(f"{page}/edit", again).status_code == 302


@pytest.mark.parametrize("who", ["cadre", "moderator", "admin"])
def test_only_chief_moderators_meet_the_rules(
    app: Flask, cast: Cast, forum: Forum, chief: Visitor, who: str
) -> None:
    page = create(chief)
    visitor = cast.visitor(who)
    assert visitor.get(RULES).status_code == 403
    assert visitor.get(page).status_code == 404
    for verb in ("edit", "try", "enact", "discard", "retire"):
        assert visitor.post(f"{page}/{verb}", WORDS).status_code in (403, 404)
    assert visitor.post(f"{RULES}/new", WORDS).status_code == 403
    assert states(app) == [(1, "draft")]
    assert RULES not in visitor.get("/").text
    assert RULES in chief.get("/").text


def test_the_pages_take_few_statements_however_many_rules_there_are(
    app: Flask, forum: Forum, rules: Rules, chief: Visitor
) -> None:
    for number in range(12):
        rule = rules.enact(f"用语{number}", name=f"规则{number}")
        rules.draft(f"用语{number}", "另一个", name=f"规则{number}")
    for path in (RULES, f"{RULES}/{rule}"):
        assert chief.get(path).status_code == 200
        with counted(app) as seen:
            chief.get(path)
        assert len(seen) <= 8, seen


# --- Commands -------------------------------------------------------------------------------


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=["terms", *arguments])
    return done.exit_code, done.output


def test_match_prints_offsets_into_the_file(app: Flask, rules: Rules, tmp_path: Path) -> None:
    rules.enact("加微信", effect="flag")
    rules.enact("请勿", effect="note", name="提醒", numbers=["phone"])
    text = "\ufeff各位：請加\u200b薇信或 加 微\n*信，电话138-0013-8000。"
    file = tmp_path / "信.txt"
    file.write_text(text, "utf-8")
    code, output = run(app, "match", str(file))
    assert code == 0, output
    said = text.removeprefix("\ufeff")
    rows = [line.split("\t") for line in output.splitlines()]
    assert [(row[2], row[3]) for row in rows] == [("flag", "广告 v1"), ("note", "提醒 v1")]
    assert said[int(rows[0][0]) : int(rows[0][1])] == "加 微\n*信"
    assert rows[0][4] == "加 微 *信"
    assert said[int(rows[1][0]) : int(rows[1][1])] == rows[1][4] == "138-0013-8000"
    file.write_bytes("请加 微*信".encode("gb18030"))
    assert run(app, "match", str(file)) == (0, "1\t6\tflag\t广告 v1\t加 微*信\n")
    file.write_text("没有什么。", "utf-8")
    assert run(app, "match", str(file)) == (0, "")


def test_import_makes_a_draft_that_waits_for_its_dry_run(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    file.write_text("加微信\n代开发票\n", "utf-8")
    assert run(app, "import", str(file), "--rule", "广告")[0] == 1
    named = ("--effect", "hold", "--reason", "像是广告。", "--reason-en", "Like advertising.")
    code, output = run(app, "import", str(file), "--rule", "广告", *named)
    assert code == 0, output
    assert states(app) == [(1, "draft")]
    file.write_text("加微信\n", "utf-8")
    assert run(app, "import", str(file), "--rule", "广告")[0] == 0
    with app.app_context():
        version = db.session.scalars(db.select(TermVersion)).one()
        assert (version.terms, version.effect) == ("加微信", "hold")
    file.write_text("***\n", "utf-8")
    assert run(app, "import", str(file), "--rule", "广告")[0] == 1


@pytest.mark.parametrize("name", ["match", "import"])
def test_help_gives_an_example(app: Flask, name: str) -> None:
    code, output = run(app, name, "--help")
    assert code == 0
    assert f"Example: flask --app app terms {name}" in " ".join(output.split())
