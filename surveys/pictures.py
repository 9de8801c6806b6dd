"""Pictures of options: they lie in the form itself, so that a version, a file and a draft carry
them along. Each is drawn anew when it is brought, small, without place or camera."""

from __future__ import annotations

import base64
import copy
import io
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from PIL import Image
from wtforms import SelectField, StringField

from core import files, images
from core.db import db
from core.files import FileFault
from core.forms import BaseForm
from core.gate import requires
from core.i18n import _, _l, pick

from .building import drafting
from .definition import DefinitionFault, read
from .models import Survey
from .reader import LARGEST_PICTURE
from .views import bp

LONGEST = 480  # pixels of a side
KINDS = {"png": "png", "jpg": "jpg", "jpeg": "jpg", "webp": "webp", "gif": "gif"}
Document = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """An option that may have a picture."""

    name: str  # "question/option"
    label: str
    option: Document

    @property
    def alt(self) -> str:
        return pick(self.option.get("alt"))


class PictureForm(BaseForm):
    place = SelectField(_l("哪个选项"))
    alt = StringField(_l("图片上是什么"))


def drawn(upload: files.Upload) -> str:
    """A picture as an option keeps it. Raises FileFault."""
    picture = images.redrawn(upload.kind, upload.data)
    out = io.BytesIO()
    with Image.open(io.BytesIO(picture.data)) as opened:
        opened.thumbnail((LONGEST, LONGEST))
        opened.save(out, "WEBP", quality=75)
    found = "data:image/webp;base64," + base64.b64encode(out.getvalue()).decode()
    if len(found) > LARGEST_PICTURE:
        raise FileFault(_("这张图片太复杂，放不进问卷。请裁小一些再试。"))
    return found


def places(document: Document) -> list[Place]:
    return [
        Place(
            f"{question['key']}/{option['key']}",
            f"{pick(question['label'])} · {pick(option['label'])}",
            option,
        )
        for section in document["sections"]
        for question in section["questions"]
        if question["type"] in ("single", "multiple")
        for option in question["options"]
    ]


@bp.route("/surveys/<slug>/pictures", methods=["GET", "POST"])
@requires("surveys:survey:revise", Survey, by="slug")
def edit_pictures(survey: Survey) -> Any:
    document = copy.deepcopy(drafting.draft_of(survey).document)
    found = places(document)
    form, fault = PictureForm(), ""
    form.place.choices = [(one.name, one.label) for one in found]
    if request.method == "POST" and form.validate():
        try:
            _put(next(one for one in found if one.name == form.place.data), form.alt.data or "")
            drafting.hand_in(survey, read(document), current_user)
            db.session.commit()
            flash(_("已改到草稿里。"), "good")
            return redirect(url_for("surveys.edit_pictures", slug=survey.slug), 303)
        except (FileFault, DefinitionFault) as wrong:
            db.session.rollback()
            fault = wrong.faults[0].sentence if isinstance(wrong, DefinitionFault) else str(wrong)
    page = render_template(
        "surveys/pictures.html", survey=survey, form=form, places=found, fault=fault
    )
    return page, 422 if fault or form.errors else 200


def _put(place: Place, alt: str) -> None:
    """Give an option a picture, or take it away. Raises FileFault."""
    if request.form.get("verb") == "remove":
        place.option.pop("image", None)
        place.option.pop("alt", None)
        return
    if not alt.strip():
        raise FileFault(_("请写明图片上是什么：看不见图的人靠这句话。"))
    upload = files.receive(request.files.get("file"), KINDS)
    place.option["image"] = drawn(upload)
    place.option["alt"] = alt
