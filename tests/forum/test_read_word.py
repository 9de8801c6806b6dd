"""A Word file's words in the form where one writes, without JavaScript."""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape

from flask import Flask

from tests.boards import Forum
from tests.core.word_files import PICTURE, docx, p, run
from tests.files import PDF, addresses, bring, picture
from tests.people import Visitor

NOTED = docx(
    p(
        "保留",
        f'<w:ins w:id="1" w:author="张三">{run("新增")}</w:ins>',
        '<w:del w:id="2" w:author="张三"><w:r><w:delText>雷同</w:delText></w:r></w:del>',
        '<w:r><w:commentReference w:id="1"/></w:r>',
        '<w:r><w:footnoteReference w:id="2"/></w:r>',
    ),
    footnotes='<w:footnote w:id="2">' + p("脚注的话") + "</w:footnote>",
    comments='<w:comment w:id="1" w:author="王五">' + p("不妥") + "</w:comment>",
)


def hand_in(visitor: Visitor, url: str, data: bytes, **typed: str) -> tuple[int, str]:
    answer = visitor.post(url, {**typed, "word": (io.BytesIO(data), "张三的稿子.docx")})
    return answer.status_code, answer.text


def box(page: str) -> str:
    found = re.search(r"<textarea[^>]*name=\"body\"[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    assert found
    return unescape(found[1])


def test_its_words_fill_the_box_and_all_that_was_typed_stays(
    app: Flask, forum: Forum, cadre: Visitor
) -> None:
    typed = {"title": "写好的标题", "body": "写好的话", "draft": "7"}
    code, page = hand_in(cadre, "/forum/dajiatan/word", NOTED, **typed)
    assert code == 200
    assert 'value="写好的标题"' in page and 'name="draft" type="hidden" value="7"' in page
    assert "去掉了：1 处删除修订、1 条批注" in page and "保留了 1 处插入修订" in page
    body = box(page)
    assert body == (
        '<p>写好的话</p><p>保留新增<sup class="footnote"></sup></p>'
        '<ol class="footnotes"><li>脚注的话</li></ol>'
    )
    assert 'name="body_format" value="html"' in page
    assert "<p>写好的话</p>" in page.partition('id="preview"')[2]  # and how it will look
    assert not [trace for trace in ("张三", "王五", "雷同", "不妥") if trace in page]

    thread = forum.start(cadre, body=body, board="chat")  # as plain text; then as the form sends it
    sent = {"body": body, "body_format": "html"}
    assert cadre.post(f"/threads/{thread}/reply", sent).status_code == 302
    shown = cadre.get(f"/threads/{thread}").text
    name = re.search(r'href="#(note-[0-9]+)-1" role="doc-noteref"', shown)
    assert name
    for id in (f"{name[1]}-1", f"{name[1]}-r1"):  # each names one element, and one link leads there
        assert shown.count(f'id="{id}"') == shown.count(f'href="#{id}"') == 1
    assert cadre.post(f"/threads/{thread}/reply", {**sent, "once": "other"}).status_code == 302
    again = cadre.get(f"/threads/{thread}").text
    assert len(set(re.findall(r'id="(note-[^"]+)"', again))) == 4  # the same words, other names

    for url in (f"/threads/{thread}/word", f"/posts/{number(shown)}/word"):
        code, page = hand_in(cadre, url, NOTED)
        assert code == 200 and "保留新增" in box(page)


def number(page: str) -> str:
    found = re.search(r"/posts/(\d+)/edit", page)
    assert found
    return found[1]


def test_its_pictures_become_own_files_and_go_out_again(
    app: Flask, forum: Forum, cadre: Visitor, cadre2: Visitor
) -> None:
    data = docx(p("图在这里", PICTURE, "后面") + p(PICTURE), picture=picture())
    code, page = hand_in(cadre, "/forum/chat/word", data, title="带图的稿子")
    assert code == 200 and "1 张图片放进了附件" in page and "图片没有读入" not in page
    (file,) = re.findall(r'name="file" value="(\d+)"', page)
    assert box(page).startswith(f'<p>图在这里<img src="/files/{file}" alt="一张图">后面</p>')
    sent = {"title": "带图的稿子", "body": box(page), "body_format": "html", "file": file}
    there = cadre.post("/forum/chat/new", sent).location
    assert 'alt="一张图"' in cadre2.get(there).text
    thread = there.partition("/threads/")[2].partition("#")[0]
    paper = cadre2.get(f"/threads/{thread}/print").text
    assert 'alt="一张图"' in paper
    for url in addresses(cadre2.get(f"/threads/{thread}/print")):
        assert cadre2.get(url).status_code == 200
    with zipfile.ZipFile(io.BytesIO(cadre2.get(f"/threads/{thread}/docx").data)) as archive:
        assert archive.read(f"word/media/image{file}.png").startswith(b"\x89PNG")
        assert archive.read("word/document.xml").count(b"r:embed") == 2

    nine = {"file": ",".join(str(bring(cadre, PDF + bytes([n]), f"{n}.pdf")) for n in range(10))}
    code, page = hand_in(cadre, "/forum/chat/word", data, **nine)
    assert code == 200 and "2 张图片没有读入" in page and "图在这里后面" in box(page)


def test_what_cannot_be_read_is_said_and_nothing_is_lost(
    app: Flask, forum: Forum, cadre: Visitor
) -> None:
    for data, says in ((b"", "空的"), (b"PK\3\4 broken", "扩展名"), (docx(p()), "没有文字")):
        code, page = hand_in(cadre, "/forum/dajiatan/word", data, title="标题", body="写好的话")
        assert code == 422 and says in page
        assert box(page) == "写好的话" and 'value="标题"' in page
    answer = cadre.post("/forum/dajiatan/word", {"body": "写好的话"})
    assert answer.status_code == 422 and "请选择一个文件" in answer.text
    json = {"Accept": "application/json"}
    answer = cadre.post(
        "/forum/dajiatan/word", {"word": (io.BytesIO(NOTED), "a.docx")}, headers=json
    )
    assert answer.json and answer.json["html"].startswith("<p>保留新增")
