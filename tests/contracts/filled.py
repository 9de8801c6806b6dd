"""A site with one of everything in every state, in which every hidden text bears a word of its own.

`word("returned")` is what stands in the text of that name and nowhere else; test_leak.py says who
may meet each. Everything is made through the same doors that people use.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from flask import Flask

from accounts import slips
from app import create_app
from campaigns.models import Campaign, GlossaryTerm
from campaigns.proposals import Proposal
from core import clock, feed_tokens, journal
from core.db import db
from core.mail import MailAddress
from core.policy import SYSTEM
from forum.models import Board
from forum.tags import Tag
from letters import codes, handling
from letters.models import Letter
from letters.public import PublicLetter
from moderation.drawing import draw_among
from moderation.models import Decision, QueueItem
from moderation.purging import Purge
from moderation.second_review import SecondReview
from surveys import confiding
from surveys.exporting import making
from surveys.exporting.models import SurveyExport
from surveys.models import OpenAnswer, Survey
from surveys.opinions import Opinion
from tests.boards import Forum
from tests.campaigns.conftest import make as make_campaign
from tests.conftest import KEY, database
from tests.letters.conftest import Post, load
from tests.people import PEOPLE, Cast, Visitor
from tests.rules import Rules
from tests.surveys.conftest import Desk
from tests.surveys.ledgers import Ledgers

FORM_KEY = "a form's own random key, of more than forty characters"
LETTER_STATES = tuple(state for state in Letter.machine.states if state not in ("draft", "unrated"))
CONFIDED = "confided"  # the slug of the confidential survey
CLASS_OF_FIVE = ("cadre", "cadre2", "delegate", "supervisor", "expert")


def word(name: str) -> str:
    """The word of a hidden text; none is part of another."""
    return f"zq{name.replace('_', '')}qz"


@dataclass
class Filled:
    """The site and its people; `kind` is its database's."""

    kind: str
    app: Flask
    cast: Cast
    tokens: dict[str, str] = field(default_factory=dict)  # of each person's feed reader

    def visitor(self, name: str | None) -> Visitor:
        """A browser of that person, of nobody (None), or of the unnamed letter's writer ("code")."""
        if name != "code":
            return self.cast.visitor(name)
        visitor = self.cast.visitor()
        answer = visitor.post("/letters/track", {"code": codes_of(self.app)})
        assert answer.status_code == 302, answer.status_code
        return visitor


def codes_of(app: Flask) -> str:
    """The tracking code of the unnamed letter."""
    with app.app_context():
        return codes.code_for(FORM_KEY)


@contextmanager
def empty_site(kind: str, folder: Path, purpose: str) -> Iterator[Flask]:
    """A site with empty tables on a database of its own: "sqlite" or "postgresql"."""
    with database(kind, folder, purpose) as url:
        app = create_app(
            {
                "PROPAGATE_EXCEPTIONS": False,  # what breaks must show as a 500
                "SECRET_KEY": KEY,
                "DATA_DIR": str(folder / "data"),
                "SQLALCHEMY_DATABASE_URI": url,
                "LETTERS_PER_DAY": 10_000,
                "ANONYMOUS_LETTERS_PER_HOUR": 10_000,
                "FLAGS_PER_DAY": 10_000,
                **dict.fromkeys(("REPLIES_PER_HOUR", "THREADS_PER_DAY", "HEATED_REPLIES"), 0),
                "SIGN_IN_TRIES": 10_000,
                "SIGN_IN_TRIES_SOURCE": 10_000,
            }
        )
        with app.app_context():
            db.create_all()
            journal.begin()
            db.session.commit()
        yield app
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@contextmanager
def filled_site(kind: str, folder: Path) -> Iterator[Filled]:
    """A filled site on a database of its own."""
    with empty_site(kind, folder, "filled") as app:
        site = Filled(kind, app, Cast(app))
        for name in PEOPLE:
            site.cast.id(name)
        for part in (_talk, _rule, _write_letters, _ask, _call, _propose, _administer, _subscribe):
            part(site)
        yield site


def _talk(site: Filled) -> None:
    """Posts in every state, by `cadre`, on a board that is reviewed first."""
    forum = Forum(site.app, site.cast)
    author, reviewer = site.visitor("cadre"), site.visitor("moderator")
    thread = forum.published(author, reviewer, title="大家都能看到的主题", body="大家都能看到。")
    forum.published(author, reviewer, title="茶水间的主题", body="随便说说。", board="chat")
    forum.start(author, word("pending_title"), f"正文 {word('pending_body')}。")
    forum.reply(author, thread, f"回帖 {word('pending_reply')}。")

    edited = forum.post(forum.published(author, reviewer, title="改过的主题", body="原来的话。"))
    words = {"title": word("edit_title"), "body": f"改成 {word('edit_body')}。"}
    assert author.post(f"/posts/{edited}/edit", words).status_code == 302

    returned = forum.post(forum.start(author, word("returned_title"), word("returned")))
    _decide(forum, reviewer, "return", returned, explanation=word("returned_why"))
    mended = forum.reply(author, thread, word("mended_before"))
    _decide(forum, reviewer, "return", mended, explanation=word("mended_why"))
    author.post(f"/posts/{mended}/edit", {"body": "改好了，大家都能看到。"})
    forum.approve(reviewer, mended)

    rejected = {
        name: forum.reply(author, thread, word(name)) for name in ("rejected", "appealed", "upheld")
    }
    for name, post in rejected.items():
        _decide(forum, reviewer, "reject", post, reason="other", explanation=word(f"{name}_why"))
    for name in ("appealed", "upheld"):
        plea = {"explanation": word(f"{name}_plea")}
        assert author.post(f"/posts/{rejected[name]}/appeal", plea).status_code == 302
    chief = site.visitor("chief_moderator")
    _decide(forum, chief, "uphold", rejected["upheld"], explanation=word("upheld_end"))

    escalated = forum.item(forum.reply(author, thread, "请总审核员看的一句。"))
    _send(reviewer, f"/moderation/{escalated}/escalate", explanation=word("escalated_why"))
    _inquire(site, forum.item(rejected["rejected"]))
    _judge_again(site, [forum.item(rejected["rejected"]), forum.item(forum.post(thread))])
    gone = forum.reply(author, thread, word("purged"))
    _decide(forum, reviewer, "reject", gone, reason="other", explanation="不合适。")
    for post, name in ((gone, "purged_why"), (rejected["upheld"], "purge_why")):
        _send(reviewer, f"/moderation/{forum.item(post)}/purge", explanation=word(name))
        if post == gone:
            _send(chief, "/moderation/purges/1/confirm")
    _send(chief, f"/moderation/{forum.item(returned)}/hold", explanation=word("hold_why"))

    sealed = forum.reply(author, thread, word("sealed"))
    forum.approve(reviewer, sealed)
    reader = site.visitor("cadre2")
    _send(reader, f"/posts/{sealed}/bookmark", note=word("bookmark_gone"))
    _send(reader, f"/posts/{forum.post(thread)}/bookmark", note=word("bookmark_note"))
    for post in (sealed, forum.post(thread)):
        _send(reader, f"/posts/{post}/react", give="agree")
    for verb in ("pin", "feature"):
        _send(reviewer, f"/threads/{thread}/{verb}", why="大家都该读一读。")
    _send(reviewer, f"/posts/{sealed}/seal", explanation=word("sealed_why"), sure="y")

    _close(site, forum, author)

    hidden = forum.post(forum.start(author, word("hidden_title"), word("hidden"), board="chat"))
    words = {"reason": "other", "explanation": word("hidden_why")}
    assert reviewer.post(f"/posts/{hidden}/hide", words).status_code == 302

    _flag(site, forum, author)
    _attach(site, forum, author)

    withdrawn = forum.post(forum.start(author, word("withdrawn_title"), word("withdrawn")))
    assert author.post(f"/posts/{withdrawn}/withdraw").status_code == 302

    mended = forum.reply(author, thread, f"{word('amended')} 写错的字。")
    _decide(forum, reviewer, "amend", mended, body="写对的字。", explanation=word("amended_why"))
    covered = forum.post(
        forum.published(author, reviewer, title="遮盖的主题", body=word("covered"))
    )
    words = {"passages": word("covered"), "explanation": word("covered_why")}
    read = {"revision": str(forum.latest(covered))}
    assert reviewer.post(f"/posts/{covered}/redact", {**read, **words}).status_code == 302
    taken = forum.reply(author, thread, word("taken_own"))
    both = f"{word('taken_own')} {word('taken_back')}"  # a difference of the two mixes no words
    _decide(forum, reviewer, "amend", taken, body=both, explanation="改了。")
    assert author.post(f"/posts/{taken}/revert").status_code == 302

    remarked = forum.reply(author, thread, word("remarked"))
    data = {"revision": str(forum.latest(remarked)), "explanation": "请看旁边的意见。"}
    item = f"/moderation/{forum.item(remarked)}/remarks"
    answer = reviewer.post(item, {**data, "remark-1": word("remark")})
    assert answer.status_code == 302
    words = {"title": "写明出处", "words": word("template")}
    chief_moderator = site.visitor("chief_moderator")
    assert chief_moderator.post("/moderation/templates", words).status_code == 302

    far, near = (
        forum.published(author, reviewer, title=title, body="随便说说。", board="chat")
        for title in ("要并走的主题", "要拆开的主题")
    )
    forum.reply(author, near, "要拆走的一句。")
    split = {"numbers": "2", "title": "拆出来的主题", "why": "另一件事。"}
    assert reviewer.post(f"/threads/{near}/split", split).status_code == 302
    merge = {"into": str(near), "why": "同一件事。"}
    assert reviewer.post(f"/threads/{far}/merge", merge).status_code == 302
    with_waiting = forum.published(author, reviewer, title="要移走的主题", body="放错了地方。")
    forum.reply(author, with_waiting, word("moved_reply"))
    with site.app.app_context():
        board = db.session.scalars(sa.select(Board.id).where(Board.slug == "chat")).one()
    move = {"board": str(board), "why": "放错了地方。"}
    assert reviewer.post(f"/threads/{with_waiting}/move", move).status_code == 302

    undone = forum.reply(author, thread, word("undone"))
    forum.approve(reviewer, undone)
    assert reviewer.post(f"/moderation/{forum.item(undone)}/undo").status_code == 302

    claimed = forum.item(forum.reply(author, thread, word("claimed")))
    assert reviewer.post(f"/moderation/{claimed}/claim").status_code == 302

    words = {"title": f"标题 {word('kept_title')}。", "body": word("kept_thread")}
    _tag(site, forum, author, thread)
    _send(author, "/forum/dajiatan/draft", **words)
    _send(author, f"/threads/{thread}/draft", body=word("kept_reply"))
    _send(author, f"/posts/{forum.post(thread)}/draft", body=word("kept_edit"))


def _attach(site: Filled, forum: Forum, author: Visitor) -> None:
    """Posts of `cadre` with a file, in states in which others may not read it: its name and its
    bytes bear a word each."""
    reviewer = site.visitor("moderator")
    thread = forum.published(author, reviewer, title="带附件的主题", body="大家都能看到。")

    def reply(name: str) -> int:
        data = b"%PDF-1.7\n" + word(f"{name}_bytes").encode()
        fields = {
            "body": f"请看附件 {name}。",
            "file": (io.BytesIO(data), f"{word(f'{name}_name')}.pdf"),
        }
        answer = author.post(f"/threads/{thread}/reply", fields)
        assert answer.status_code == 302, answer.text
        return forum.post(thread, int(answer.location.rpartition("#post-")[2]))

    def public(name: str) -> int:
        post = reply(name)
        forum.approve(reviewer, post)
        return post

    reply("file_pending")
    _decide(forum, reviewer, "return", reply("file_returned"), explanation="请换一个附件。")
    rejected = {"reason": "other", "explanation": "不合适。"}
    _decide(forum, reviewer, "reject", reply("file_rejected"), **rejected)
    _send(author, f"/posts/{reply('file_withdrawn')}/withdraw")
    _send(reviewer, f"/posts/{public('file_hidden')}/hide", **rejected)
    _send(reviewer, f"/posts/{public('file_sealed')}/seal", explanation="有涉密内容。", sure="y")
    flagged = public("file_flagged")
    for name in ("cadre2", "delegate", "supervisor"):
        _send(site.visitor(name), f"/posts/{flagged}/flag", reason="abuse", words="")
    gone = reply("file_purged")
    item = forum.item(gone)
    _send(author, f"/posts/{gone}/withdraw")
    _send(reviewer, f"/moderation/{item}/purge", explanation="清除。")
    with site.app.app_context():
        purge = db.session.scalar(sa.select(sa.func.max(Purge.id)))
    _send(site.visitor("chief_moderator"), f"/moderation/purges/{purge}/confirm")
    covered = public("file_covered")  # dropped by an edit, then what was before it was covered
    _send(author, f"/posts/{covered}/edit", body="附件撤下了，里面有一处写错。")
    forum.approve(reviewer, covered)
    cover = {"passages": "写错", "explanation": "遮盖。", "revision": str(forum.latest(covered))}
    _send(reviewer, f"/posts/{covered}/redact", **cover)
    data = (io.BytesIO(b"%PDF-1.7\n" + word("file_unsent_bytes").encode()),)
    brought = author.post("/files", {"file": (*data, f"{word('file_unsent_name')}.pdf")})
    assert brought.status_code == 200


def _close(site: Filled, forum: Forum, author: Visitor) -> None:
    """A board of the prefecture's own cadres with a local moderator, watched from outside before it
    was closed, and an archived one."""
    with site.app.app_context():
        unit_id = site.cast.unit_id("prefecture")
        board = Board(
            slug="closed", title=f"关着的{word('closed_board')}。", unit_id=unit_id, order=9
        )
        board.pre_moderated = False
        db.session.add(board)
        db.session.add(
            Board(slug="old", title="从前的版块", unit_id=unit_id, archived_at=clock.now())
        )
        db.session.commit()
        until = f"{clock.today() + timedelta(days=9)}"
    watcher = site.visitor("supervisor")
    _send(watcher, "/forum/closed/follow", level="watch")
    rule = {"read_who": "both", "read_unit": "prefecture单位", "read_roles": "cadre"}
    words = {
        "title": f"关着的{word('closed_board')}。",
        "start_who": "members",
        "reply_who": "members",
    }
    _send(
        site.visitor("unit_admin"),
        "/forum/closed/edit",
        review="post",
        version="1",
        **rule,
        **words,
    )
    thread = forum.start(
        author, f"标题 {word('closed_title')}。", f"正文 {word('closed')}。", board="closed"
    )
    hidden = forum.reply(author, thread, "关着的版块里的一句。")
    words = {"reason": "other", "explanation": "不合适。"}
    assert site.visitor("moderator").post(f"/posts/{hidden}/hide", words).status_code == 302
    _send(
        site.visitor("chief_moderator"), "/forum/closed/moderators", username="expert", until=until
    )


def _tag(site: Filled, forum: Forum, author: Visitor, thread: int) -> None:
    """A tag in use on a thread, one that was retired, and one that waits for a reviewer."""
    reviewer = site.visitor("moderator")
    for name in ("会议精简", "停用的标签"):
        _send(reviewer, "/forum/dajiatan/tags", name=name, description="大家都能看到。")
    _send(reviewer, f"/tags/{forum.newest(Tag)}/retire")
    _send(author, f"/threads/{thread}/tags", tags=str(forum.newest(Tag) - 1))
    _send(reviewer, "/forum/chat/tags/propose")
    words = {"title": "提议标签的主题", "body": "大家都能看到。"}
    _send(author, "/forum/chat/new", **words, proposed=word("proposed_tag"))


def _judge_again(site: Filled, items: list[int]) -> None:
    """Second reviews of the decisions on two items: one waits, and one was judged otherwise."""
    ids = []
    with site.app.app_context():
        for item in items:
            found = sa.select(Decision.id).where(Decision.item_id == item)
            draw_among(db.session.scalars(found).all())
            last = sa.select(sa.func.max(SecondReview.id))
            ids.append(db.session.scalars(last).one())
        db.session.commit()
    words = {"explanation": word("second_why")}
    _send(site.visitor("chief_moderator"), f"/moderation/second/{ids[1]}/return", **words)


def _inquire(site: Filled, item: int) -> None:
    """What `cadre2` asks about a decision: open, answered and declined."""
    with site.app.app_context():
        entry = db.session.scalars(sa.select(Decision.id).where(Decision.item_id == item)).one()
    reader, chief = site.visitor("cadre2"), site.visitor("chief_moderator")
    for name in ("answered", "inquiry_declined", "inquiry"):
        body = word(name) if name != "answered" else "大家都能看到的询问。"
        _send(reader, f"/moderation/log/{entry}/ask", body=body)
    _send(chief, "/moderation/inquiries/1/answer", answer="大家都能看到的答复。")
    _send(chief, "/moderation/inquiries/2/decline", answer=word("inquiry_declined_why"))


def _send(visitor: Visitor, url: str, **fields: str) -> None:
    answer = visitor.post(url, fields)
    assert answer.status_code in (302, 303), answer.get_data(as_text=True)


def _rule(site: Filled) -> None:
    """A rule about words in use with a draft beside it, and what it held and flagged."""
    rules = Rules(site.app, site.cast)
    rules.enact(word("held_term"), reason="这里先审后发。")
    rules.draft(word("drafted_term"))
    rules.enact("看一眼的话", effect="flag", name="请看一看")
    author = site.visitor("cadre")
    for body in (word("held_term"), "看一眼的话。"):
        words = {"title": "茶水间里的另一个主题", "body": body}
        assert author.post("/forum/chat/new", words).status_code == 302


def _flag(site: Filled, forum: Forum, author: Visitor) -> None:
    """A thread and a reply that flags hid, a reply that one person flagged, and one found harmless."""
    opening = forum.start(author, word("suspended_title"), word("suspended"), board="chat")
    thread = forum.start(author, "被举报的几楼", "大家都能看到。", board="chat")
    reply = forum.reply(author, thread, word("suspended_reply"))
    for post in (forum.post(opening), reply):
        for name in ("cadre2", "delegate", "supervisor"):
            words = {"reason": "abuse", "words": word("flag_words") if name == "delegate" else ""}
            assert site.visitor(name).post(f"/posts/{post}/flag", words).status_code == 302
    forum.reply(author, thread, "第三楼，大家都能看到。")
    for verb in ("", "harmless"):
        post = forum.reply(author, thread, f"说的是实话。{verb}")
        site.visitor("expert").post(f"/posts/{post}/flag", {"reason": "off_topic"})
        if verb:
            _decide(forum, site.visitor("moderator"), verb, post)


def _decide(forum: Forum, reviewer: Visitor, verb: str, post: int, **fields: str) -> None:
    answer = forum.decide(reviewer, verb, post, **fields)
    assert answer.status_code in (302, 303), answer.get_data(as_text=True)


def _write_letters(site: Filled) -> None:
    """Letters of `cadre` in every state, and those that need more care."""
    mailbox = Post(site.app, site.cast)
    made = {
        state: mailbox.letter(
            state,
            title=f"来信 {word(f'letter_{state}_title')}",
            body=word(f"letter_{state}"),
            points=[word(f"letter_{state}_point")],
        )
        for state in LETTER_STATES
    }
    restricted = mailbox.letter("screening", body=word("letter_restricted"))
    site.visitor("mail_office").post(f"/letters/desk/{restricted}/restrict")
    own = mailbox.letter("claimed", writer="handler2", body="承办单位里的人写的。")
    with site.app.app_context():
        person = site.cast.person
        for letter_id, name in ((made["handling"], "note"), (own, "note_on_own")):
            handling.note(load(letter_id), person("handler"), word(name))
        draft = load(made["reply_draft"])
        said = {point.number: ("answered", word("draft_point")) for point in draft.points}
        handling.draft(draft, person("handler"), word("draft"), said, 1, word("draft_end"))
        handling.send_back(load(made["sign_off"]), person("signer"), word("sent_back"))
        handling.present(load(made["sign_off"]), person("handler"))
        db.session.commit()
    _publish_letters(site, mailbox)
    form = {"anonymous": "yes", "once": FORM_KEY, "title": "不署名的信", "body": word("unnamed")}
    answer = site.visitor(None).post("/letters/new", form)
    assert answer.status_code == 200, answer.status_code


PUBLIC_LETTERS = ("pending", "returned", "rejected", "hidden", "sealed", "withdrawn")


def _publish_letters(site: Filled, mailbox: Post) -> None:
    """Public versions of closed letters in every state, and one that everybody reads; what was
    left out of each stands in the letter alone."""
    office, reviewer = site.visitor("mail_office"), site.visitor("moderator")
    why = {"explanation": "写明的理由。"}
    for state in ("published", *PUBLIC_LETTERS):
        body = f"名额能不能公开？{word(f'public_{state}_raw')}"
        letter = mailbox.letter("closed", body=body, is_publication_agreed=True)
        _send(site.visitor("signer"), f"/letters/desk/{letter}/agree")
        said = "大家都能看到。" if state == "published" else word(f"public_{state}")
        words = {
            "title": f"名额 {said}",
            "question": f"能不能公开？{said}。",
            "reply": f"可以。{said}。",
        }
        _send(office, f"/letters/desk/{letter}/publish", **words)
        with site.app.app_context():
            found = sa.select(PublicLetter.id).where(PublicLetter.letter_id == letter)
            page = f"/letters/public/{db.session.scalars(found).one()}"
        if state in ("published", "hidden", "sealed", "withdrawn"):
            _decide_newest(site, reviewer, "approve")
        if state == "hidden":
            for name in ("cadre2", "delegate", "supervisor"):
                _send(site.visitor(name), f"{page}/flag", reason="private")
            _decide_newest(site, reviewer, "hide", reason="private", **why)
        if state == "sealed":
            _send(reviewer, f"{page}/seal", sure="y", **why)
        if state == "withdrawn":
            _send(site.visitor("cadre"), f"/letters/{letter}/consent", consent="no")
        if state in ("returned", "rejected"):
            verb = {"returned": "return", "rejected": "reject"}[state]
            _decide_newest(site, reviewer, verb, reason="private", **why)


def _ask(site: Filled) -> None:
    """Surveys in every state, and what people wrote in them."""
    desk = Desk(site.app, site.cast)
    desk.make(slug="draft", state="draft", title=word("draft_survey"), intro=word("draft_intro"))
    desk.make(slug="paused", state="paused")
    desk.make(slug="codes", entry="codes")
    desk.make(slug="link", entry="link")
    desk.make(slug="archived", state="archived", anonymity="named")
    people = {name: site.visitor(name) for name in (*CLASS_OF_FIVE, "leader")}
    for slug in ("open", "closed"):
        desk.make(slug=slug)
        for name in CLASS_OF_FIVE:
            text = word(f"{slug}_answer") if name == "cadre" else "少开会。"
            assert desk.fill(people[name], slug, q_text=text).status_code == 303
    desk.release("open")
    assert desk.fill(people["leader"], "open", q_text=word("held_answer")).status_code == 303
    desk.move("closed", "close")
    _put_forward(site, desk, people)
    _keep_ledger(site)
    _confide(site, desk, people)
    desk.make(slug="named", anonymity="named", roster=True)
    changed = {"seen": "0", "label-zh": word("draft_question"), "label-en": ""}
    asked = "/surveys/manage/named/edit/questions/brief"
    assert site.visitor("office").post(asked, changed).status_code == 303
    # The leader's is overwritten by whatever sends the form anew, see test_bad_input.py.
    for name, text in (("leader", "少开会。"), ("minister", word("begun_answer"))):
        begun = site.visitor(name).post("/surveys/named/begun", {"q-text": text})
        assert begun.status_code == 303
    for name in CLASS_OF_FIVE:
        text = word("named_answer") if name == "cadre" else "少开会。"
        assert desk.fill(people[name], "named", q_text=text).status_code == 303
    _send(site.visitor("office"), "/surveys/named/exports", kind="csv")
    with site.app.app_context():
        making.make(db.session.scalars(sa.select(SurveyExport.id)).one())
        db.session.commit()


def _confide(site: Filled, desk: Desk, people: dict[str, Visitor]) -> None:
    """A confidential survey: names that two keepers hold, five counted responses, one held."""
    desk.make(slug=CONFIDED, anonymity="confidential", state="draft")
    with site.app.app_context():
        survey = db.session.scalars(sa.select(Survey).where(Survey.slug == CONFIDED)).one()
        for keeper in ("office", "inspector"):  # the cast's office has one person
            confiding.take_half(survey, site.cast.person(keeper))
        db.session.commit()
    desk.move(CONFIDED, "open")
    for name in CLASS_OF_FIVE:
        text = word("confided_answer") if name == "cadre" else "少开会。"
        assert desk.fill(people[name], CONFIDED, q_text=text).status_code == 303
    desk.release(CONFIDED)
    held = desk.fill(people["leader"], CONFIDED, q_text=word("confided_held"))
    assert held.status_code == 303


OPINIONS = ("pending", "returned", "rejected", "hidden", "sealed")


def _put_forward(site: Filled, desk: Desk, people: dict[str, Visitor]) -> None:
    """Words of answers in every state on their way to the results page, each with what was left
    out of them."""
    desk.make(slug="words", publish_words=True)
    for name, state in zip(CLASS_OF_FIVE, OPINIONS, strict=True):
        words = f"{word(f'opinion_{state}')} {word(f'opinion_{state}_raw')}"
        assert desk.fill(people[name], "words", q_text=words).status_code == 303
    desk.move("words", "close")
    office, reviewer = site.visitor("office"), site.visitor("moderator")
    why = {"explanation": "写明的理由。"}
    for state in OPINIONS:
        said = word(f"opinion_{state}")
        with site.app.app_context():
            wanted = sa.select(OpenAnswer.id).where(OpenAnswer.text.startswith(f"{said} "))
            answer = db.session.scalars(wanted).one()
        _send(office, f"/surveys/words/answers/{answer}/propose", body=f"{said} […]")
        if state in ("hidden", "sealed"):
            _decide_newest(site, reviewer, "approve")
        if state == "hidden":
            for name in ("cadre2", "delegate", "supervisor"):
                with site.app.app_context():
                    made = db.session.scalars(sa.select(sa.func.max(Opinion.id))).one()
                url = f"/surveys/opinions/{made}/flag"
                _send(site.visitor(name), url, reason="private")
            _decide_newest(site, reviewer, "hide", reason="private", **why)
        if state == "sealed":
            with site.app.app_context():
                made = db.session.scalars(sa.select(sa.func.max(Opinion.id))).one()
            _send(reviewer, f"/surveys/opinions/{made}/seal", sure="y", **why)
        if state == "returned":
            _decide_newest(site, reviewer, "return", **why)
        if state == "rejected":
            _decide_newest(site, reviewer, "reject", reason="private", **why)


def _keep_ledger(site: Filled) -> None:
    """A ledger about the body and a member, with something in every state that is not public."""
    ledgers = Ledgers(site.app, site.cast)
    made = ledgers.open(title=word("ledger_title"), members=word("ledger_member"))
    source = ledgers.source(made)
    states = ("open", "assigned", "answered", "waiting", "sealed")
    lines = {state: f"{word(f'ledger_raw_{state}')} {state}" for state in states}
    ledgers.enter(made, source, *lines.values(), word("ledger_old"), word("ledger_aside"))
    ledgers.enter(made, source, word("ledger_on_member"), about=word("ledger_member"))
    old, aside, member = ledgers.keys(
        made, word("ledger_old"), word("ledger_aside"), word("ledger_on_member")
    )
    office, leader = site.visitor("office"), site.visitor("leader")
    mended = {"words": word("ledger_new"), "reason": word("ledger_why")}
    _send(office, f"/ledgers/{made}/entries/{UUID(old)}/correct", **mended)
    _send(office, f"/ledgers/{made}/aside", entry=aside, aside="not_opinion")
    ledgers.gather(made, word("ledger_item_member"), member)
    for state in states:
        item = ledgers.gather(made, word(f"ledger_item_{state}"), *ledgers.keys(made, lines[state]))
        if state == "open":
            continue
        unit = str(site.cast.unit_id("county"))
        _send(office, f"/ledgers/items/{item}/assign", unit=unit)
        if state == "assigned":
            continue
        reply = {"outcome": "done", "reason": word(f"ledger_reply_{state}")}
        _send(leader, f"/ledgers/items/{item}/answer", **reply)
        if state == "answered":
            why = {"explanation": word("ledger_returned")}
            _send(office, f"/ledgers/items/{item}/return", **why)
            continue
        _send(office, f"/ledgers/items/{item}/propose", quotes=lines[state])
        if state == "sealed":
            assert ledgers.decide(item) == 302
            why = {"explanation": "写明的理由。", "sure": "y"}
            _send(site.visitor("moderator"), f"/ledgers/items/{item}/seal", **why)


def _decide_newest(site: Filled, reviewer: Visitor, verb: str, **fields: str) -> None:
    with site.app.app_context():
        last = sa.select(QueueItem.id, QueueItem.revision_id).order_by(QueueItem.id.desc())
        item = db.session.execute(last).first()
        assert item is not None
    _send(reviewer, f"/moderation/{item.id}/{verb}", revision=str(item.revision_id), **fields)


def _call(site: Filled) -> None:
    """Campaigns in every state."""
    make_campaign(site.app, slug="open")
    draft = make_campaign(site.app, slug="draft", state="draft")
    ended = [make_campaign(site.app, slug=slug) for slug in ("closed", "archived")]
    with site.app.app_context():
        campaign = db.session.get_one(Campaign, draft)
        campaign.title, campaign.lead = word("draft_campaign"), word("draft_lead")
        db.session.add(
            GlossaryTerm(campaign_id=draft, term=word("draft_term"), explanation="一个用语")
        )
        for campaign_id in ended:
            db.session.get_one(Campaign, campaign_id).advance("close", site.cast.person("office"))
        archived = db.session.get_one(Campaign, ended[1])
        archived.advance("archive", site.cast.person("office"))
        db.session.commit()


PROPOSALS = ("pending", "returned", "rejected", "appealed", "hidden", "sealed", "withdrawn")


def _propose(site: Filled) -> None:
    """Proposals of `cadre` in every state, two that everybody reads, one of them answered."""
    author, reviewer = site.visitor("cadre"), site.visitor("moderator")
    unit, why = str(site.cast.unit_id("county")), {"explanation": "写明的理由。"}
    for state in ("published", "answered", *PROPOSALS):
        said = "大家都能看到" if state in ("published", "answered") else word(f"proposal_{state}")
        words = {"title": f"建议 {said}", "body": f"{state}：{said}。", "unit": unit}
        _send(author, "/campaigns/open/proposals/new", **words)
        with site.app.app_context():
            page = f"/proposals/{db.session.scalar(sa.select(sa.func.max(Proposal.id)))}"
        if state in ("published", "answered", "hidden", "sealed"):
            _decide_newest(site, reviewer, "approve")
        if state in ("answered", "sealed"):
            said = word("proposal_sealed_reason") if state == "sealed" else "大家都能看到。"
            _send(site.visitor("leader"), f"{page}/decide", outcome="adopted", reason=said)
        if state == "published":
            words = {"title": word("proposal_edit"), "body": word("proposal_edit"), "unit": unit}
            _send(author, f"{page}/edit", **words)
        if state == "hidden":
            _send(reviewer, f"{page}/hide", reason="private", **why)
        if state == "sealed":
            _send(reviewer, f"{page}/seal", sure="y", **why)
        if state == "withdrawn":
            _send(author, f"{page}/withdraw")
        if state == "returned":
            _decide_newest(site, reviewer, "return", **why)
        if state in ("rejected", "appealed"):
            _decide_newest(site, reviewer, "reject", reason="private", **why)
        if state == "appealed":
            _send(author, f"{page}/appeal", **why)


def _administer(site: Filled) -> None:
    """Tables of people before and after they are confirmed, and a slip."""
    admin = site.visitor("unit_admin")
    for name, username in ((word("import_draft"), "draft1"), ("表里的人", "done1")):
        until = clock.now().date() + timedelta(days=30)
        rows = f"姓名,用户名,单位,角色,止\n{name},{username},county单位,cadre,{until}\n"
        file = (io.BytesIO(rows.encode()), "people.csv")
        answer = admin.post("/admin/people/import", {"file": file, "once": username})
        assert answer.status_code in (302, 303), answer.get_data(as_text=True)
    assert admin.post(f"{answer.location}/confirm").status_code == 200
    with site.app.app_context():
        slips.issue(SYSTEM, site.cast.person("leader"))
        db.session.commit()


def _subscribe(site: Filled) -> None:
    """A feed reader for everybody, and an address for `cadre`."""
    with site.app.app_context():
        for name in PEOPLE:
            site.tokens[name] = feed_tokens.make(site.cast.person(name), "阅读器") or ""
        person_id = site.cast.id("cadre")
        to = {"address": "cadre@example.invalid", "verified_at": clock.now()}
        db.session.add(MailAddress(person_id=person_id, **to))
        db.session.commit()


def rows_of(app: Flask) -> dict[str, int]:
    """How many rows each table has, apart from what signing in and trying to leaves."""
    with app.app_context():
        counts = {
            table.name: sa.select(sa.func.count()).select_from(table).scalar_subquery()
            for table in db.metadata.sorted_tables
            if table.name not in ("attempts", "sign_ins")
        }
        row = db.session.execute(sa.select(*(one.label(name) for name, one in counts.items())))
        return dict(row.mappings().one())
