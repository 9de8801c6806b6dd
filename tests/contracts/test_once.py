"""One act, one effect: everything that makes or decides something, sent again and at once."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from accounts.models import Membership, PeopleImport, Person, Slip, Unit
from campaigns.proposals import Proposal, ProposalDecision
from core import clock
from core.db import db
from core.follows import Follow
from core.journal import JournalEvent
from core.telling import NoticeChoice
from forum.models import Board, Signpost, Thread
from forum.models import Post as ForumPost
from letters import writing
from letters.models import Letter, LetterNote, Reply
from moderation.flag import Flag
from moderation.inquiries import Inquiry
from moderation.models import Decision, QueueItem
from moderation.purging import Hold, Purge
from moderation.seal import Seal
from moderation.templates import ExplanationTemplate
from moderation.terms.models import TermRule, TermTrial
from surveys.building.steps import DraftStep
from surveys.definition import dump
from surveys.ledger.models import Ledger, LedgerEntry, LedgerReply
from surveys.models import (
    HeldResponse,
    Survey,
    SurveyDismissal,
    SurveyResponse,
    SurveyVersion,
)
from tests.boards import Forum
from tests.campaigns.conftest import make as make_campaign
from tests.campaigns.proposing import BODY, TITLE, Proposals
from tests.campaigns.proposing import REASON as WHY
from tests.letters.conftest import Post
from tests.people import Cast, Visitor
from tests.rules import Rules
from tests.surveys.conftest import GOOD, Desk, action, document, hidden
from tests.surveys.ledgers import Ledgers

# SQLite lets one write after the other: a few at once meet all that many would.
FEW, MANY = 8, 32
KEY = "a form's own random key, of more than forty characters"
MOMENT = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日 \d{2}:\d{2}")


@dataclass
class Stage:
    """A site of a test, and what its acts need."""

    app: Flask
    cast: Cast
    forum: Forum
    mailbox: Post
    desk: Desk

    @property
    def kind(self) -> str:
        with self.app.app_context():
            return db.engine.dialect.name

    def count(self, model: Any, *conditions: Any) -> int:
        with self.app.app_context():
            found = select(func.count()).select_from(model).where(*conditions)
            return db.session.scalar(found) or 0


@pytest.fixture
def stage(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Stage:
    writing.init_app(app)  # the whole hour's allowance
    monkeypatch.setitem(app.config, "LETTERS_PER_DAY", 1_000)
    return Stage(app, cast, Forum(app, cast), Post(app, cast), Desk(app, cast))


@dataclass
class Act:
    """A request, and the effect that it may have once. `differs`: each has a `once` of its own."""

    who: str | None
    url: str
    data: dict[str, Any]
    model: Any
    conditions: tuple[Any, ...] = ()
    file: str = ""
    differs: bool = False
    tokenless: bool = False
    answers: frozenset[int] = field(default_factory=lambda: frozenset({200, 302, 303}))


Make = Callable[[Stage], Act]


def start_thread(stage: Stage) -> Act:
    words = {"title": "一个像样的标题", "body": "开头说的话。", "once": KEY}
    return Act("cadre", "/forum/dajiatan/new", words, Thread)


def start_thread_by_script(stage: Stage) -> Act:
    """Without the form's key: known by what it says."""
    words = {"title": "一个像样的标题", "body": "开头说的话。"}
    return Act("cadre", "/forum/dajiatan/new", words, Thread)


def reply(stage: Stage) -> Act:
    author, reviewer = stage.cast.visitor("cadre"), stage.cast.visitor("moderator")
    thread = stage.forum.published(author, reviewer)
    words = {"body": "我也说一句。", "once": KEY}
    return Act("cadre2", f"/threads/{thread}/reply", words, ForumPost, (ForumPost.number > 1,))


def propose(stage: Stage) -> Act:
    Proposals(stage.app, stage.cast)
    words = {"title": TITLE, "body": BODY, "unit": str(stage.cast.unit_id("county")), "once": KEY}
    return Act("cadre", "/campaigns/ask/proposals/new", words, Proposal)


def decide_proposal(stage: Stage) -> Act:
    made = Proposals(stage.app, stage.cast)
    proposal = made.published(stage.cast.visitor("cadre"), stage.cast.visitor("moderator"))
    words = {"outcome": "adopted", "reason": WHY}
    codes = frozenset({302, 409})
    return Act("leader", f"/proposals/{proposal}/decide", words, ProposalDecision, answers=codes)


def follow_thread(stage: Stage) -> Act:
    thread = stage.forum.start(stage.cast.visitor("cadre"), board="chat")
    watched = (Follow.level == "watch", Follow.is_chosen)
    return Act("cadre2", f"/threads/{thread}/follow", {"level": "watch"}, Follow, watched)


def choose_own(stage: Stage) -> Act:
    return Act("cadre", "/me/following/own", {"watches_own": "no"}, NoticeChoice)


def appeal(stage: Stage) -> Act:
    author, reviewer = stage.cast.visitor("cadre"), stage.cast.visitor("moderator")
    post = stage.forum.post(stage.forum.start(author))
    stage.forum.decide(reviewer, "reject", post, reason="other", explanation="不合适。")
    plea = {"explanation": "我认为合适。"}
    items = (QueueItem.reason == "appeal",)
    codes = frozenset({302, 409})
    return Act("cadre", f"/posts/{post}/appeal", plea, QueueItem, items, answers=codes)


def flag_post(stage: Stage) -> Act:
    post = stage.forum.post(stage.forum.start(stage.cast.visitor("cadre"), board="chat"))
    words = {"reason": "abuse", "words": "骂了人。"}
    return Act("cadre2", f"/posts/{post}/flag", words, Flag)


def find_harmless(stage: Stage) -> Act:
    send(stage.cast.visitor("cadre2"), (act := flag_post(stage)))
    post = int(act.url.split("/")[2])
    data = {"revision": str(stage.forum.latest(post))}
    url = f"/moderation/{stage.forum.item(post)}/harmless"
    verdicts = (Decision.verb == "harmless",)
    return Act("moderator", url, data, Decision, verdicts, answers=frozenset({302, 409}))


LETTER = {"title": "培训名额", "body": "能不能公开？", "points": "名额", "once": KEY}


def write_letter(stage: Stage) -> Act:
    return Act("cadre", "/letters/new", LETTER, Letter)


def write_unnamed_letter(stage: Stage) -> Act:
    return Act(None, "/letters/new", {**LETTER, "anonymous": "yes"}, Letter)


def note_on_letter(stage: Stage) -> Act:
    letter = stage.mailbox.letter("handling")
    words = {"body": "一条批注。", "once": KEY}
    return Act("handler", f"/letters/desk/{letter}/note", words, LetterNote)


def draft_reply(stage: Stage) -> Act:
    letter = stage.mailbox.letter("handling")
    words = {"version": "0", "body": "您好：", "answer-1": "可以。", "answer-2": "可以。"}
    return Act("handler", f"/letters/desk/{letter}/draft", words, Reply)


def answer_by_name(stage: Stage) -> Act:
    stage.desk.make(anonymity="named")
    return Act("delegate", "/surveys/work", {"number": "1", **GOOD}, SurveyResponse)


def answer_anonymously(stage: Stage) -> Act:
    stage.desk.make()
    page = stage.cast.visitor("delegate").get("/surveys/work")
    data = {**hidden(page), **GOOD}
    codes = frozenset({303, 409})
    return Act(None, action(page), data, HeldResponse, tokenless=True, answers=codes)


def dismiss_survey(stage: Stage) -> Act:
    stage.desk.make()
    return Act("delegate", "/surveys/work/dismiss", {}, SurveyDismissal)


def make_survey(stage: Stage) -> Act:
    data = {"source": dump(document()), "once": KEY}
    return Act("office", "/surveys/new", data, Survey)


def make_survey_in_many_windows(stage: Stage) -> Act:
    data = {"source": dump(document())}
    codes = frozenset({303, 422})
    return Act("office", "/surveys/new", data, Survey, differs=True, answers=codes)


def begin_survey(stage: Stage) -> Act:
    return Act("office", "/surveys/new/from", {"template": "opinions", "once": KEY}, Survey)


def build_survey(stage: Stage) -> Act:
    stage.desk.make(state="draft")
    done = (DraftStep.act == "duplicate",)
    codes = frozenset({303, 409})
    data = {"seen": "0", "do": "copy one"}
    return Act("office", "/surveys/manage/work/edit", data, DraftStep, done, answers=codes)


def publish_change(stage: Stage) -> Act:
    stage.desk.make()
    office = stage.cast.visitor("office")
    office.post("/surveys/manage/work/edit", {"seen": "0", "do": "copy one"})
    codes = frozenset({303, 409})
    url = "/surveys/manage/work/edit/publish"
    return Act("office", url, {"seen": "2"}, SurveyVersion, answers=codes)


def _newcomer(stage: Stage, **more: Any) -> Act:
    with stage.app.app_context():
        today = clock.today().isoformat()
    data = {"name": "新来的", "username": "newcomer", "unit": "county单位", "role": "cadre"}
    newcomers = (Person.username == "newcomer",)
    return Act("admin", "/admin/people/new", {**data, "since": today}, Person, newcomers, **more)


def add_person(stage: Stage) -> Act:
    return _newcomer(stage)


def add_person_in_many_windows(stage: Stage) -> Act:
    return _newcomer(stage, differs=True, answers=frozenset({200, 422}))


def grant_role(stage: Stage) -> Act:
    person = stage.cast.id("cadre")
    with stage.app.app_context():
        today = clock.today().isoformat()
    data = {"unit": "county单位", "role": "handler", "since": today, "once": KEY}
    handlers = (Membership.role == "handler",)
    return Act("admin", f"/admin/people/{person}/grant", data, Membership, handlers)


def issue_slip(stage: Stage) -> Act:
    person = stage.cast.id("cadre")
    return Act("admin", f"/admin/people/{person}/issue-slip", {"once": KEY}, Slip)


def add_unit(stage: Stage, **more: Any) -> Act:
    above = stage.cast.unit_id("county")
    with stage.app.app_context():
        today = clock.today().isoformat()
    data = {"name": "新单位", "kind": "department", "key": "fresh", "from_day": today}
    new = (Unit.name == "新单位",)
    return Act("admin", f"/admin/units/{above}/add", {"once": KEY, **data}, Unit, new, **more)


def add_unit_in_many_windows(stage: Stage) -> Act:
    return add_unit(stage, differs=True, answers=frozenset({302, 422}))


TABLE = "姓名,用户名,单位,角色\n表里的人,imported,county单位,cadre\n"


def import_people(stage: Stage) -> Act:
    return Act("admin", "/admin/people/import", {"once": KEY}, PeopleImport, file=TABLE)


def confirm_import(stage: Stage) -> Act:
    sent = send(stage.cast.visitor("admin"), import_people(stage))
    people = (Person.username == "imported",)
    codes = frozenset({200, 409})
    return Act("admin", f"{sent.location}/confirm", {}, Person, people, answers=codes)


def split(stage: Stage) -> Act:
    author = stage.cast.visitor("cadre")
    thread = stage.forum.start(author, board="chat")
    stage.forum.reply(author, thread)
    words = {"numbers": "2", "title": "岔出来的话题", "why": "另一件事。", "once": KEY}
    return Act("moderator", f"/threads/{thread}/split", words, Thread)


def merge(stage: Stage) -> Act:
    author = stage.cast.visitor("cadre")
    thread, into = (
        stage.forum.start(author, title=title, board="chat")
        for title in ("先说的话题", "后说的话题")
    )
    words = {"into": str(into), "why": "同一件事。"}
    codes = frozenset({302, 409})
    return Act("moderator", f"/threads/{thread}/merge", words, Signpost, answers=codes)


def move(stage: Stage) -> Act:
    thread = stage.forum.start(stage.cast.visitor("cadre"), board="chat")
    with stage.app.app_context():
        board = db.session.scalars(select(Board.id).where(Board.slug == "dajiatan")).one()
    words = {"board": str(board), "why": "放错了地方。"}
    codes = frozenset({302, 409})
    return Act("moderator", f"/threads/{thread}/move", words, Signpost, answers=codes)


def create_template(stage: Stage) -> Act:
    data = {"title": "写明出处", "words": "请写明数字的出处。", "once": KEY}
    return Act("chief_moderator", "/moderation/templates", data, ExplanationTemplate)


def approve(stage: Stage) -> Act:
    post = stage.forum.post(stage.forum.start(stage.cast.visitor("cadre")))
    data = {"revision": str(stage.forum.latest(post))}
    url = f"/moderation/{stage.forum.item(post)}/approve"
    return Act("moderator", url, data, Decision, answers=frozenset({302, 409}))


def _rejection(stage: Stage) -> int:
    """The post id of a rejected text."""
    post = stage.forum.post(stage.forum.start(stage.cast.visitor("cadre")))
    reviewer = stage.cast.visitor("moderator")
    stage.forum.decide(reviewer, "reject", post, reason="other", explanation="不合适。")
    return post


def inquire(stage: Stage) -> Act:
    _rejection(stage)
    with stage.app.app_context():
        entry = db.session.scalars(select(Decision.id)).one()
    words = {"body": "为什么？", "once": KEY}
    return Act("cadre2", f"/moderation/log/{entry}/ask", words, Inquiry)


def ask_to_purge(stage: Stage) -> Act:
    url = f"/moderation/{stage.forum.item(_rejection(stage))}/purge"
    codes = frozenset({302, 409})
    return Act("moderator", url, {"explanation": "有个人信息。"}, Purge, answers=codes)


def place_hold(stage: Stage) -> Act:
    url = f"/moderation/{stage.forum.item(_rejection(stage))}/hold"
    codes = frozenset({302, 409})
    return Act("chief_moderator", url, {"explanation": "要保留。"}, Hold, answers=codes)


def seal(stage: Stage) -> Act:
    url = f"/moderation/{stage.forum.item(_rejection(stage))}/seal"
    words = {"explanation": "可能涉密。", "sure": "y"}
    return Act("chief_moderator", url, words, Seal, answers=frozenset({302, 409}))


def escalate(stage: Stage) -> Act:
    stage.cast.id("chief_moderator")
    item = stage.forum.item(stage.forum.post(stage.forum.start(stage.cast.visitor("cadre"))))
    words = {"explanation": "拿不准。"}
    events = (JournalEvent.verb == "escalate",)
    codes = frozenset({302, 409})
    url = f"/moderation/{item}/escalate"
    return Act("moderator", url, words, JournalEvent, events, answers=codes)


RULE = {
    "effect": "hold",
    "reason": "像是广告。",
    "reason_en": "It reads like advertising.",
    "terms": "加微信",
}


def draft_rule(stage: Stage) -> Act:
    return Act(
        "chief_moderator", "/moderation/terms/new", {**RULE, "name": "广告", "once": KEY}, TermRule
    )


def draft_rule_in_many_windows(stage: Stage) -> Act:
    codes = frozenset({302, 422})
    words = {**RULE, "name": "广告"}
    return Act(
        "chief_moderator", "/moderation/terms/new", words, TermRule, differs=True, answers=codes
    )


def try_rule(stage: Stage) -> Act:
    rule = Rules(stage.app, stage.cast).draft("加微信")
    codes = frozenset({302, 409})
    return Act("chief_moderator", f"/moderation/terms/{rule}/try", {}, TermTrial, answers=codes)


def create_board(stage: Stage, **more: Any) -> Act:
    whos = dict.fromkeys(("read_who", "start_who", "reply_who"), "members")
    data = {"title": "新版块", "slug": "fresh", "unit": "region单位", "review": "pre", **whos}
    fresh = (Board.slug == "fresh",)
    return Act("chief_moderator", "/admin/boards/new", {"once": KEY, **data}, Board, fresh, **more)


def create_board_in_many_windows(stage: Stage) -> Act:
    return create_board(stage, differs=True, answers=frozenset({302, 422}))


def appoint(stage: Stage, **more: Any) -> Act:
    stage.cast.id("expert")
    with stage.app.app_context():
        day = f"{clock.today() + timedelta(days=9)}"
    data = {"username": "expert", "until": day, "once": KEY}
    local = (Membership.role == "local_moderator",)
    return Act("chief_moderator", "/forum/chat/moderators", data, Membership, local, **more)


def appoint_in_many_windows(stage: Stage) -> Act:
    return appoint(stage, differs=True, answers=frozenset({302, 422}))


def open_ledger(stage: Stage) -> Act:
    data = {"title": "征求意见台账", "survey": "", "members": "", "once": KEY}
    return Act("office", "/ledgers/new", data, Ledger)


def enter_lines(stage: Stage) -> Act:
    ledgers = Ledgers(stage.app, stage.cast)
    made = ledgers.open()
    url = f"/ledgers/{made}/sources/{ledgers.source(made)}"
    return Act("office", url, {"body": "会太多。", "count": "1", "once": KEY}, LedgerEntry)


def answer_ledger_item(stage: Stage) -> Act:
    ledgers = Ledgers(stage.app, stage.cast)
    made = ledgers.open()
    ledgers.enter(made, ledgers.source(made), "会太多。")
    item = ledgers.gather(made, "会议太多", *ledgers.keys(made))
    unit = {"unit": str(stage.cast.unit_id("county"))}
    assert ledgers.office.post(f"/ledgers/items/{item}/assign", unit).status_code == 303
    data = {"outcome": "done", "reason": WHY}
    codes = frozenset({303, 409})
    return Act("leader", f"/ledgers/items/{item}/answer", data, LedgerReply, answers=codes)


ACTS: list[Make] = [
    *(create_board, create_board_in_many_windows, appoint, appoint_in_many_windows),
    *(draft_rule, draft_rule_in_many_windows, try_rule),
    *(start_thread, start_thread_by_script, reply, appeal, approve),
    *(flag_post, find_harmless, follow_thread, choose_own),
    *(start_thread, start_thread_by_script, reply, appeal, approve, create_template),
    *(move, split, merge, propose, decide_proposal),
    *(write_letter, write_unnamed_letter, note_on_letter, draft_reply),
    *(answer_by_name, answer_anonymously, dismiss_survey),
    *(make_survey, make_survey_in_many_windows, begin_survey, build_survey, publish_change),
    *(add_person, add_person_in_many_windows, grant_role, issue_slip, import_people),
    *(confirm_import, add_unit, add_unit_in_many_windows),
    *(inquire, ask_to_purge, place_hold, seal, escalate),
    *(open_ledger, enter_lines, answer_ledger_item),
]


# What everybody does, and does with an impatient finger.
EVERYBODYS = {start_thread, reply, write_letter, answer_by_name, answer_anonymously, approve}


@pytest.mark.parametrize("make", ACTS, ids=lambda make: make.__name__)
def test_sent_at_once_it_happens_once(stage: Stage, make: Make) -> None:
    is_many = make in EVERYBODYS and stage.kind == "postgresql"
    send_at_once(stage, make(stage), MANY if is_many else FEW)


@pytest.mark.slow
@pytest.mark.parametrize("make", ACTS, ids=lambda make: make.__name__)
def test_sent_by_many_at_once_it_happens_once(stage: Stage, make: Make) -> None:
    send_at_once(stage, make(stage), MANY if stage.kind == "postgresql" else FEW)


def send_at_once(stage: Stage, act: Act, windows: int) -> None:
    before = stage.count(act.model, *act.conditions)
    visitors = browsers(stage, act.who, windows)
    start = threading.Barrier(windows)

    def go(visitor: Visitor) -> TestResponse:
        start.wait()
        return send(visitor, act)

    with ThreadPoolExecutor(windows) as threads:
        answers = list(threads.map(go, visitors))
    codes = Counter(answer.status_code for answer in answers)
    assert codes.keys() <= act.answers, codes
    assert stage.count(act.model, *act.conditions) - before == 1
    if 409 in codes or 422 in codes:
        assert codes[409] + codes[422] == windows - 1, codes
    places = {answer.location for answer in answers if answer.location}
    assert len(places) <= 1 or act.model in (ForumPost, Thread, Unit, PeopleImport), places


def browsers(stage: Stage, who: str | None, windows: int) -> list[Visitor]:
    """Windows of one browser: the same session."""
    first = stage.cast.visitor(who)
    first.token()
    cookie = first.client.get_cookie("session")
    assert cookie is not None
    found = []
    for _number in range(windows):
        client = stage.app.test_client()
        client.set_cookie("session", cookie.value)
        found.append(Visitor(client))
    return found


def send(visitor: Visitor, act: Act) -> TestResponse:
    data = dict(act.data)
    if act.differs:
        data["once"] = str(id(visitor)) * 4
    if act.file:
        from io import BytesIO

        data["file"] = (BytesIO(act.file.encode()), "people.csv")
    if act.tokenless:
        return visitor.client.post(act.url, data=data)
    return visitor.post(act.url, data)


# --- Deciding again -------------------------------------------------------------------------

REASON = {"body": "理由是这样的。"}
# (state, verb, who, fields): each moves a letter on; sent again it is a 409 that says who and when.
DESK_VERBS = (
    ("received", "screen", "mail_office", {}),
    ("screening", "accept", "mail_office", {"letter_kind": "ordinary"}),
    ("screening", "ask", "mail_office", REASON),
    ("screening", "redirect", "mail_office", {**REASON, "body_name": "民政局"}),
    ("screening", "decline", "mail_office", {**REASON, "reason": "in_court"}),
    ("screening", "restrict", "mail_office", {}),
    ("needs_info", "resume", "mail_office", {}),
    ("accepted", "assign", "mail_office", {"unit": "department"}),
    ("assigned", "recall", "mail_office", REASON),
    ("assigned", "claim", "handler", {}),
    ("claimed", "begin", "handler", {}),
    ("reply_draft", "present", "handler", {"version": "1", "answer-1": "好", "answer-2": "好"}),
    ("sign_off", "send_back", "signer", REASON),
    ("sign_off", "sign", "signer", {"version": "1"}),
    ("rated", "close", "mail_office", {}),
)


@pytest.mark.parametrize(("state", "verb", "who", "fields"), DESK_VERBS, ids=lambda one: str(one))
def test_a_letter_moved_twice_says_who_and_when(
    stage: Stage, state: str, verb: str, who: str, fields: dict[str, str]
) -> None:
    letter = stage.mailbox.letter(state)
    unit = fields.get("unit")
    data = {**fields, "unit": str(stage.cast.unit_id(unit))} if unit else fields
    decided_twice(stage, who, f"/letters/desk/{letter}/{verb}", data)


@pytest.mark.parametrize("verb", ["decide", "withdraw"])
def test_a_proposal_moved_twice_says_who_and_when(stage: Stage, verb: str) -> None:
    act = decide_proposal(stage)
    who, data = ("leader", act.data) if verb == "decide" else ("cadre", {})
    decided_twice(stage, who, act.url.replace("decide", verb), data)


@pytest.mark.parametrize("verb", ["approve", "return", "reject"])
def test_a_post_decided_twice_says_who_and_when(stage: Stage, verb: str) -> None:
    post = stage.forum.post(stage.forum.start(stage.cast.visitor("cadre")))
    data = {"revision": str(stage.forum.latest(post)), "reason": "other", "explanation": "因为。"}
    decided_twice(stage, "moderator", f"/moderation/{stage.forum.item(post)}/{verb}", data)


@pytest.mark.parametrize("verb", ["amend", "redact"])
def test_a_post_edited_twice_says_who_and_when(stage: Stage, verb: str) -> None:
    post = stage.forum.post(stage.forum.start(stage.cast.visitor("cadre")))
    words = {
        "title": "另一个标题",
        "body": "改好的话。",
        "passages": "开头",
        "explanation": "因为。",
    }
    data = {"revision": str(stage.forum.latest(post)), **words}
    decided_twice(stage, "moderator", f"/moderation/{stage.forum.item(post)}/{verb}", data)


@pytest.mark.parametrize("verb", ["accept", "revert"])
def test_an_edit_answered_twice_is_a_conflict(stage: Stage, verb: str) -> None:
    author, reviewer = stage.cast.visitor("cadre"), stage.cast.visitor("moderator")
    post = stage.forum.post(stage.forum.start(author))
    words = {"title": "另一个标题", "body": "改好的话。", "explanation": "因为。"}
    assert stage.forum.decide(reviewer, "amend", post, **words).status_code == 302
    answers = [author.post(f"/posts/{post}/{verb}").status_code for _time in range(2)]
    assert answers == [302, 409]


@pytest.mark.parametrize("verb", ["overturn", "uphold"])
def test_an_appeal_decided_twice_says_who_and_when(stage: Stage, verb: str) -> None:
    act = appeal(stage)
    send(stage.cast.visitor("cadre"), act)
    post = int(act.url.split("/")[2])
    data = {"revision": str(stage.forum.latest(post)), "explanation": "因为。"}
    url = f"/moderation/{stage.forum.item(post)}/{verb}"
    decided_twice(stage, "chief_moderator", url, data)


@pytest.mark.parametrize("make", [ask_to_purge, place_hold, seal, escalate])
def test_an_item_moved_twice_says_who_and_when(stage: Stage, make: Make) -> None:
    act = make(stage)
    assert act.who is not None
    decided_twice(stage, act.who, act.url, act.data)


@pytest.mark.parametrize("verb", ["confirm", "decline"])
def test_a_purge_closed_twice_says_who_and_when(stage: Stage, verb: str) -> None:
    send(stage.cast.visitor("moderator"), ask_to_purge(stage))
    with stage.app.app_context():
        purge = db.session.scalars(select(Purge.id)).one()
    decided_twice(stage, "chief_moderator", f"/moderation/purges/{purge}/{verb}", {})


def test_a_seal_lifted_twice_says_who_and_when(stage: Stage) -> None:
    send(stage.cast.visitor("chief_moderator"), seal(stage))
    with stage.app.app_context():
        number = db.session.scalars(select(Seal.id)).one()
    words = {"explanation": "没有涉密。"}
    decided_twice(stage, "chief_moderator", f"/moderation/seals/{number}/unseal", words)


@pytest.mark.parametrize("verb", ["answer", "decline"])
def test_an_inquiry_closed_twice_says_who_and_when(stage: Stage, verb: str) -> None:
    send(stage.cast.visitor("cadre2"), inquire(stage))
    with stage.app.app_context():
        inquiry = db.session.scalars(select(Inquiry.id)).one()
    words = {"answer": "因为。"}
    decided_twice(stage, "chief_moderator", f"/moderation/inquiries/{inquiry}/{verb}", words)


@pytest.mark.parametrize("verb", ["try", "enact", "discard", "retire"])
def test_a_rule_moved_twice_says_who_and_when(stage: Stage, verb: str) -> None:
    rules = Rules(stage.app, stage.cast)
    rule = rules.enact("加微信") if verb == "retire" else rules.draft("加微信")
    if verb == "enact":
        rules.try_out(rule)
    decided_twice(stage, "chief_moderator", f"/moderation/terms/{rule}/{verb}", {})


def test_a_post_hidden_twice_says_who_and_when(stage: Stage) -> None:
    post = stage.forum.post(stage.forum.start(stage.cast.visitor("cadre"), board="chat"))
    data = {"reason": "other", "explanation": "因为。"}
    decided_twice(stage, "moderator", f"/posts/{post}/hide", data)


def test_a_decision_undone_twice_is_a_conflict(stage: Stage) -> None:
    act = approve(stage)
    reviewer = stage.cast.visitor("moderator")
    send(reviewer, act)
    url = act.url.replace("/approve", "/undo")
    assert [reviewer.post(url).status_code for _time in range(2)] == [302, 409]
    assert stage.count(Decision) == stage.count(Decision, Decision.undone_at.is_not(None)) == 1


def test_a_post_withdrawn_twice_says_who_and_when(stage: Stage) -> None:
    post = stage.forum.post(stage.forum.start(stage.cast.visitor("cadre")))
    decided_twice(stage, "cadre", f"/posts/{post}/withdraw", {})


@pytest.mark.parametrize(
    ("state", "verb"),
    [
        ("draft", "open"),
        ("open", "pause"),
        ("paused", "resume"),
        ("open", "close"),
        ("closed", "archive"),
    ],
)
def test_a_survey_moved_twice_says_who_and_when(stage: Stage, state: str, verb: str) -> None:
    slug = stage.desk.make(state=state)
    decided_twice(stage, "office", f"/surveys/{slug}/{verb}", {})


def test_a_campaign_moved_twice_says_who_and_when(stage: Stage) -> None:
    make_campaign(stage.app, state="draft")
    for verb in ("open", "close", "reopen", "close", "archive"):
        decided_twice(stage, "office", f"/campaigns/ask/{verb}", {})


@pytest.mark.parametrize("verbs", [("disable", "enable")])
def test_an_account_closed_twice_says_who_and_when(stage: Stage, verbs: tuple[str, ...]) -> None:
    person = stage.cast.id("cadre")
    for verb in verbs:
        decided_twice(stage, "admin", f"/admin/people/{person}/{verb}", {})


def test_an_import_confirmed_twice_says_who_and_when(stage: Stage) -> None:
    act = confirm_import(stage)
    decided_twice(stage, "admin", act.url, {}, first=200)


def decided_twice(
    stage: Stage, who: str, url: str, data: dict[str, str], first: int | None = None
) -> None:
    visitor = stage.cast.visitor(who)
    answer = visitor.post(url, data)
    assert answer.status_code in ((first,) if first else (302, 303)), (url, answer.status_code)
    again = visitor.post(url, data)
    assert again.status_code == 409, (url, again.status_code)
    text = re.sub(r"<head.*?</head>|<header.*?</header>|<[^>]+>", " ", again.text, flags=re.DOTALL)
    assert f"{who}同志" in text, (url, " ".join(text.split()))
    assert MOMENT.search(text), (url, " ".join(text.split()))
