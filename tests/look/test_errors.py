"""Refusals keep what was typed, say what happened, and lead on."""

from __future__ import annotations

import re

from flask import Flask, render_template

KEPT = [
    ("title", 'A "title"', False),
    ("body", "\nfirst line\n<b>second</b>", True),
    ("version", "3", False),
]
ACTION = "/forum/dajiatan/new"


def page(app: Flask, code: int, method: str = "POST", **context: object) -> str:
    with app.test_request_context("/somewhere", method=method):
        return render_template(f"errors/{code}.html", **context)


def test_stale_form_is_sent_again_whole(app: Flask) -> None:
    html = page(app, 400, kept=KEPT, kept_action=ACTION)
    form = re.search(rf'<form class="form" method="post" action="{ACTION}">.*?</form>', html, re.S)
    assert form is not None
    assert 'name="csrf_token"' in form[0]
    assert 'value="A &#34;title&#34;"' in form[0]
    # The first line break after <textarea> is the parser's; the second is the writer's.
    assert re.search(
        r"<textarea[^>]*>\n\nfirst line\n&lt;b&gt;second&lt;/b&gt;</textarea>", form[0]
    )
    assert '<input type="hidden" name="version" value="3">' in form[0]


def test_rich_text_goes_back_as_it_came_and_shows_no_markup(app: Flask) -> None:
    kept = [("body", "<p>one<script>alert(1)</script></p>", True), ("body_format", "html", False)]
    html = page(app, 400, kept=kept, kept_action=ACTION)
    assert "<script>alert" not in html
    assert 'name="body" value="&lt;p&gt;one&lt;script&gt;' in html
    assert 'name="body_format" value="html"' in html


def test_signed_out_while_writing_keeps_the_text(app: Flask) -> None:
    html = page(app, 401, kept=KEPT, kept_action=ACTION)
    assert "first line" in html
    assert 'href="/login"' in html


def test_sign_in_leads_back(app: Flask) -> None:
    assert 'href="/login?next=/somewhere"' in page(app, 401, method="GET")


def test_conflict_names_who_and_what(app: Flask) -> None:
    from core import clock

    html = page(app, 409, who="马志远", at=clock.now(), changed="<标题>", kept=KEPT)
    assert "马志远" in html
    assert "&lt;标题&gt;" in html
    assert "first line" in html


def test_refused_post_leads_back_only_to_ourselves(app: Flask) -> None:
    for referrer, leads in (("http://localhost/a", True), ("http://localhost.evil/a", False)):
        with app.test_request_context("/x", method="POST", headers={"Referer": referrer}):
            assert (f'href="{referrer}"' in render_template("errors/409.html")) is leads


def test_wait_is_told_in_words(app: Flask) -> None:
    for seconds, words in ((30, "30 秒"), (600, "10 分钟"), (7300, "3 小时")):
        assert words in page(app, 429, retry_after=seconds)


def test_reference_stands_on_the_page(app: Flask) -> None:
    assert "9f3ac21d" in page(app, 500, reference="9f3ac21d")
