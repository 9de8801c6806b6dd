"""Languages: which one, how moments, days and contents are said in each."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask_babel import force_locale

from core import clock, i18n
from tests.people import Cast


@pytest.mark.parametrize(
    ("cookie", "accepted", "language"),
    [
        (None, None, "zh_Hans"),
        (None, "en-US,en;q=0.9", "en"),
        (None, "en;q=0.5,zh-CN;q=0.9", "zh_Hans"),
        (None, "zh-TW", "zh_Hans"),
        (None, "de-DE,de;q=0.9", "zh_Hans"),
        (None, "de-DE,en;q=0.3", "en"),
        (None, "*", "zh_Hans"),
        (None, ",,;;q=", "zh_Hans"),
        ("en", "zh-CN", "en"),
        ("zh_Hans", "en", "zh_Hans"),
        ("xx", "en", "en"),
        ("../../etc", None, "zh_Hans"),
        ("", None, "zh_Hans"),
    ],
)
def test_choice(app: Flask, cookie: str | None, accepted: str | None, language: str) -> None:
    headers = {"Accept-Language": accepted} if accepted is not None else {}
    if cookie is not None:
        headers["Cookie"] = f"language={cookie}"
    with app.test_request_context("/", headers=headers):
        assert i18n.choose_language() == language
        assert i18n.current_language() == language


def test_outside_a_request_it_is_chinese(context: Flask) -> None:
    assert i18n.choose_language() == "zh_Hans"


@pytest.mark.parametrize(("language", "lang"), [("zh_Hans", "zh-Hans"), ("en", "en")])
def test_page_names_its_language(cast: Cast, language: str, lang: str) -> None:
    visitor = cast.visitor()
    visitor.client.set_cookie("language", language)
    assert f'<html lang="{lang}" dir="ltr"' in visitor.get("/").get_data(as_text=True)


def test_direction_follows_the_language(app: Flask) -> None:
    with app.test_request_context("/"), force_locale("ar"):
        shown = app.jinja_env.from_string("{{ text_dir }} {{ html_lang }}")
        context: dict[str, object] = {}
        app.update_template_context(context)
        assert shown.render(**context) == "rtl ar"


@pytest.mark.parametrize(
    ("ago", "zh", "en"),
    [
        (timedelta(seconds=5), "刚刚", None),
        (timedelta(minutes=8), "8 分钟前", None),
        (timedelta(hours=3, minutes=20), "3 小时前", None),
    ],
)
def test_near_moments(context: Flask, ago: timedelta, zh: str, en: str | None) -> None:
    assert i18n.when(clock.now() - ago) == zh


def test_farther_moments_are_dates_of_the_local_day(context: Flask) -> None:
    with clock.travel(datetime(2026, 5, 9, 12, tzinfo=UTC)):
        # 17:00 UTC is the next day in Shanghai.
        assert i18n.when(datetime(2026, 4, 30, 17, tzinfo=UTC)) == "5月1日"
        assert i18n.when(datetime(2025, 4, 30, 17, tzinfo=UTC)) == "2025年5月1日"
        assert i18n.when(clock.now() + timedelta(days=2)) == "5月11日"


def test_dates(context: Flask) -> None:
    with clock.travel(datetime(2026, 5, 9, 12, tzinfo=UTC)):
        assert i18n.day(date(2026, 4, 5)) == "4月5日"
        assert i18n.day(date(2008, 4, 5)) == "2008年4月5日"
        with force_locale("en"):
            assert i18n.day(date(2026, 4, 5)) == "5 Apr"
            assert i18n.day(date(2008, 4, 5)) == "5 Apr 2008"


def test_full_moment_in_the_zone_of_the_house(context: Flask) -> None:
    moment = datetime(2026, 4, 30, 17, 5, tzinfo=UTC)
    assert i18n.stamp(moment) == "2026年5月1日 01:05"
    with force_locale("en"):
        assert i18n.stamp(moment) == "1 May 2026, 01:05"


def test_nothing_is_a_dash(context: Flask) -> None:
    assert [i18n.when(None), i18n.day(None), i18n.stamp(None), i18n.iso(None)] == ["–"] * 3 + [""]


def test_machine_readable_moments(context: Flask) -> None:
    assert i18n.iso(datetime(2026, 4, 30, 17, 5, tzinfo=UTC)) == "2026-04-30T17:05:00+00:00"
    assert i18n.iso(date(2026, 4, 30)) == "2026-04-30"


@pytest.mark.parametrize(
    ("texts", "zh", "en"),
    [
        ({"zh": "标题", "en": "Title"}, "标题", "Title"),
        ({"zh": "标题"}, "标题", "标题"),
        ({"zh": "标题", "en": ""}, "标题", "标题"),
        ({"en": "Title"}, "Title", "Title"),
        ({"ug": "x"}, "x", "x"),
        ("标题", "标题", "标题"),
        (None, "", ""),
        ({}, "", ""),
    ],
)
def test_content_in_several_languages(
    context: Flask, texts: dict[str, str] | str | None, zh: str, en: str
) -> None:
    assert i18n.pick(texts) == zh
    with force_locale("en"):
        assert i18n.pick(texts) == en


def test_periods(context: Flask) -> None:
    with clock.travel(datetime(2026, 5, 9, 12, tzinfo=UTC)):
        within, across = (
            (date(2026, 4, 15), date(2026, 4, 28)),
            (date(2026, 4, 29), date(2026, 5, 16)),
        )
        assert i18n.period(*within) == "4月15日 – 28日"
        assert i18n.period(*across) == "4月29日 – 5月16日"
        assert i18n.period(None, date(2026, 5, 16)) == i18n.period(date(2026, 5, 16), None) == ""
        with force_locale("en"):
            assert i18n.period(*within) == "15–28 Apr"
            assert i18n.period(*across) == "29 Apr – 16 May"


def test_numerals(context: Flask) -> None:
    assert [i18n.numeral(n) for n in (1, 10, 11)] == ["一", "十", "11"]
    with force_locale("en"):
        assert i18n.numeral(2) == "2"
