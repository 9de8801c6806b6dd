"""What every page has: one heading, landmarks, a way past the head, the reader's choices."""

from __future__ import annotations

import re

from flask import Flask, render_template_string

from tests.people import Cast

PAGE = '{% extends "base.html" %}{% block title %}T{% endblock %}{% block main %}<h1>H</h1>{% endblock %}'


def test_landmarks_and_skip_link(app: Flask) -> None:
    html = app.test_client().get("/").text
    assert html.count("<h1") == 1
    assert html.count("<main") == 1
    body = html[html.index("<body>") :]
    assert body.index('href="#main"') < body.index("<header")
    assert re.search(r'<main [^>]*id="main"', html)


def test_nothing_inline_and_nothing_from_elsewhere(app: Flask) -> None:
    html = app.test_client().get("/").text
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", html)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', html)


def test_choices_show_in_the_page(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("language", "en")
    client.set_cookie("theme", "dark")
    client.set_cookie("text_size", "large")
    html = client.get("/").text
    assert '<html lang="en" dir="ltr" data-theme="dark" data-text="large">' in html
    assert re.search(r'name="theme" value="dark"[^>]* aria-pressed="true"', html)


def test_choice_leads_back_to_the_page(app: Flask) -> None:
    html = app.test_client().get("/?a=1").text
    assert 'name="next" value="/?a=1"' in html


def test_choice_never_leads_to_an_address_that_only_takes_posts(app: Flask) -> None:
    with app.test_request_context("/logout", method="POST"):
        html = render_template_string(PAGE)
    assert 'name="next" value=""' in html


def test_menu_signs_out_by_a_form_with_a_token(cast: Cast) -> None:
    html = cast.visitor("cadre").get("/").text
    form = re.search(r'<form[^>]*action="/logout">.*?</form>', html, re.S)
    assert form is not None
    assert 'name="csrf_token"' in form[0]


def test_strangers_see_no_search(app: Flask, cast: Cast) -> None:
    assert 'name="q"' not in app.test_client().get("/").text
    assert 'name="q"' in cast.visitor("cadre").get("/").text


def test_messages_are_escaped_and_announced(app: Flask) -> None:
    with app.test_request_context("/"):
        from flask import flash

        flash("<b>好</b>", "good")
        html = render_template_string(PAGE)
    assert re.search(r'role="status".*flash--good.*&lt;b&gt;好&lt;/b&gt;', html, re.S)
