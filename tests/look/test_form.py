"""Fields: a label, a hint and an error that belong to their box, and nothing typed is lost."""

from __future__ import annotations

import re

from flask import Flask

from front import specimen

TEMPLATE = '{% import "macros/form.html" as form_macros %}'


def render(app: Flask, source: str, **context: object) -> str:
    with app.test_request_context():
        context = {name: make() for name, make in context.items()}  # type: ignore[operator]
        return app.jinja_env.from_string(TEMPLATE + source).render(**context)


def test_error_belongs_to_its_box(app: Flask) -> None:
    html = render(app, "{{ form_macros.field(form.title, hint='H') }}", form=specimen.refused)
    box = re.search(r"<input [^>]*>", html)
    assert box is not None
    assert 'aria-invalid="true"' in box[0]
    described = re.search(r'aria-describedby="([^"]+)"', box[0])
    assert described is not None
    for name in described[1].split():
        assert f'id="{name}"' in html
    assert "请写标题" in html


def test_sound_field_claims_nothing(app: Flask) -> None:
    html = render(app, "{{ form_macros.field(form.topic) }}", form=specimen.form)
    assert "aria-invalid" not in html
    assert "aria-describedby" not in html


def test_every_kind_of_field_is_labelled(app: Flask) -> None:
    html = render(
        app, "{% for f in form %}{{ form_macros.field(f) }}{% endfor %}", form=specimen.form
    )
    labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', html))
    boxes = set(re.findall(r'<(?:input|select|textarea) [^>]*\bid="([^"]+)"', html))
    assert boxes
    assert boxes == labelled


def test_group_of_choices_has_a_legend(app: Flask) -> None:
    html = render(app, "{{ form_macros.field(form.reply_by) }}", form=specimen.refused)
    assert re.search(r"<fieldset[^>]*aria-describedby=\"([\w-]+)\".*<legend.*id=\"\1\"", html, re.S)


def test_summary_leads_to_each_box(app: Flask) -> None:
    html = render(
        app,
        "{{ form_macros.summary(form) }}{% for f in form %}{{ form_macros.field(f) }}{% endfor %}",
        form=specimen.refused,
    )
    targets = re.findall(r'<li><a href="#([^"]+)"', html)
    assert len(targets) == 8
    for target in targets:
        assert re.search(rf'<(?:input|select|textarea) [^>]*\bid="{target}"', html), target


def test_hard_limit_never_cuts_what_is_pasted(app: Flask) -> None:
    html = render(app, "{{ form_macros.field(form.title) }}", form=specimen.form)
    assert "maxlength" not in html
    assert 'data-limit="60"' in html


def test_optional_is_said(app: Flask) -> None:
    source = "{{ form_macros.field(form.%s) }}"
    assert "（选填）" in render(app, source % "minutes", form=specimen.form)
    assert "（选填）" not in render(app, source % "title", form=specimen.form)


def test_matrix_keeps_its_choice(app: Flask) -> None:
    html = render(
        app,
        "{{ form_macros.matrix('q', [('a', 'A'), ('b', 'B')], [('1', 'x'), ('10', 'y')], {'a': '10'}) }}",
    )
    checked = re.findall(r'name="([^"]+)" value="([^"]+)" checked', html)
    assert checked == [("q-a", "10")]
