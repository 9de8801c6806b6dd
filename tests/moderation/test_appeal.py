"""Appeals: a rejected text before another reviewer, with a reasoned answer."""

from __future__ import annotations

import pytest

from tests.boards import Forum
from tests.people import Visitor

WORDS = "这一帖讲的就是本版的事，数字都有出处。"


@pytest.fixture
def rejected(forum: Forum, cadre: Visitor, moderator: Visitor) -> int:
    """The post id of a rejected opening post."""
    post = forum.post(forum.start(cadre, title="被拒的标题", body="被拒的正文。"))
    answer = forum.decide(moderator, "reject", post, reason="off_topic", explanation="不是本版的事")
    assert answer.status_code == 302
    return post


def appeal(author: Visitor, post: int, words: str = WORDS) -> int:
    return author.post(f"/posts/{post}/appeal", {"explanation": words}).status_code


def test_another_reviewer_decides(
    forum: Forum, rejected: int, cadre: Visitor, cadre2: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    assert appeal(cadre, rejected) == 302
    assert "申诉中" in cadre.get(f"/posts/{rejected}", follow_redirects=True).text
    page = chief.get(f"/moderation/{forum.item(rejected)}").text
    assert WORDS in page
    assert "被拒的正文" in page
    assert "不是本版的事" in page
    assert forum.decide(moderator, "uphold", rejected, explanation="还是我").status_code == 403
    assert moderator.post(f"/moderation/{forum.item(rejected)}/claim").status_code == 403
    assert "被拒的标题" not in cadre2.get("/forum/dajiatan").text
    answer = forum.decide(chief, "overturn", rejected, explanation="的确是本版的事，恢复。")
    assert answer.status_code == 302
    assert "被拒的标题" in cadre2.get("/forum/dajiatan").text
    assert "申诉" not in cadre.get(f"/posts/{rejected}", follow_redirects=True).text


def test_an_upheld_rejection_shows_its_reason(
    forum: Forum, rejected: int, cadre: Visitor, cadre2: Visitor, chief: Visitor
) -> None:
    appeal(cadre, rejected)
    assert forum.decide(chief, "uphold", rejected, explanation="").status_code == 422
    forum.decide(chief, "uphold", rejected, explanation="茶水间更合适，请到那里发。")
    page = cadre.get(f"/posts/{rejected}", follow_redirects=True).text
    assert "茶水间更合适" in page
    assert f"/posts/{rejected}/appeal" not in page
    assert appeal(cadre, rejected) == 409
    assert cadre2.get(f"/posts/{rejected}").status_code == 404


def test_ordinary_verbs_do_not_end_an_appeal(
    forum: Forum, rejected: int, cadre: Visitor, cadre2: Visitor, chief: Visitor
) -> None:
    appeal(cadre, rejected)
    for verb in ("approve", "return", "reject"):
        fields = {"explanation": "不走申诉", "reason": "other"}
        assert forum.decide(chief, verb, rejected, **fields).status_code == 409
    assert cadre2.get(f"/posts/{rejected}").status_code == 404


def test_only_the_author_appeals_and_only_once(
    forum: Forum, rejected: int, cadre: Visitor, cadre2: Visitor, moderator: Visitor
) -> None:
    assert appeal(cadre2, rejected) == 404
    assert appeal(moderator, rejected) == 403
    assert appeal(cadre, rejected) == 302
    assert appeal(cadre, rejected) == 409


def test_an_appeal_needs_words(rejected: int, cadre: Visitor) -> None:
    answer = cadre.post(f"/posts/{rejected}/appeal", {"explanation": " "})
    assert answer.status_code == 422
    assert "请写明" in answer.text


def test_what_was_not_rejected_cannot_be_appealed(
    forum: Forum, cadre: Visitor, moderator: Visitor
) -> None:
    post = forum.post(forum.start(cadre))
    assert appeal(cadre, post) == 409
    forum.approve(moderator, post)
    assert appeal(cadre, post) == 409


def test_a_rejected_text_cannot_be_edited(forum: Forum, rejected: int, cadre: Visitor) -> None:
    words = {"title": "另一个标题", "body": "换个说法再来。"}
    assert cadre.post(f"/posts/{rejected}/edit", words).status_code == 409


def test_an_appeal_can_be_withdrawn(
    forum: Forum, rejected: int, cadre: Visitor, chief: Visitor
) -> None:
    appeal(cadre, rejected)
    assert cadre.post(f"/posts/{rejected}/withdraw").status_code == 302
    assert forum.decide(chief, "overturn", rejected, explanation="晚了一步").status_code == 409


def test_the_last_hand_of_a_hiding_does_not_hear_its_appeal(
    forum: Forum, cadre: Visitor, cadre2: Visitor, moderator: Visitor, chief: Visitor
) -> None:
    thread = forum.published(cadre, moderator, title="茶水间的一帖", board="chat")
    post = forum.post(thread)
    words = {"reason": "abuse", "explanation": "话说重了。"}
    assert moderator.post(f"/posts/{post}/hide", words).status_code == 302
    assert appeal(cadre, post) == 302
    assert forum.decide(moderator, "uphold", post, explanation="还是我").status_code == 403
    assert cadre2.get(f"/threads/{thread}").status_code == 404
    forum.decide(chief, "overturn", post, explanation="话不算重。")
    assert "茶水间的一帖" in cadre2.get("/forum/chat").text
