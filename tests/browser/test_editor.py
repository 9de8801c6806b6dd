"""The rich text editor in a real browser, under the site's own security policy."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from core.text import cook
from tests.browser.editor_page import STATIC, EditorSite, running

WORD = (Path(__file__).parent / "word.html").read_text(encoding="utf-8")
WPS = (Path(__file__).parent / "wps.html").read_text(encoding="utf-8")
OFFER = "没有发出的草稿"


@pytest.fixture(scope="module")
def served() -> Iterator[EditorSite]:
    with running() as site:
        yield site


@pytest.fixture
def site(served: EditorSite) -> EditorSite:
    served.received.clear()
    served.answer = "accept"
    return served


@pytest.fixture(autouse=True)
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser complains of; nothing may be left at the end of a test."""
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda line: heard.append(line.text) if line.type == "error" else None)
    yield heard
    assert [text for text in heard if "status of 422" not in text] == []  # a refused form


def open_editor(page: Page, site: EditorSite, query: str = "") -> Locator:
    page.goto(f"{site.url}/write{query}")
    box = page.get_by_role("textbox", name="正文")
    box.click()
    return box


def tool(page: Page, name: str) -> Locator:
    return page.get_by_role("toolbar").get_by_role("button", name=name, exact=True)


def send(page: Page, site: EditorSite) -> str:
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/done*")
    assert site.received[-1]["body_format"] == "html"
    return site.received[-1]["body"]


def paste(page: Page, html: str, text: str = "text") -> None:
    """As a person does: copied elsewhere, then Ctrl+V."""
    page.evaluate(
        """([html, text]) => document.addEventListener("copy", (event) => {
            event.preventDefault();
            event.stopImmediatePropagation();
            event.clipboardData.setData("text/html", html);
            event.clipboardData.setData("text/plain", text);
        }, { capture: true, once: true })""",
        [html, text],
    )
    page.keyboard.press("Control+c")
    page.keyboard.press("Control+v")
    expect(page.locator(".editor__text")).to_have_text(re.compile("...."))


# ---- Writing


def test_typed_paragraphs_and_marks_are_sent_as_html(page: Page, site: EditorSite) -> None:
    open_editor(page, site)
    page.keyboard.type("报表太多，")
    page.keyboard.press("Control+b")
    page.keyboard.type("先合并")
    page.keyboard.press("Control+b")
    page.keyboard.type("再减少。")
    page.keyboard.press("Enter")
    page.keyboard.type("<b>不是标签</b> & 符号")
    assert send(page, site) == (
        "<p>报表太多，<strong>先合并</strong>再减少。</p>"
        "<p>&lt;b&gt;不是标签&lt;/b&gt; &amp; 符号</p>"
    )


def test_blocks_from_the_toolbar(page: Page, site: EditorSite) -> None:
    open_editor(page, site)
    for name, words in (("大标题", "一级"), ("小标题", "二级"), ("引用", "原话")):
        tool(page, name).click()
        expect(tool(page, name)).to_have_attribute("aria-pressed", "true")
        page.keyboard.type(words)
        page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    tool(page, "编号列表").click()
    page.keyboard.type("甲")
    page.keyboard.press("Enter")
    page.keyboard.type("乙")
    assert send(page, site) == (
        "<h2>一级</h2><h3>二级</h3><blockquote><p>原话</p></blockquote>"
        "<ol><li>甲</li><li>乙</li></ol>"
    )


def test_shortcuts_toggle_blocks(page: Page, site: EditorSite) -> None:
    open_editor(page, site)
    page.keyboard.type("正文")
    for keys, html in (
        ("Control+Alt+2", "<h2>正文</h2>"),
        ("Control+Alt+3", "<h3>正文</h3>"),
        ("Control+Alt+3", "<p>正文</p>"),
        ("Control+Shift+7", "<ol><li>正文</li></ol>"),
        ("Control+Shift+8", "<ul><li>正文</li></ul>"),
        ("Control+Shift+8", "<p>正文</p>"),
        ("Control+Shift+9", "<blockquote><p>正文</p></blockquote>"),
        ("Control+z", "<p>正文</p>"),
        ("Control+y", "<blockquote><p>正文</p></blockquote>"),
    ):
        page.keyboard.press(keys)
        made = page.evaluate(
            """async (html) => {
                const squires = () => document.querySelector(".editor__text").innerHTML
                    .replaceAll("<br>", "").replace("<div></div>", "");  // its last line
                for (let tries = 0; tries < 100 && squires() !== html; tries += 1)
                    await new Promise((done) => { setTimeout(done, 20); });
                return squires();
            }""",
            html,
        )
        assert made == html


def test_lists_nest_by_shortcut(page: Page, site: EditorSite) -> None:
    open_editor(page, site, "?format=html&body=<ul><li>甲</li><li>乙</li></ul>")
    page.keyboard.press("Control+End")
    page.keyboard.press("Control+]")
    assert send(page, site) == "<ul><li>甲<ul><li>乙</li></ul></li></ul>"


def test_clear_format_leaves_plain_paragraphs(page: Page, site: EditorSite) -> None:
    open_editor(page, site, "?format=html&body=<h2>题<strong>目</strong></h2><p><em>词</em></p>")
    page.keyboard.press("Control+a")
    tool(page, "清除格式").click()
    assert send(page, site) == "<p>题目</p><p>词</p>"


def test_link_is_asked_for_checked_and_made(page: Page, site: EditorSite) -> None:
    open_editor(page, site)
    page.keyboard.type("见文件")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Control+k")
    address = page.get_by_label("网址或邮箱地址")
    expect(address).to_be_focused()
    address.fill("javascript:alert(1)")
    address.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("不像一个网址")
    address.fill("www.example.cn/a?b=1")
    address.press("Enter")
    expect(tool(page, "链接")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("textbox", name="正文")).to_be_focused()
    assert site.received == []
    assert send(page, site) == '<p>见<a href="https://www.example.cn/a?b=1">文件</a></p>'


def test_link_can_be_taken_away(page: Page, site: EditorSite) -> None:
    open_editor(page, site, '?format=html&body=<p><a href="https://a.cn/">文件</a></p>')
    page.keyboard.press("ArrowRight")
    tool(page, "链接").click()
    expect(page.get_by_label("网址或邮箱地址")).to_have_value("https://a.cn/")
    page.get_by_role("button", name="去掉链接").click()
    assert send(page, site) == "<p>文件</p>"


def test_address_ends_where_chinese_begins(page: Page, site: EditorSite) -> None:
    open_editor(page, site)
    page.keyboard.type("见https://a.cn/x，都写着。 ")
    page.wait_for_timeout(50)
    paste(page, "<p>另见 https://b.cn/y。完</p>")
    html = send(page, site)
    assert '<a href="https://b.cn/y">https://b.cn/y</a>。完' in html
    assert "，都写着" in re.sub("<a .*?</a>", "", html)


def test_table_is_made_filled_and_changed(page: Page, site: EditorSite) -> None:
    open_editor(page, site)
    tool(page, "表格").click()
    page.get_by_label("行数").fill("1")
    page.get_by_label("列数").fill("2")
    page.get_by_label("列数").press("Enter")
    page.keyboard.type("项目")
    page.keyboard.press("ArrowRight")
    page.keyboard.type("数量")
    tool(page, "表格").click()
    page.get_by_role("button", name="下面加一行").click()
    page.get_by_role("button", name="后面加一列").click()
    page.get_by_role("button", name="删除这一行").click()
    page.get_by_role("button", name="取消").click()
    page.keyboard.type("表")
    html = send(page, site)
    assert html == (
        "<table><thead><tr><th>项目</th><th>数量</th><th></th></tr></thead>"
        "<tbody><tr><td></td><td></td><td>表</td></tr></tbody></table>"
    )


def test_table_can_be_removed_and_undone(page: Page, site: EditorSite) -> None:
    open_editor(
        page, site, "?format=html&body=<p>前</p><table><tbody><tr><td>格</td></tr></tbody></table>"
    )
    page.get_by_role("cell", name="格").click()
    tool(page, "表格").click()
    page.get_by_role("button", name="删除表格").click()
    expect(page.locator(".editor__text table")).to_have_count(0)
    tool(page, "撤销").click()
    expect(page.locator(".editor__text table")).to_have_count(1)


def test_footnote_is_made_changed_and_taken_away(page: Page, site: EditorSite) -> None:
    kept = "<p>甲<sup class=footnote></sup>乙</p><ol class=footnotes><li>原<b>有</b></li></ol>".replace(
        "=foot", "%3Dfoot"
    )
    box = open_editor(page, site, f"?format=html&body={kept}")
    page.keyboard.press("Control+End")
    page.keyboard.press("Control+Alt+f")  # as in Word
    page.keyboard.type("新加的")
    page.keyboard.press("Enter")
    page.keyboard.type("，接着写")
    expect(box.locator(".footnote")).to_have_count(2)
    assert len(Axe().run(page).response["violations"]) == 0
    box.locator(".footnote").first.click()
    expect(page.get_by_role("textbox", name="脚注内容")).to_have_value("原有")
    page.get_by_role("textbox", name="脚注内容").fill("改过\n两行")
    page.get_by_role("button", name="确定").click()
    page.keyboard.press("Control+End")
    page.keyboard.type("。")
    assert page.evaluate("document.querySelector('.editor__text').innerText").count("接着写。") == 1
    page.keyboard.press("Home")
    tool(page, "脚注").click()
    page.keyboard.type("开头")
    page.get_by_role("button", name="取消").click()
    box.locator(".footnote").nth(1).click()
    page.get_by_role("button", name="去掉脚注").click()
    html = send(page, site)
    assert html == '<p>甲<span class="footnote">改过<br>两行</span>乙，接着写。</p>'
    assert cook(html, "html") == (
        '<p>甲<sup class="footnote"></sup>乙，接着写。</p><ol class="footnotes"><li>改过<br>两行</li></ol>'
    )


def test_plain_text_given_is_shown_as_its_paragraphs(page: Page, site: EditorSite) -> None:
    open_editor(page, site, "?body=%3E%20引的%0A%0A第一行%0A第二行%0A%0A<i>原样</i>")
    page.keyboard.press("Control+End")
    page.keyboard.type("。")
    assert send(page, site) == (
        "<blockquote><p>引的</p></blockquote><p>第一行<br>第二行</p><p>&lt;i&gt;原样&lt;/i&gt;。</p>"
    )


def test_answer_stands_below_the_quotation_it_answers(page: Page, site: EditorSite) -> None:
    open_editor(page, site, "?body=%3E%20引的%0A%0A")
    page.keyboard.press("Control+End")
    page.keyboard.type("我的话")
    assert send(page, site) == "<blockquote><p>引的</p></blockquote><p>我的话</p>"


def test_hostile_html_given_runs_nothing(page: Page, site: EditorSite) -> None:
    hostile = (
        "<p onclick='x()'>a</p><img src=x onerror='document.title=1'><a href='javascript:x()'>b</a>"
    )
    open_editor(page, site, f"?format=html&body={hostile}")
    assert page.title() == "写主题帖"
    html = send(page, site)
    assert "on" not in re.sub("<[^>]*>", "", html)
    assert "javascript" not in html
    assert "<img" not in html


def test_nothing_written_is_not_sent(page: Page, site: EditorSite) -> None:
    box = open_editor(page, site)
    page.keyboard.type("  ")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("status")).to_have_text("请先写内容。")
    expect(box).to_be_focused()
    expect(box).to_have_attribute("aria-invalid", "true")
    assert site.received == []


def test_without_javascript_the_text_box_works(chromium: Browser, site: EditorSite) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.url}/write")
    page.get_by_label("正文").fill("纯文本\n第二行")
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/done*")
    assert site.received[-1]["body"] == "纯文本\r\n第二行"
    assert "body_format" not in site.received[-1]
    context.close()


def test_ten_megabytes_are_not_pasted_and_what_is_written_stays(
    page: Page, site: EditorSite
) -> None:
    box = open_editor(page, site)
    page.keyboard.type("写好的。")
    took = box.evaluate(
        """(box) => {
            const data = new DataTransfer();
            data.setData("text/plain", "长".repeat(4_000_000));
            const began = performance.now();
            box.dispatchEvent(new ClipboardEvent("paste",
                { clipboardData: data, bubbles: true, cancelable: true }));
            return performance.now() - began;
        }"""
    )
    assert took < 2_000
    page.wait_for_timeout(300)  # Squire pastes a moment later
    expect(page.locator(".editor__note[role=status]")).to_contain_text("这一段太长，没有粘贴")
    assert send(page, site) == "<p>写好的。</p>"


# ---- Input methods


def compose(page: Page, *stages: str) -> None:
    session = page.context.new_cdp_session(page)
    for text in stages:
        session.send(
            "Input.imeSetComposition",
            {"text": text, "selectionStart": len(text), "selectionEnd": len(text)},
        )


def commit(page: Page, text: str) -> None:
    page.context.new_cdp_session(page).send("Input.insertText", {"text": text})


def test_composed_text_arrives_once(page: Page, site: EditorSite) -> None:
    open_editor(page, site)
    compose(page, "g", "guan", "guanyu")
    commit(page, "关于")
    page.keyboard.press("Control+b")
    compose(page, "b", "bao")
    commit(page, "报表")
    page.keyboard.press("Control+b")
    compose(page, "ba")
    commit(page, "吧")
    tool(page, "项目列表").click()
    page.keyboard.press("Enter")
    compose(page, "h")
    compose(page, "")  # given up
    compose(page, "hao")
    commit(page, "好")
    assert send(page, site) == "<ul><li>关于<strong>报表</strong>吧</li><li>好</li></ul>"


def test_nothing_acts_while_composing(page: Page, site: EditorSite) -> None:
    box = open_editor(page, site)
    compose(page, "ni")
    keys = [
        {"key": "b", "ctrlKey": True},
        {"key": "k", "ctrlKey": True},
        {"key": "8", "code": "Digit8", "ctrlKey": True, "shiftKey": True},
    ]
    for code in (229, 66):
        for key in keys:
            box.evaluate(
                """(box, init) => box.dispatchEvent(new KeyboardEvent("keydown", init))""",
                {**key, "bubbles": True, "isComposing": code != 229, "keyCode": code},
            )
    assert page.locator(".editor__text :is(b, ul)").count() == 0
    expect(page.get_by_role("group", name="链接")).to_be_hidden()
    page.evaluate("document.querySelector('form').requestSubmit()")
    page.wait_for_timeout(200)
    assert site.received == []
    for code in (229, 13):
        keys = {"key": "Enter", "ctrlKey": True, "bubbles": True, "keyCode": code}
        box.evaluate(
            "(box, init) => box.dispatchEvent(new KeyboardEvent('keydown', init))",
            {**keys, "isComposing": code != 229},
        )
    page.wait_for_timeout(200)
    assert site.received == []
    commit(page, "你")
    assert send(page, site) == "<p>你</p>"


def test_enter_never_sends_and_control_enter_does(page: Page, site: EditorSite) -> None:
    box = open_editor(page, site)
    page.locator("#title").click()
    compose(page, "biao")
    commit(page, "标题")
    page.keyboard.press("Enter")
    expect(box).to_be_focused()
    page.keyboard.type("正文")
    page.keyboard.press("Enter")
    page.wait_for_timeout(200)
    assert site.received == []
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/done*")
    assert site.received[-1]["title"] == "标题"


# ---- Pasting


def test_word_keeps_structure_and_drops_the_rest(page: Page, site: EditorSite) -> None:
    open_editor(page, site)
    paste(page, WORD)
    expect(page.get_by_role("status")).to_contain_text("修订记录")
    expect(page.get_by_role("status")).to_contain_text("批注没有粘贴")
    expect(page.get_by_role("status")).to_contain_text("图片没有粘贴")
    html = send(page, site)
    assert html == (
        '<h2 class="align-center">关于减轻报表负担的建议</h2>'
        "<h3>一、现状</h3>"
        "<p>去年上报<strong>213</strong>张表，<u>近三成</u>内容重复，各单位填报耗时较多。"
        '<span class="footnote">据<strong>年度</strong>统计。</span></p>'
        "<ol><li>同一数据只报一次</li><li>台账能生成的不再手填<ul><li>人员台账</li><li>项目台账</li></ul></li>"
        "<li>每张新表写清用途<br>a) 谁用<br>b) 用来决定什么</li></ol>"
        "<p>（一）下列表格供参考。</p>"
        "<table><tbody><tr><td><strong>表名</strong></td><td>次数</td></tr>"
        '<tr><td colspan="2" class="align-center">合计 61</td></tr></tbody></table>'
        '<p class="align-end">市直机关党委</p>'
    )


def test_wps_lists_and_headings(page: Page, site: EditorSite) -> None:
    open_editor(page, site)
    paste(page, WPS)
    assert send(page, site) == (
        "<h2>调研提纲</h2>"
        '<ol start="3"><li>基层怎么看</li><li>机关怎么办</li></ol>'
        "<ul><li>座谈</li><li>走访</li></ul>"
        "<p>完。</p>"
    )


def test_web_page_becomes_paragraphs(page: Page, site: EditorSite) -> None:
    open_editor(page, site)
    paste(
        page,
        "<section><h1>标题</h1><div>第一段<span style='font-weight:bold'>重</span></div><div>第二段</div>"
        "<div><a href='#x'>锚</a><script>document.title='x'</script><style>p{}</style></div></section>",
    )
    assert page.title() == "写主题帖"
    assert send(page, site) == (
        "<h2>标题</h2><p>第一段<strong>重</strong></p><p>第二段</p><p>锚</p>"
    )


def test_pasting_plain_text_keeps_lines(page: Page, site: EditorSite) -> None:
    open_editor(page, site)
    page.evaluate(
        """() => document.addEventListener("copy", (event) => {
            event.preventDefault();
            event.stopImmediatePropagation();
            event.clipboardData.setData("text/plain", "一\\n二");
        }, { capture: true, once: true })"""
    )
    page.keyboard.press("Control+c")
    page.keyboard.press("Control+v")
    expect(page.locator(".editor__text")).to_contain_text("二")
    assert send(page, site) == "<p>一</p><p>二</p>"


# ---- By keyboard and for everyone


def test_toolbar_is_walked_with_arrow_keys(page: Page, site: EditorSite) -> None:
    open_editor(page, site)
    page.keyboard.press("Shift+Tab")
    expect(tool(page, "撤销")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(tool(page, "加粗")).to_be_focused()
    page.keyboard.press("Enter")
    expect(tool(page, "加粗")).to_have_attribute("aria-pressed", "true")
    page.keyboard.type("重")
    page.keyboard.press("Shift+Tab")
    expect(tool(page, "加粗")).to_be_focused()
    page.keyboard.press("End")
    expect(tool(page, "清除格式")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("textbox", name="正文")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="提交")).to_be_focused()


def test_label_leads_into_the_editor(page: Page, site: EditorSite) -> None:
    page.goto(f"{site.url}/write")
    page.get_by_text("正文", exact=True).click()
    box = page.get_by_role("textbox", name="正文")
    expect(box).to_be_focused()
    expect(box).to_have_accessible_description("写清楚事情和建议。")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page: Page, site: EditorSite, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    open_editor(page, site, "?format=html&body=<h2>题</h2><p>文</p>")
    tool(page, "表格").click()
    assert Axe().run(page).response["violations"] == []
    tool(page, "链接").click()
    page.get_by_label("网址或邮箱地址").press("Enter")
    assert Axe().run(page).response["violations"] == []


def test_narrow_page_does_not_scroll_sideways(page: Page, site: EditorSite) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    open_editor(page, site)
    paste(page, WORD)
    tool(page, "链接").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_all_of_it_weighs_little() -> None:
    files = [
        STATIC / "js/editor.js",
        *(STATIC / "js/editor").glob("*.js"),
        *(STATIC / "vendor").glob("*.*js"),
        STATIC / "css/components/editor.css",
    ]
    assert sum(len(gzip.compress(path.read_bytes(), 6)) for path in files) <= 54 * 1024


# ---- Drafts


def test_lost_sending_offers_the_draft(page: Page, site: EditorSite) -> None:
    open_editor(page, site)
    page.keyboard.type("写了很久的话")
    site.answer = "drop"
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("chrome-error://**")
    open_editor(page, site)
    expect(page.get_by_text(OFFER)).to_be_visible()
    page.get_by_role("button", name="恢复草稿").click()
    expect(page.get_by_text(OFFER)).to_be_hidden()
    site.answer = "accept"
    assert send(page, site) == "<p>写了很久的话</p>"


def test_accepted_words_are_not_offered_again(page: Page, site: EditorSite) -> None:
    open_editor(page, site)
    page.keyboard.type("发出去了")
    send(page, site)
    assert page.evaluate("Object.keys(localStorage)") == []
    open_editor(page, site)
    expect(page.get_by_text(OFFER)).to_have_count(0)


def test_refused_words_come_back_without_an_offer(page: Page, site: EditorSite) -> None:
    open_editor(page, site)
    page.keyboard.press("Control+b")
    page.keyboard.type("太短")
    site.answer = "refuse"
    page.get_by_role("button", name="提交").click()
    box = page.get_by_role("textbox", name="正文")
    expect(box).to_have_text("太短")
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(box).to_have_accessible_description("写清楚事情和建议。 要改： 请再补充一些。")
    expect(page.get_by_text(OFFER)).to_have_count(0)
    page.get_by_role("alert").get_by_role("link").click()
    expect(box).to_be_focused()
    site.answer = "accept"
    assert send(page, site) == "<p><strong>太短</strong></p>"


def test_closed_page_keeps_a_draft_and_it_can_be_dropped(page: Page, site: EditorSite) -> None:
    open_editor(page, site)
    page.keyboard.type("没写完")
    page.goto("about:blank")
    open_editor(page, site)
    page.get_by_role("button", name="不要了").click()
    assert page.evaluate("Object.keys(localStorage)") == []
    page.reload()
    expect(page.get_by_text(OFFER)).to_have_count(0)


def test_private_forms_keep_nothing(page: Page, site: EditorSite) -> None:
    open_editor(page, site, "?private=1")
    page.keyboard.type("给部长的信")
    page.wait_for_timeout(1000)
    page.goto(f"{site.url}/write")
    assert page.evaluate("Object.keys(localStorage)") == []
