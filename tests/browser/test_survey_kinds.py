"""A form with pages and a ranking in the browser: by keyboard, by dragging, without a script."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.visiting import Person

FORM = {
    "slug": "order",
    "title": {"zh": "先办哪一件", "en": "What first"},
    "anonymity": "anonymous",
    "audience": ["everyone"],
    "days": [-1, 10],
    "minutes": 2,
    "pages": True,
    "sections": [
        {
            "title": {"zh": "排先后", "en": "Order"},
            "questions": [
                {
                    "key": "first",
                    "type": "ranking",
                    "required": True,
                    "label": {"zh": "请排出先后", "en": "Put in order"},
                    "options": [
                        {"key": "roads", "label": {"zh": "修路", "en": "Roads"}},
                        {"key": "forms", "label": {"zh": "减少表格", "en": "Fewer forms"}},
                        {"key": "canteen", "label": {"zh": "办好食堂", "en": "Canteen"}},
                    ],
                },
                {
                    "key": "why",
                    "type": "nps",
                    "label": {"zh": "多想办成", "en": "How much"},
                    "low_label": {"zh": "不太想", "en": "Little"},
                    "high_label": {"zh": "非常想", "en": "Very much"},
                    "relevant": "selected-at(${first}, 0) = 'forms'",
                },
            ],
        },
        {
            "title": {"zh": "时间", "en": "Time"},
            "questions": [
                {"key": "at", "type": "time", "label": {"zh": "几点方便", "en": "What time"}}
            ],
        },
    ],
}


@pytest.fixture(scope="module")
def form(chromium: Browser, demo_url: str) -> str:
    office = Person(chromium, demo_url, java_script=False).sign_in("office")
    page = office.open("/surveys/new")
    page.fill("#source", json.dumps(FORM, ensure_ascii=False))
    page.get_by_role("button", name="存为草稿").click()
    page.goto(f"{demo_url}/surveys/manage")
    page.locator(".row", has_text="先办哪一件").get_by_role("button", name="开放").click()
    return "/surveys/order"


def order(page: Page) -> list[str]:
    return [
        row.locator(".ranking__label").inner_text()
        for row in page.locator(".ranking__one--placed").all()
    ]


def test_options_are_put_in_order_by_keyboard_and_by_dragging(
    chromium: Browser, demo_url: str, form: str
) -> None:
    cadre = Person(chromium, demo_url, java_script=True).sign_in("cadre2")
    page = cadre.open(form)
    expect(page.locator("[data-wanted]")).to_contain_text("点“+”排进来")
    said = page.locator(".ranking + [role=status]")
    page.get_by_role("button", name="修路：排进来").press("Enter")
    expect(said).to_have_text("修路：第 1 位，共 1 位")
    page.get_by_role("button", name="减少表格：排进来").press("Enter")
    page.get_by_role("button", name="办好食堂：排进来").press("Enter")
    expect(page.locator('[data-question="why"]')).to_be_hidden()
    page.get_by_role("button", name="减少表格：往前移").press("Enter")
    expect(said).to_have_text("减少表格：第 1 位，共 3 位")
    expect(page.get_by_role("button", name="减少表格：不排")).to_be_focused()
    expect(page.locator('[data-question="why"]')).to_be_visible()
    assert order(page) == ["减少表格", "修路", "办好食堂"]
    mark, goal = (
        page.locator(".ranking__one", has_text=name).locator(".ranking__mark").bounding_box()
        for name in ("办好食堂", "减少表格")
    )
    assert mark and goal
    page.mouse.move(mark["x"] + 10, mark["y"] + 10)
    page.mouse.down()
    page.mouse.move(goal["x"] + 10, goal["y"] + 4, steps=6)
    page.mouse.up()
    assert order(page) == ["办好食堂", "减少表格", "修路"]
    page.get_by_role("button", name="下一步").click()
    expect(page.locator("#step")).to_contain_text("第 2 部分，共 2 部分")
    page.get_by_label("几点方便").fill("09:30")
    page.get_by_role("button", name="上一步").click()
    assert order(page) == ["办好食堂", "减少表格", "修路"]
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_label("几点方便")).to_have_value("09:30")
    page.get_by_role("button", name="交问卷").click()
    expect(page).to_have_url(f"{demo_url}{form}/receipt")
    assert cadre.faults == []


def test_the_same_form_without_a_script(chromium: Browser, demo_url: str, form: str) -> None:
    page = Person(chromium, demo_url, java_script=False).sign_in("delegate").open(form)
    expect(page.locator("[data-wanted]")).to_contain_text("最前的填 1")
    for name, place in (("修路", "2"), ("减少表格", "1"), ("办好食堂", "1")):
        page.get_by_label(name).fill(place)
    page.get_by_role("button", name="下一步").click()
    expect(page.locator(".field__error").first).to_contain_text("都排在第 1")
    page.get_by_label("办好食堂").fill("3")
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="交问卷").click()
    expect(page).to_have_url(f"{demo_url}{form}/receipt")


def named(*keys: str) -> list[dict[str, object]]:
    return [{"key": key, "label": {"zh": f"选项{key}", "en": key}} for key in keys]


THUMB = {
    **FORM,
    "slug": "thumb",
    "title": {"zh": "用拇指填", "en": "By thumb"},
    "pages": False,
    "sections": [
        {
            "questions": [
                {
                    "key": "one",
                    "type": "single",
                    "label": {"zh": "选一个", "en": "Choose"},
                    "options": [*named("a"), {"key": "z", "label": "其他", "other": True}],
                },
                {
                    "key": "grid",
                    "type": "matrix",
                    "label": {"zh": "每行一项", "en": "One each"},
                    "options": named("p", "q", "r"),
                    "rows": named("x", "y"),
                },
            ]
        }
    ],
}


def test_form_fits_a_thumb(chromium: Browser, demo_url: str) -> None:
    """On the narrowest phone: nothing beside the page, the box of "other" and a row of a matrix as
    wide as there is room."""
    office = Person(chromium, demo_url, java_script=False).sign_in("office")
    page = office.open("/surveys/new")
    page.fill("#source", json.dumps(THUMB, ensure_ascii=False))
    page.get_by_role("button", name="存为草稿").click()
    page = Person(chromium, demo_url, java_script=True).sign_in("office").open("/surveys/thumb")
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        column = page.locator("form.survey").evaluate("one => one.clientWidth")
        other = page.locator(".choice > .input").first.evaluate("one => one.clientWidth")
        assert other > column * 0.7
        cells = page.locator(".matrix__row").first.locator(".matrix__cell")
        last = cells.last.bounding_box()
        row = page.locator(".matrix__row").first.bounding_box()
        assert last and row
        assert abs(last["x"] + last["width"] - row["x"] - row["width"]) < 2


SIGNED = {
    **FORM,
    "slug": "signed",
    "title": {"zh": "签收单", "en": "Receipt"},
    "anonymity": "named",
    "pages": False,
    "sections": [
        {
            "questions": [
                {"key": "scan", "type": "file", "label": {"zh": "证明材料", "en": "Proof"}},
                {
                    "key": "sign",
                    "type": "signature",
                    "required": True,
                    "label": {"zh": "签名", "en": "Signature"},
                },
            ]
        }
    ],
}


def test_a_name_is_signed_with_a_finger(chromium: Browser, demo_url: str) -> None:
    office = Person(chromium, demo_url, java_script=False).sign_in("office")
    page = office.open("/surveys/new")
    page.fill("#source", json.dumps(SIGNED, ensure_ascii=False))
    page.get_by_role("button", name="存为草稿").click()
    page.goto(f"{demo_url}/surveys/manage")
    page.locator(".row", has_text="签收单").get_by_role("button", name="开放").click()
    cadre = Person(chromium, demo_url, java_script=True).sign_in("cadre2")
    page = cadre.open("/surveys/signed")
    page.get_by_label("证明材料").set_input_files(
        {"name": "证明.txt", "mimeType": "text/plain", "buffer": b"proof"}
    )
    sheet = page.locator(".sign__sheet").bounding_box()
    assert sheet
    page.mouse.move(sheet["x"] + 20, sheet["y"] + 20)
    page.mouse.down()
    page.mouse.move(sheet["x"] + 120, sheet["y"] + 60, steps=5)
    page.mouse.up()
    page.get_by_role("button", name="交问卷").click()
    expect(page).to_have_url(f"{demo_url}/surveys/signed/thanks")
    page = cadre.open("/surveys/signed")
    expect(page.get_by_alt_text("已经签的名")).to_be_visible()
    expect(page.get_by_role("link", name="证明.txt")).to_be_visible()
    assert cadre.faults == []
