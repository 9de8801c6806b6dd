"""Its author withdraws a proposal before it is answered, and may hand it in again."""

from __future__ import annotations

from tests.campaigns.conftest import URL
from tests.campaigns.proposing import BODY, TITLE, Proposals
from tests.people import Cast


def test_withdrawn_it_is_gone_for_everybody_else(cast: Cast, proposals: Proposals) -> None:
    author, moderator, reader = (cast.visitor(one) for one in ("cadre", "moderator", "cadre2"))
    made = proposals.published(author, moderator)
    assert author.post(f"/proposals/{made}/withdraw").status_code == 302
    for who in (reader, moderator, cast.visitor("leader")):
        assert who.get(f"/proposals/{made}").status_code == 404
    for url in (f"{URL}/proposals", URL, "/search?q=三张月报", "/"):
        assert TITLE not in reader.get(url).text.replace("value=", ""), url
    assert TITLE in author.get(f"/proposals/{made}").text
    again = author.post(f"/proposals/{made}/withdraw")
    assert again.status_code == 409
    assert "cadre同志" in again.text


def test_what_waits_leaves_the_queue(cast: Cast, proposals: Proposals) -> None:
    author, moderator = cast.visitor("cadre"), cast.visitor("moderator")
    made = proposals.write(author)
    assert author.post(f"/proposals/{made}/withdraw").status_code == 302
    assert TITLE not in moderator.get("/moderation").text


def test_it_may_be_handed_in_again(cast: Cast, proposals: Proposals) -> None:
    author, moderator = cast.visitor("cadre"), cast.visitor("moderator")
    made = proposals.published(author, moderator)
    author.post(f"/proposals/{made}/withdraw")
    words = {"title": TITLE, "body": BODY, "unit": str(cast.unit_id("prefecture"))}
    assert author.post(f"/proposals/{made}/edit", words).status_code == 302
    assert proposals.row(made).state == "open"
    assert proposals.review(moderator, "approve", made).status_code == 302
    assert "prefecture单位" in cast.visitor("cadre2").get(f"/proposals/{made}").text


def test_after_an_answer_it_stays(cast: Cast, proposals: Proposals) -> None:
    author = cast.visitor("cadre")
    made = proposals.published(author, cast.visitor("moderator"))
    proposals.answer(cast.visitor("leader"), made)
    assert author.post(f"/proposals/{made}/withdraw").status_code == 409
    assert "撤回" not in author.get(f"/proposals/{made}").text
