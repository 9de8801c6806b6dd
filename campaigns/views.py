"""Campaigns to read, their notice, and the office's edits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from core import journal, registry
from core.db import db
from core.errors import Conflict
from core.gate import requires
from core.i18n import _

from .bringing_in import index as put_in_index
from .forms import CampaignForm, GlossaryForm
from .models import (
    PHASES,
    Campaign,
    glossary,
    latest_notice,
    notice_headings,
    notice_versions,
)
from .proposal_list import newest
from .reading import Book, contents_of
from .shelves import counted, taking_part

bp = Blueprint("campaigns", __name__)
SHOWN_EVENTS = 10


@bp.get("/campaigns")
@requires("campaigns:campaign:list")
def index() -> Any:
    found = Campaign.visible_to(current_user).order_by(
        Campaign.starts_on.desc().nulls_first(), Campaign.id.desc()
    )
    campaigns = db.session.scalars(found.options(PHASES)).unique().all()
    return render_template("campaigns/campaign_list.html", campaigns=campaigns)


@bp.get("/campaigns/<slug>")
@requires("campaigns:campaign:show", Campaign, by="slug", load=[PHASES])
def show(campaign: Campaign) -> Any:
    return render_template(
        "campaigns/campaign_show.html",
        campaign=campaign,
        contents=contents_of(notice_headings(campaign.id)),
        figures=counted(),
        proposals=newest(campaign),
        places=taking_part(current_user),
    )


@bp.get("/campaigns/<slug>/notice")
@requires("campaigns:campaign:show", Campaign, by="slug")
def notice(campaign: Campaign) -> Any:
    shown = latest_notice(campaign.id, request.args.get("version", type=int))
    if shown is None:
        abort(404)
    return render_template(
        "campaigns/notice_show.html",
        campaign=campaign,
        book=Book(shown, glossary(campaign.id)),
        versions=notice_versions(campaign.id),
    )


@bp.get("/campaigns/<slug>/edit")
@requires("campaigns:campaign:edit", Campaign, by="slug", load=[PHASES])
def edit(campaign: Campaign) -> Any:
    return _edit_page(campaign, CampaignForm.of(campaign))


@bp.post("/campaigns/<slug>/edit")
@requires("campaigns:campaign:edit", Campaign, by="slug", load=[PHASES])
def save(campaign: Campaign) -> Any:
    form = CampaignForm()
    if not form.sent() or not _keeps_days(campaign, form):
        return _edit_page(campaign, form), 422
    if form.version.data != str(campaign.version):
        raise Conflict(campaign, "、".join(form.differences(campaign)))
    campaign.revise(form.fields(), form.kept_phases(), current_user)
    db.session.commit()
    flash(_("已保存。"), "good")
    return redirect(url_for(".show", slug=campaign.slug))


@bp.get("/campaigns/<slug>/glossary")
@requires("campaigns:campaign:edit", Campaign, by="slug")
def terms(campaign: Campaign) -> Any:
    form = GlossaryForm.of(campaign, glossary(campaign.id))
    return render_template("campaigns/glossary_edit.html", campaign=campaign, form=form)


@bp.post("/campaigns/<slug>/glossary")
@requires("campaigns:campaign:edit", Campaign, by="slug")
def save_terms(campaign: Campaign) -> Any:
    form = GlossaryForm()
    if not form.sent():
        page = render_template("campaigns/glossary_edit.html", campaign=campaign, form=form)
        return page, 422
    if form.version.data != str(campaign.version):
        raise Conflict(campaign)
    campaign.define(form.kept_terms(), current_user)
    db.session.commit()
    flash(_("已保存。"), "good")
    return redirect(url_for(".show", slug=campaign.slug))


def _keeps_days(campaign: Campaign, form: CampaignForm) -> bool:
    """A campaign that readers see keeps its first and last day."""
    if campaign.state == "draft":
        return True
    for field in (form.starts_on, form.ends_on):
        if field.data is None:
            field.errors = [*field.errors, _("已开放的活动不能没有这个日期。")]
    return form.starts_on.data is not None and form.ends_on.data is not None


def _edit_page(campaign: Campaign, form: CampaignForm) -> str:
    events = journal.history(campaign.kind, campaign.id)[-SHOWN_EVENTS:][::-1]
    who = registry.names({event.actor_id for event in events if event.actor_id is not None})
    return render_template(
        "campaigns/campaign_edit.html", campaign=campaign, form=form, events=events, who=who
    )


def _move(verb: str, sentence: Callable[[], str]) -> None:
    """A route that moves a campaign by one verb."""

    @bp.post(f"/campaigns/<slug>/{verb}", endpoint=verb)
    @requires(f"campaigns:campaign:{verb}", Campaign, by="slug")
    def move(campaign: Campaign) -> Response:
        if verb == "open" and campaign.course == "undated":
            flash(_("请先设好活动的开始和结束日期，再开放。"), "bad")
            return redirect(url_for(".edit", slug=campaign.slug))
        campaign.advance(verb, current_user._get_current_object())
        if verb == "open" and (newest := latest_notice(campaign.id)) is not None:
            put_in_index(campaign, newest)
        db.session.commit()
        flash(sentence(), "good")
        return redirect(url_for(".show", slug=campaign.slug))


_move("open", lambda: _("活动已开放。"))
_move("close", lambda: _("活动已结束，页面仍可阅读。"))
_move("reopen", lambda: _("活动已重新开放。"))
_move("archive", lambda: _("活动已归档，不再修改。"))
