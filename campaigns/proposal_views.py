"""Proposals to read, to write, to answer."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import joinedload

from accounts.models import Person
from accounts.units import unit_choices
from core import notices, once
from core.db import db
from core.errors import Conflict
from core.gate import LARGEST_ID, requires
from core.i18n import _
from moderation import (
    Stand,
    answers_to_edits,
    awaits_answer,
    cautions,
    is_reviewer,
    pages_around,
    remarks_on,
    standing_of,
    typed,
    why,
)

from . import proposal_list, proposals
from .models import Campaign
from .outcomes import OUTCOMES
from .proposal_forms import DecideForm, EditProposalForm, ProposalForm
from .proposals import Proposal
from .views import bp

WITH_VERSIONS = (joinedload(Proposal.public_revision),)
WITH_AUTHOR = (
    *WITH_VERSIONS,
    joinedload(Proposal.author).load_only(Person.name).joinedload(Person.unit),
)


@bp.get("/campaigns/<slug>/proposals")
@requires("campaigns:proposal:list", Campaign, by="slug")
def list_proposals(campaign: Campaign) -> Any:
    """The newest first, narrowed by what came of them and by the unit asked."""
    state = request.args.get("state", "")
    state = state if state in Proposal.machine.states else ""
    unit_id = request.args.get("unit", type=int)
    unit_id = unit_id if unit_id is not None and 0 < unit_id <= LARGEST_ID else None
    return render_template(
        "campaigns/proposal_list.html",
        campaign=campaign,
        listed=proposal_list.listed(campaign, state, unit_id),
        own=proposal_list.own(campaign, current_user),
        state=state,
        unit_id=unit_id,
        states=("open", *OUTCOMES),
    )


@bp.route("/campaigns/<slug>/proposals/new", methods=["GET", "POST"])
@requires("campaigns:proposal:start", Campaign, by="slug")
def start_proposal(campaign: Campaign) -> Any:
    form = ProposalForm(unit_choices())
    if not form.sent():
        return _form_page(form, campaign)
    if (made := once.earlier(Proposal.kind, current_user)) is not None:
        return redirect(url_for("campaigns.show_proposal", id=made))
    proposal = proposals.propose(campaign, form.wording, int(form.unit.data), current_user)
    once.made(Proposal.kind, current_user, proposal.id)
    return _handed_in(proposal)


def _form_page(form: ProposalForm, campaign: Campaign, code: int = 200, **more: Any) -> Any:
    page = render_template("campaigns/proposal_form.html", form=form, campaign=campaign, **more)
    if form.file.has_taken:  # what came with a form that goes back is kept as its writer's own
        db.session.commit()
    return page, 422 if form.errors else code


def _handed_in(proposal: Proposal) -> Any:
    there, latest = proposal.url, proposal.latest_revision
    if latest is not None and latest.state == "pending":
        for caution in cautions(latest):
            flash(caution, "note")
        flash(_("已提交，等待审核。审核通过之前只有你和审核员看得到。"), "note")
    notices.mark_read(current_user, [there])
    db.session.commit()
    return redirect(there)


@bp.get("/proposals/<int:id>")
@requires("campaigns:proposal:show", Proposal, load=WITH_AUTHOR)
def show_proposal(proposal: Proposal) -> Any:
    latest = proposal.latest_revision
    assert latest is not None
    is_mine = proposal.author_id == current_user.id
    works = is_mine or is_reviewer(current_user, proposal.unit)
    standing = None
    if works and latest.state != "published":
        standing = standing_of(proposal.review_place, proposal.id, latest, proposal.is_public)
    shown = proposal.public_revision or latest
    return render_template(
        "campaigns/proposal_show.html",
        proposal=proposal,
        shown=None if shown.is_wordless or proposal.is_sealed else shown,
        decisions=[] if proposal.is_sealed else proposals.decisions_on(proposal),
        standing=standing,
        is_mine=is_mine,
        may_answer_edit=is_mine and awaits_answer(proposal),
        remarks=remarks_on(latest) if standing and latest.state == "returned" else [],
        outcomes=OUTCOMES,
    )


@bp.route("/proposals/<int:id>/edit", methods=["GET", "POST"])
@requires("campaigns:proposal:edit", Proposal, load=WITH_VERSIONS)
def edit_proposal(proposal: Proposal) -> Any:
    latest = proposal.latest_revision
    assert latest is not None
    if proposal.is_sealed or not proposal.is_open:
        raise Conflict(latest, _("这条建议现在不能修改，请打开看看它的状态。"))
    data = {**typed(latest), "unit": str(proposal.owning_unit_id)}
    form = EditProposalForm(unit_choices(), data=data)
    page: dict[str, Any] = {"proposal": proposal}
    if latest.state == "returned":
        page |= {"returned": why(latest), "remarks": remarks_on(latest)}
    if not form.sent():
        return _form_page(form, proposal.campaign, **page)
    if form.is_stale(latest):
        return _form_page(form, proposal.campaign, 409, is_stale=True, **page)
    proposal.revise(form.wording, int(form.unit.data), current_user)
    return _handed_in(proposal)


@bp.post("/proposals/<int:id>/withdraw")
@requires("campaigns:proposal:withdraw", Proposal, load=WITH_VERSIONS)
def withdraw_proposal(proposal: Proposal) -> Any:
    there = proposal.url
    Proposal.for_review(proposal.id, lock=True).take_back(current_user)
    db.session.commit()
    flash(_("已撤回，别人看不到了。文字还在，改好可以再交。"), "note")
    return redirect(there)


@bp.route("/proposals/<int:id>/decide", methods=["GET", "POST"])
@requires("campaigns:proposal:decide", Proposal, load=WITH_AUTHOR)
def decide_proposal(proposal: Proposal) -> Any:
    """A leader of the unit asked answers in public."""
    there, shown = proposal.url, proposal.public_revision
    assert shown is not None
    form = DecideForm(data={"revision": str(shown.id)})
    if proposal.state == "research":
        form.outcome.choices = [one for one in form.outcome.choices if one.value != "research"]
    if request.method == "GET" and not proposal.awaits:
        return redirect(there)
    if not form.sent():
        return _decide_page(proposal, form)
    if proposal.awaits and (form.is_stale(shown) or proposal.has_waiting_edit):
        return _decide_page(proposal, form, 409)
    proposal.decide(str(form.outcome.data), str(form.reason.data), current_user)
    db.session.commit()
    flash(_("已答复。大家都看得到，作者会收到消息。"), "good")
    return redirect(there)


def _decide_page(proposal: Proposal, form: DecideForm, code: int = 200) -> Any:
    page = {"proposal": proposal, "form": form, "outcomes": OUTCOMES, "is_stale": code == 409}
    shown = render_template("campaigns/proposal_decide.html", **page)
    return shown, 422 if form.errors else code


def _stand(proposal: Proposal) -> Stand:
    shown = proposal.public_revision or proposal.latest_revision
    title = shown.title if shown is not None and shown.title else _("合理化建议")
    there = url_for("campaigns.list_proposals", slug=proposal.campaign.slug)
    return Stand(title, _("合理化建议"), proposal.url, there)


pages_around(bp, Proposal, "/proposals", _stand, WITH_VERSIONS)
answers_to_edits(bp, Proposal, "/proposals", _stand, WITH_VERSIONS)
