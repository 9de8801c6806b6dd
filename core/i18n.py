"""Languages: Chinese is what the source says, English is a complete catalogue beside it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from babel import Locale
from flask import Flask, g, has_app_context, has_request_context, request
from flask_babel import (
    Babel,
    force_locale,
    format_date,
    format_datetime,
    format_number,
    get_locale,
    gettext,
    lazy_gettext,
    ngettext,
    pgettext,
)

from . import clock

__all__ = ["LANGUAGES", "_", "_l", "force_locale", "init_app", "ngettext", "pgettext", "when"]

_ = gettext
_l = lazy_gettext

# What people choose from; the key is also the value kept in the cookie and on the person.
LANGUAGES = {"zh_Hans": "简体中文", "en": "English"}
DEFAULT = "zh_Hans"


def choose_language() -> str:
    """The reader's language: own choice, else what the browser prefers, else Chinese."""
    if not has_request_context():
        return DEFAULT
    chosen = request.cookies.get("language", "")
    if chosen in LANGUAGES:
        return chosen
    best = request.accept_languages.best_match(["zh", "zh-CN", "zh-Hans", "en", "en-US", "en-GB"])
    return "en" if best and best.startswith("en") else DEFAULT


def html_lang() -> str:
    return str(get_locale() or DEFAULT).replace("_", "-")


def when(moment: datetime | None) -> str:
    """A moment as people say it: 刚刚, 8 分钟前, 3 小时前, then the date."""
    if moment is None:
        return "–"
    seconds = (clock.now() - moment).total_seconds()
    if 0 <= seconds < 60:
        return _("刚刚")
    if 0 <= seconds < 3600:
        return ngettext("%(num)d 分钟前", "%(num)d 分钟前", int(seconds // 60))
    if 0 <= seconds < 86400:
        return ngettext("%(num)d 小时前", "%(num)d 小时前", int(seconds // 3600))
    return day(clock.local(moment).date())


def day(value: date | None) -> str:
    """A date; the year only where it is not this one."""
    if value is None:
        return "–"
    same_year = value.year == clock.today().year
    if _is_chinese():
        return f"{value.month}月{value.day}日" if same_year else format_date(value, "y年M月d日")
    return format_date(value, "d MMM" if same_year else "d MMM y")


def month(first: date) -> str:
    """A calendar month: 2026年11月, November 2026."""
    return format_date(first, "y年M月" if _is_chinese() else "LLLL y")


def period(start: date | None, end: date | None) -> str:
    """Two days and what lies between: 4月15日 – 28日, 15–28 Apr; "" while either is missing."""
    if start is None or end is None:
        return ""
    if (start.year, start.month) != (end.year, end.month):
        return f"{day(start)} – {day(end)}"
    return f"{day(start)} – {end.day}日" if _is_chinese() else f"{start.day}–{day(end)}"


def numeral(count: int) -> str:
    """A small number as it is written in 第二阶段; digits in English and above ten."""
    return "〇一二三四五六七八九十"[count] if _is_chinese() and 0 <= count <= 10 else str(count)


def stamp(moment: datetime | None) -> str:
    """A moment in full: date and minute in the organisation's zone."""
    if moment is None:
        return "–"
    pattern = "y年M月d日 HH:mm" if _is_chinese() else "d MMM y, HH:mm"
    return format_datetime(moment, pattern)


def moment_of_day(moment: datetime) -> str:
    """The minute of a moment today; in full where it is another day's."""
    here = clock.local(moment)
    return f"{here:%H:%M}" if here.date() == clock.today() else stamp(moment)


def iso(value: datetime | date | None) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    return value.isoformat()


def _is_chinese() -> bool:
    return str(get_locale() or DEFAULT).startswith("zh")


def pick(texts: dict[str, str] | str | None) -> str:
    """Content kept in several languages ({"zh": …, "en": …}): the one chosen for this content
    (`speak`), else the reader's, else what there is."""
    if not texts:
        return ""
    if isinstance(texts, str):
        return texts
    own = "zh" if _is_chinese() else "en"
    wanted = (str(g.get("spoken", "")) if has_app_context() else "", own, "zh")
    return next((texts[one] for one in wanted if texts.get(one)), next(iter(texts.values())))


def speak(language: str) -> None:
    """Let content that has this language come in it, on the page that is being made."""
    g.spoken = language


def init_app(app: Flask) -> None:
    root = Path(app.root_path) / "translations"
    folders = sorted(path for path in root.glob("*") if path.is_dir())
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(str(path) for path in folders)
    app.config["BABEL_DEFAULT_LOCALE"] = DEFAULT
    app.config["BABEL_DEFAULT_TIMEZONE"] = app.config["TIMEZONE"]
    Babel(app, locale_selector=choose_language)
    app.jinja_env.filters.update(
        when=when, day=day, stamp=stamp, iso=iso, number=format_number, pick=pick
    )

    @app.context_processor
    def _language_context() -> dict[str, Any]:
        locale = get_locale() or Locale.parse(DEFAULT)
        return {
            "locale": str(locale),
            "html_lang": html_lang(),
            "text_dir": locale.text_direction,
            "language": current_language(),
            "languages": tuple(LANGUAGES.items()),
        }


def speaks_other() -> bool:
    """Whether the page is in another language than most of what people write here."""
    return not _is_chinese()


def current_language() -> str:
    """The key of LANGUAGES in force for this reader."""
    return "en" if str(get_locale() or DEFAULT).startswith("en") else DEFAULT
