"""Nothing that is not for everybody reaches anybody else: every page, with every id, for everyone.

Each hidden text of the filled site bears a word of its own (see filled.py). The crawl opens every
GET route with every id that exists and every link found on the way, as each person and as nobody,
and searches for each word; EXPECTED says who may have met it, no more and no less.
"""

from __future__ import annotations

import io
import random
import re
import uuid
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from html import unescape
from itertools import product
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from accounts.models import Person
from accounts.session import Stranger
from core import clock, file_links, mail_message, unsubscribe
from core.attachments import Attachment
from core.db import db
from core.mail import Mail, MailAddress
from core.notices import Notice
from core.search import SearchEntry
from forum.models import Board, Thread
from forum.tags import Tag
from forum.tending import ENDS
from moderation.amending import EDITS
from surveys.ledger.models import LedgerEntry, LedgerSource
from surveys.models import OpenAnswer, Survey, SurveyResponse, SurveyVersion
from tests.contracts.filled import (
    CLASS_OF_FIVE,
    CONFIDED,
    LETTER_STATES,
    OPINIONS,
    PROPOSALS,
    PUBLIC_LETTERS,
    Filled,
    word,
)
from tests.mailing import words
from tests.people import PEOPLE, Visitor

# Who reads the most comes first: after them it is known at which addresses hidden words stand.
KNOWING = (
    *("chief_moderator", "moderator", "cadre", "code", "mail_office", "minister", "handler"),
    *("signer", "office", "unit_admin", "cadre2", "leader"),
)
VIEWERS: tuple[str | None, ...] = (*KNOWING, None, *sorted(PEOPLE.keys() - set(KNOWING)))

REVIEWERS = {"moderator", "chief_moderator"}
REVIEWED = {"cadre"} | REVIEWERS
AUTHOR = {"cadre"}
CLOSED = {"cadre", "cadre2", "expert", "moderator2"} | REVIEWERS  # expert: its local moderator
MAIL = {"mail_office"}
DESK = {"mail_office", "minister"}
UNIT = {"handler", "handler2", "signer"}
OFFICE = {"office"}
ASKED = OFFICE | {"leader", "minister"}  # of the unit that answers, and of one above it

# Who has a letter of `cadre` on the desk, by its state; the writer reads it in all of them.
_AT_DESK = {
    **dict.fromkeys(("received", "screening", "needs_info", "accepted"), DESK),
    **dict.fromkeys(("declined", "redirected", "withdrawn"), MAIL),
    **dict.fromkeys(("assigned", "claimed", "handling", "reply_draft", "sign_off"), DESK | UNIT),
    **dict.fromkeys(("replied", "rated", "reopened"), DESK | UNIT),
    "closed": {"mail_office"} | UNIT,
}

# Known to the author, who need not be shown them again.
MAY_KNOW = ("mended_why", "appealed_why", "appealed_plea", "upheld_why", "upheld_plea")

EXPECTED: dict[str, set[str]] = {
    **dict.fromkeys(
        (
            *("pending_title", "pending_body", "pending_reply", "edit_title", "edit_body"),
            *("returned_title", "returned", "returned_why", "mended_before", "rejected"),
            *("appealed", "upheld", "upheld_end"),
            *("hidden_title", "hidden", "hidden_why", "claimed"),
            *("suspended_title", "suspended", "suspended_reply"),
            *("hidden_title", "hidden", "hidden_why", "claimed", "undone"),
            *("amended", "amended_why", "covered", "covered_why", "taken_own", "taken_back"),
            *("remarked", "remark", "moved_reply"),
        ),
        REVIEWED,
    ),
    # The chief might still judge this decision blind, and reads nothing of it before.
    "rejected_why": {"cadre", "moderator"},
    **dict.fromkeys(MAY_KNOW, REVIEWERS),
    "proposed_tag": REVIEWERS,
    "template": REVIEWERS | {"moderator2", "expert"},
    # A board for the cadres of one unit; whoever tends it knows its name.
    **dict.fromkeys(("closed_title", "closed"), CLOSED),
    "closed_board": CLOSED | {"unit_admin", "admin"},
    **dict.fromkeys(("withdrawn_title", "withdrawn"), AUTHOR),
    **dict.fromkeys(("kept_title", "kept_thread", "kept_reply", "kept_edit"), AUTHOR),
    **dict.fromkeys(("escalated_why", "hold_why"), REVIEWERS),
    "second_why": {"chief_moderator"},  # who wrote them
    "inquiry": {"cadre2"},  # about that decision
    "inquiry_declined": {"cadre2"},
    "bookmark_note": {"cadre2"},
    "bookmark_gone": {"cadre2"},
    "inquiry_declined_why": {"cadre2"},
    "purge_why": REVIEWERS | {"admin"},
    "purged": set(),  # nobody any more
    "sealed": set(),  # a chief moderator by an act of its own, see test_seal_text.py
    "sealed_why": REVIEWED,
    "purged_why": set(),
    "flag_words": {"delegate"} | REVIEWERS,  # who wrote them
    **{
        f"letter_{state}{part}": {"cadre"} | _AT_DESK[state]
        for state, part in product(LETTER_STATES, ("", "_title", "_point"))
    },
    # The author's text that waits; the rules themselves are the chief moderators' alone.
    "held_term": REVIEWED,
    "drafted_term": {"chief_moderator"},
    "letter_restricted": {"cadre", "mail_office"},
    "unnamed": DESK | {"code"},
    "note": DESK | UNIT,
    "note_on_own": DESK | UNIT - {"handler2"},  # who wrote that letter
    **dict.fromkeys(("draft", "draft_point", "draft_end", "sent_back"), DESK | UNIT),
    **dict.fromkeys(("draft_survey", "draft_intro", "draft_question"), OFFICE),
    **dict.fromkeys(("open_answer", "closed_answer"), OFFICE),
    "held_answer": set(),
    "begun_answer": {"minister"},
    "confided_answer": OFFICE,
    "confided_held": set(),
    # Whoever put the words forward, and who decides; what was left out of them is the office's.
    **{f"opinion_{state}": OFFICE | REVIEWERS for state in OPINIONS if state != "sealed"},
    **{f"opinion_{state}_raw": OFFICE for state in OPINIONS if state != "sealed"},
    # Published versions of letters: the office's and its reviewers', as long as there are words.
    **{
        f"public_{state}": MAIL | REVIEWERS
        for state in PUBLIC_LETTERS
        if state not in ("sealed", "withdrawn")
    },
    "public_withdrawn": MAIL,
    **{
        f"proposal_{state}": REVIEWED
        for state in ("edit", *PROPOSALS)
        if state not in ("sealed", "withdrawn")
    },
    "proposal_withdrawn": AUTHOR,
    "proposal_sealed": set(),
    "proposal_sealed_reason": set(),
    "public_sealed": set(),
    **{
        f"public_{state}_raw": {"cadre"} | _AT_DESK["closed"]
        for state in ("published", *PUBLIC_LETTERS)
        if state != "sealed"
    },
    "public_sealed_raw": {"cadre", "mail_office"},  # the seal isolates the letter itself
    "opinion_sealed": set(),
    "opinion_sealed_raw": set(),
    "named_answer": OFFICE | {"cadre"},
    # A ledger's raw sentences are the office's alone; the unit asked reads what was merged.
    **{f"ledger_raw_{state}": OFFICE for state in ("open", "assigned", "answered")},
    **dict.fromkeys(("ledger_old", "ledger_new", "ledger_why", "ledger_aside"), OFFICE),
    **dict.fromkeys(("ledger_member", "ledger_on_member", "ledger_item_member"), OFFICE),
    "ledger_item_open": OFFICE,
    **dict.fromkeys(("ledger_item_assigned", "ledger_item_answered"), ASKED),
    **dict.fromkeys(("ledger_reply_answered", "ledger_returned"), ASKED),
    "ledger_raw_waiting": ASKED | REVIEWERS,  # quoted in what the reviewers read
    **dict.fromkeys(
        ("ledger_item_waiting", "ledger_reply_waiting", "ledger_title"), ASKED | REVIEWERS
    ),
    **{f"ledger_{part}_sealed": set() for part in ("raw", "item", "reply")},
    **dict.fromkeys(("draft_campaign", "draft_lead", "draft_term"), OFFICE),
    "import_draft": {"unit_admin"},
}

# What a file is called and what it holds.
_FILES: dict[str, set[str]] = {
    **dict.fromkeys(("pending", "returned", "rejected", "hidden", "flagged", "covered"), REVIEWED),
    **dict.fromkeys(("withdrawn", "unsent"), AUTHOR),
    "sealed": set(),
    "purged": set(),
}
EXPECTED |= {
    f"file_{state}_{part}": who for state, who in _FILES.items() for part in ("name", "bytes")
}

# Routes that nobody meets with 200 or a redirect in the filled site, and why.
NEVER_OPENED = {
    "front.readyz",  # 503: the test's tables were not made by migrations
    "front.style",  # only in demo mode
}
# Who may come near the hidden texts of an area; in the short crawl others open some of its pages.
TALKERS = {
    None,
    "cadre",
    "cadre2",
    "delegate",
    "moderator",
    "moderator2",
    "chief_moderator",
    "admin",
    "expert",
    "unit_admin",
}
WRITERS = {
    None,
    "code",
    "cadre",
    "cadre2",
    "mail_office",
    "handler",
    "handler2",
    "signer",
    "minister",
}
NEAR: dict[str, set[str | None]] = {
    **dict.fromkeys(("front", "forum", "moderation", "record", "seals", "terms"), TALKERS),
    "letters": WRITERS | {"admin", "moderator", "chief_moderator"},
    "surveys": {None, "moderator", "chief_moderator", "cadre", "admin"} | ASKED,
    "campaigns": {None, "office", "cadre", "admin", "leader", "moderator", "chief_moderator"},
    "accounts": {None, "unit_admin", "cadre", "admin"},
}
FEW, MANY, SOME = 1, 20, 10
# Where hidden words stand: opened with every id for everybody, in the short crawl, too.
TELLING = {
    *("moderation.list_seconds", "moderation.show_second"),
    *("seals.show_seal", "moderation.seal_item", "forum.seal_post"),
    *("record.show_entry", "record.list_inquiries", "record.list_purges"),
    *("front.open_file", "front.serve_file"),
    *("forum.show_draft", "forum.reply", "forum.start_thread"),
    *("forum.print_thread", "forum.take_thread"),
    *("forum.list_bookmarks", "forum.bookmark_post"),
    *("forum.edit_post", "forum.show_thread", "forum.history_post", "moderation.show_item"),
    *("campaigns.show", "campaigns.terms", "terms.show_rule", "terms.edit_rule"),
    *("letters.show", "letters.desk_letter", "letters.show_public", "letters.edit_public"),
    *("letters.list_public", "letters.prepare_public", "surveys.show", "surveys.show_results"),
    *("surveys.read_answers", "surveys.list_opinions", "surveys.show_opinion"),
    *("surveys.edit", "surveys.edit_question", "surveys.try_out", "surveys.publish_draft"),
    *("surveys.edit_opinion", "surveys.enter"),
    *("surveys.show_ledger", "surveys.show_ledger_item", "surveys.answer_ledger_item"),
    *("surveys.work_ledger", "surveys.correct_entry", "surveys.propose_ledger_item"),
    *("campaigns.show_proposal", "campaigns.edit_proposal", "campaigns.history_proposal"),
    "campaigns.list_proposals",
    "accounts.show_import",
}
_WORD = re.compile("zq[a-z]+?qz")  # two may meet where a tag stood between them
_HREF = re.compile(r'href="([^"#]+)')


@pytest.mark.slow
def test_only_those_meet_a_hidden_word_who_may(filled: Filled) -> None:
    _crawl(filled, one_in=1)


def test_only_those_meet_a_hidden_word_who_may_where_words_stand(filled: Filled) -> None:
    """The same in the time that `make test` has, on one database."""
    if filled.kind == "postgresql":
        pytest.skip("the whole crawl, among the slow proofs, does it on PostgreSQL")
    _crawl(filled, one_in=25)


def _crawl(filled: Filled, one_in: int) -> None:
    met: dict[str, dict[str, str]] = {}
    opened: set[str] = set()
    telling: set[str] = set()
    for name in VIEWERS:
        crawl = Crawl(filled, name, one_in, frozenset(telling))
        crawl.everything()
        opened |= crawl.opened
        telling |= crawl.telling
        for found, path in crawl.met.items():
            met.setdefault(found, {})[name or "nobody"] = path
    expected = {word(name): who for name, who in EXPECTED.items()}
    wrong = []
    for found in sorted(met.keys() | expected.keys()):
        seen, must = met.get(found, {}), expected.get(found, set())
        may = must | ({"cadre"} if found in map(word, MAY_KNOW) else set())
        wrong += [f"{found} met by {who} at {seen[who]}" for who in sorted(seen.keys() - may)]
        wrong += [f"{found} never met by {who}" for who in sorted(must - seen.keys())]
    assert not wrong, "\n".join(wrong)
    assert {rule.endpoint for rule in _get_rules(filled.app)} - opened == NEVER_OPENED


def test_search_finds_no_hidden_word(filled: Filled) -> None:
    """Asked for by its own letters, all but the last two, lest the question be taken for a find."""
    office = filled.visitor("office")
    for name in EXPECTED:
        page = office.get(f"/search?q={word(name)[:-2]}").text
        assert word(name) not in re.sub("<[^>]*>", "", page), name
    with filled.app.app_context():
        for entry in db.session.scalars(select(SearchEntry)):
            found = set(_WORD.findall(f"{entry.title} {entry.body} {entry.tokens}"))
            # What stands on a closed board is found by those who may read it.
            assert found <= {word("closed"), word("closed_title")}


def test_no_mail_says_what_its_reader_may_not_read(filled: Filled) -> None:
    """All that everybody was told, as a mail that is sent now."""
    may = {word(name): who for name, who in EXPECTED.items()}
    sent = 0
    with filled.app.app_context():
        for name in PEOPLE:
            person_id = filled.cast.id(name)
            if name != "cadre":
                to = {"address": "somebody@example.invalid", "verified_at": clock.now()}
                db.session.add(MailAddress(person_id=person_id, **to))
            ids = list(db.session.scalars(select(Notice.id).filter_by(person_id=person_id)))
            row = Mail(id=1, person_id=person_id, purpose="instant", notice_ids=ids)
            row.made_at = clock.now()
            if (message := mail_message.of(row)) is not None:
                sent += 1
                said = words(message)
                assert [one for one in _WORD.findall(said) if name not in may[one]] == [], name
        db.session.rollback()
    assert sent > 3


class Crawl:
    """One viewer's way through the whole site.

    Of the pages of a kind that are not TELLING the first few are opened and one in `one_in` of the
    rest, others for each viewer; those that are TELLING, for who is NEAR, all, or those of them on
    which one of the KNOWING met a word.
    """

    def __init__(
        self, site: Filled, name: str | None, one_in: int, telling: frozenset[str]
    ) -> None:
        self.site = site
        self.visitor: Visitor = site.visitor(name)
        self.chance = random.Random(f"{name}")
        self.one_in = one_in
        self.name = name
        self.met: dict[str, str] = {}  # each word and where it was met first
        self.known = telling
        self.telling: set[str] = set()  # where a word was met
        self.opened: set[str] = set()
        self.tried: Counter[str] = Counter()
        self.followed: Counter[tuple[str, ...]] = Counter()
        self.seen: set[str] = set()
        self.links: list[str] = []

    def everything(self) -> None:
        for endpoint, path in addresses(self.site.app):
            self.tried[endpoint] += 1
            one_in = self._one_in(endpoint, path)
            if self.tried[endpoint] <= FEW or self.chance.random() < 1 / one_in:
                self.open(endpoint, path)
        self.open("front.find", "/search?q=zq")
        for path in self.signed():
            self.open("front.serve_file", path)
        self.subscribe()
        adapter = self.site.app.url_map.bind("localhost")
        for path in self.links:
            parts = urlsplit(path)
            endpoint, _values = adapter.match(parts.path)
            asked = (endpoint, *sorted(part.partition("=")[0] for part in parts.query.split("&")))
            self.followed[asked] += 1
            if self.followed[asked] <= (MANY if endpoint in TELLING else FEW):
                self.open(endpoint, path)

    def signed(self) -> list[str]:
        """Every file there is at an address signed for this viewer, as if a page had done it."""
        with self.site.app.test_request_context():
            known = self.name in PEOPLE
            reader = self.site.cast.person(str(self.name)) if known else Stranger()
            files = db.session.scalars(select(Attachment)).all()
            return [file_links.address(one.note, reader) for one in files]

    def subscribe(self) -> None:
        """Every feed, by the page's sign-in and by the token of a reader that is not signed in."""
        reader, token = self.site.visitor(None), self.site.tokens.get(self.name or "")
        for path in (*feeds_of(self.site.app), "/feeds/search/all?q=zq"):
            self.open("front.show_feed", path)
            if token:
                joined = f"{path}{'&' if '?' in path else '?'}token={token}"
                self.read(path, reader.get(joined).text)

    def _one_in(self, endpoint: str, path: str) -> int:
        if endpoint not in TELLING:
            return self.one_in
        is_near = self.name in NEAR[endpoint.partition(".")[0]]
        is_due = is_near and (self.name in KNOWING or path in self.known)
        return 1 if is_due else min(self.one_in, SOME)

    def open(self, endpoint: str, path: str) -> None:
        if path in self.seen:
            return
        self.seen.add(path)
        answer = self.visitor.get(path)
        assert answer.status_code < 500 or path == "/readyz", (path, answer.status_code)
        if answer.status_code in (200, 302, 303):
            self.opened.add(endpoint)
        text = _said(answer.get_data())
        self.read(path, text)
        for found in _WORD.findall(str(answer.headers)):
            self.met.setdefault(found, path)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            self.links += [one for one in _links(path, text) if one not in self.seen]

    def read(self, path: str, text: str) -> None:
        if "zq" in text:
            # A mark around what was searched for may stand within the word.
            for found in {*_WORD.findall(text), *_WORD.findall(re.sub("<[^>]*>", "", text))}:
                self.met.setdefault(found, path)
                self.telling.add(path)


def confided() -> Sequence[uuid.UUID]:
    """The responses whose name is locked, in the current context."""
    return db.session.scalars(
        select(SurveyResponse.id).where(SurveyResponse.name_box.is_not(None))
    ).all()


def test_no_page_says_whose_a_confidential_response_is(filled: Filled) -> None:
    """Names that are sealed stand on no page of the survey, whoever reads it; its keepers included."""
    with filled.app.app_context():
        wanted = select(Person.name).where(Person.username.in_((*CLASS_OF_FIVE, "leader")))
        names = db.session.scalars(wanted).all()
        responses = confided()
    assert len(names) == 6
    assert len(responses) == 5
    here = f"/surveys/{CONFIDED}"
    pages = [f"{here}/{one}" for one in ("answers", "results", "versions", "keys", "asking")]
    pages += [here, *(f"{here}/responses/{one}/name" for one in responses)]
    read = 0
    for who in ("office", "inspector", "admin", "chief_moderator", "minister"):
        reader = filled.visitor(who)
        for page in pages:
            text = reader.get(page).text
            main = text[text.find("<main") : text.find("</main>")]
            assert [one for one in names if one in main] == [], (who, page)
            read += word("confided_answer") in main
    assert read, "the words beside the locked name were read"


def _said(data: bytes) -> str:
    """What an answer says; of an archive (a Word file is one) what it holds, names and all."""
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = b"".join(name.encode() + archive.read(name) for name in archive.namelist())
    return data.decode("utf-8", "replace")


def _get_rules(app: Flask) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint != "static":
            yield rule


def feeds_of(app: Flask) -> list[str]:
    """The feed of everything that may have one."""
    with app.app_context():
        boards = [f"/feeds/board/{slug}" for slug in db.session.scalars(select(Board.slug))]
        threads = [f"/feeds/thread/{id}" for id in db.session.scalars(select(Thread.id))]
        tags = [f"/feeds/tag/{id}" for id in db.session.scalars(select(Tag.id))]
    named = [f"/feeds/{name}/all" for name in ("boards", "followed", "letters")]
    return [*named, *boards, *threads, *tags]


def _links(path: str, text: str) -> Iterator[str]:
    """The pages of our own to which a page leads, each once."""
    for link in dict.fromkeys(_HREF.findall(text)):
        parts = urlsplit(urljoin(path, unescape(link)))
        if not parts.netloc and not parts.path.startswith("/static/"):
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def addresses(app: Flask) -> list[tuple[str, str]]:
    """(endpoint, address) of every GET route with every id that exists.

    Fails on a route whose parts nobody explained.
    """
    found = []
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for rule in _get_rules(app):
            names = sorted(rule.arguments)
            for values in product(*(_values(app, rule, name) for name in names)):
                path = adapter.build(rule.endpoint, dict(zip(names, values, strict=True)))
                found.append((rule.endpoint, path))
    return found


def _values(app: Flask, rule: Rule, name: str) -> list[Any]:
    """Every value there is for a part of an address."""
    model = getattr(app.view_functions[rule.endpoint], "model", None)
    if model is not None and hasattr(model, name):
        return list(db.session.scalars(select(getattr(model, name))))
    if rule.endpoint == "surveys.download" and name == "number":
        return list(set(db.session.scalars(select(SurveyVersion.number))))
    if rule.endpoint == "front.show_feed":  # more of them in feeds_of
        return {"kind": ["boards"], "key": ["all"]}[name]
    if rule.endpoint.startswith("surveys.edit_"):
        return {"key": ["one"], "number": [1]}[name]
    if rule.endpoint == "surveys.download":
        return ["json", "xlsx"]
    if rule.endpoint == "surveys.show_question":
        return ["one", "num", "text"]
    if rule.endpoint == "surveys.take_ledger":
        return ["docx", "xlsx"]
    if rule.endpoint == "surveys.enter_lines":
        return list(db.session.scalars(select(LedgerSource.id)))
    if rule.endpoint == "surveys.correct_entry":
        return list(db.session.scalars(select(LedgerEntry.id)))
    if rule.endpoint == "surveys.take_tables":  # a PDF says what a Word file says, and takes long
        return ["csv", "xlsx", "json", "docx", "zip"]
    if name == "token":  # of a mail to `cadre`
        known = db.session.scalars(select(MailAddress)).one()
        stops = unsubscribe.token(known.person_id, known.address, ["decision"])
        return [known.token if rule.endpoint == "front.verify_address" else stops]
    if name == "answer_id":
        return list(db.session.scalars(select(OpenAnswer.id)))
    if name == "month":
        return [f"{clock.today():%Y-%m}"]
    if rule.endpoint == "moderation.edit" and name == "verb":
        return list(EDITS)
    if rule.endpoint == "front.serve_file":  # whose addresses `Crawl.signed` makes
        return [1] if name == "id" else ["forged"]
    if rule.endpoint == "forum.tend_thread" and name == "verb":
        return [*ENDS, *ENDS.values()]
    if name == "response_id":  # of a confidential survey alone is there a name to open
        return list(confided())
    if rule.endpoint == "surveys.back_to_begun":
        return ["swap"]
    if rule.endpoint in ("surveys.show_receipt", "surveys.back_to_receipt", "surveys.enter"):
        return list(db.session.scalars(select(Survey.slug))) if name == "slug" else ["change"]
    raise AssertionError(f"{rule.rule}: say in test_leak.py what {name} may be")
