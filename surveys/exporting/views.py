"""The page where files are asked for, and the files."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from flask import Response, abort, redirect, render_template, request, send_file, url_for
from flask_login import current_user
from sqlalchemy import func, select

from core import clock, sheets, word, workbook
from core.db import db
from core.errors import Conflict
from core.gate import requires
from core.i18n import _, current_language
from core.policy import allows
from core.storage import StorageFault, answering, storage

from ..models import Survey
from ..views import bp
from . import making, package, report_file, rule, sav_file, tables, xlsx_file
from .models import KEPT, KINDS, SurveyExport

MOST_A_DAY = 20  # files of rows that one person may ask for
MIMES = {
    "csv": "text/csv",
    "xlsx": workbook.MIME,
    "json": "application/json",
    "docx": word.MIME,
    "pdf": "application/pdf",
    "zip": "application/zip",
    "sav": "application/x-spss-sav",
}


@bp.get("/surveys/<slug>/exports")
@requires("surveys:export:list", Survey, by="slug")
def list_exports(survey: Survey) -> Any:
    return render_template(
        "surveys/exporting/list.html",
        survey=survey,
        can_pdf=report_file.can_pdf(),
        can_sav=sav_file.is_here(),
        why_not=rule.sentence(rule.reason(survey)) if _is_office() else "",
        asked=_own(survey) if _is_office() else [],
        days=KEPT.days,
    )


@bp.get("/surveys/<slug>/exports/results.<any(csv,xlsx,json,docx,pdf,zip):ending>")
@requires("surveys:export:list", Survey, by="slug")
def take_tables(survey: Survey, ending: str) -> Any:
    """What the results page shows, in one form or another."""
    if ending == "pdf" and not report_file.can_pdf():
        abort(404)
    if ending == "zip":
        data = package.package(survey)
    else:
        data = _TABLES[ending](survey, tables.read(survey, is_office=_is_office()))
    return _file(io.BytesIO(data), survey, ending)


@bp.post("/surveys/<slug>/exports")
@requires("surveys:export:ask", Survey, by="slug")
def ask_rows(survey: Survey) -> Any:
    """Ask for the responses one by one; a file that is still being made is not asked for twice."""
    if why := rule.reason(survey):
        raise Conflict(survey, rule.sentence(why))
    kind = request.form.get("kind", "")
    if kind not in KINDS or (kind == "sav" and not sav_file.is_here()):
        raise Conflict(survey, _("这种文件现在做不了，请换一种。"))
    actor = current_user._get_current_object()
    under_way = [one for one in _own(survey) if one.ended_at is None and one.kind == kind]
    if not under_way and _asked_today() >= MOST_A_DAY:
        raise Conflict(survey, _("今天要的文件够多了，明天再来。"))
    asked = under_way[0] if under_way else making.ask(survey, kind, current_language(), actor)
    db.session.commit()
    return redirect(url_for("surveys.show_export", id=asked.id), 303)


@bp.get("/surveys/exports/<int:id>")
@requires("surveys:export:show", SurveyExport)
def show_export(asked: SurveyExport) -> Any:
    return render_template(
        "surveys/exporting/show.html",
        asked=asked,
        survey=asked.survey,
        refusal=rule.sentence(asked.refusal or ""),
    )


@bp.get("/surveys/exports/<int:id>/file")
@requires("surveys:export:show", SurveyExport)
def take_export(asked: SurveyExport) -> Any:
    if asked.file is None:
        abort(404)
    try:
        with answering(storage()) as place:
            file = place.open(asked.file)
    except KeyError:
        abort(404)
    except StorageFault:
        abort(503)
    return _file(file, asked.survey, asked.kind, "responses")


@bp.get("/surveys/package-key.txt")
@requires("surveys:package_key:show")
def show_package_key() -> Any:
    """The public key that packages are signed with."""
    return Response(package.public_key() + "\n", mimetype="text/plain")


def _csv(survey: Survey, found: tables.Results) -> bytes:
    return sheets.to_csv([found.heading, *found.lines()])


def _xlsx(survey: Survey, found: tables.Results) -> bytes:
    file = io.BytesIO()
    xlsx_file.write_tables(file, found, making.columns_of(survey))
    return file.getvalue()


def _json(survey: Survey, found: tables.Results) -> bytes:
    book = package.codebook(making.columns_of(survey))
    return package.written({**found.document(), "codebook": book})


_TABLES: dict[str, Callable[[Survey, tables.Results], bytes]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "json": _json,
    "docx": lambda _survey, found: report_file.word(found),
    "pdf": lambda _survey, found: report_file.pdf(found),
}


def _file(file: Any, survey: Survey, ending: str, what: str = "results") -> Any:
    name = f"{survey.slug}-{what}-{clock.today()}.{ending}"
    answer = send_file(file, MIMES[ending], as_attachment=True, download_name=name, max_age=0)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _is_office() -> bool:
    return allows(current_user, "surveys:export:ask")


def _own(survey: Survey) -> list[SurveyExport]:
    """What the reader asked for, the newest first."""
    own = SurveyExport.visible_to(current_user).where(SurveyExport.survey_id == survey.id)
    return list(db.session.scalars(own.order_by(SurveyExport.id.desc())).unique())


def _asked_today() -> int:
    begun = clock.start_of(clock.today())
    own = (SurveyExport.asker_id == current_user.id, SurveyExport.asked_at >= begun)
    return db.session.scalar(select(func.count()).select_from(SurveyExport).where(*own)) or 0
