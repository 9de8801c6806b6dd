"""What is written as a Word file comes back as the same text, and says nothing of the machine."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

import docx
from PIL import Image

from core.files import Upload
from core.text import cook
from core.word import Shown, WordFile, read
from core.word.package import W

TEXT = (
    "<h2>一、基本情况</h2><h3>（一）数量</h3><h4>细目</h4>"
    '<p>去年上报<strong>213</strong>张表<sup class="footnote"></sup>，<em>近<u>三成</u></em>内容<s>雷同</s>'
    'x<sup>2</sup>H<sub>2</sub>O。<br>换行 a &lt; b &amp; c<a href="https://a.example.cn/?x=1&amp;y=2"'
    ' rel="noopener nofollow ugc">网址</a></p>'
    '<p class="align-end">二〇〇八年五月</p><p class="indent-1">退两格</p>'
    "<ol><li>甲</li><li>乙<ul><li>子一<ol><li>孙</li></ol></li><li>子二</li></ul></li><li>丙</li></ol>"
    '<p>中间</p><ol start="4"><li>丁</li></ol><ul><li>圆点</li></ul>'
    "<blockquote><p>原话一</p><p>原话二</p></blockquote><pre>一\n  二</pre>"
    '<table><thead><tr><th rowspan="2">类别</th><th class="align-center" colspan="2">数量</th></tr>'
    "</thead><tbody><tr><td>甲</td><td><p>乙</p><p>丙</p></td></tr>"
    '<tr><td>丁</td><td colspan="2" rowspan="2">戊<sup class="footnote"></sup></td></tr><tr><td></td></tr>'
    "</tbody></table><p>完。</p>"
    '<ol class="footnotes"><li>据<strong>年度</strong>统计。</li><li>表里的注</li></ol>'
)


def parts(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_a_text_comes_back_as_it_went() -> None:
    assert cook(TEXT, "html") == TEXT  # it is as texts are kept
    file = WordFile("标题 <&>")
    file.line("第 1 楼　张三", "Speaker")
    file.text(TEXT)
    file.text(TEXT)
    back = cook(read(file.bytes).html, "html")
    html, _list, notes = TEXT.partition('<ol class="footnotes">')
    head = '<h2 class="align-center">标题 &lt;&amp;&gt;</h2><p>第 1 楼　张三</p>'
    notes = notes.removesuffix("</ol>")
    assert back == f'{head}{html}{html}<ol class="footnotes">{notes}{notes}</ol>'


def test_word_finds_everything_in_its_place() -> None:
    file = WordFile("标题")
    file.text(TEXT)
    data = file.bytes
    all = parts(data)
    for content in all.values():
        ElementTree.fromstring(content)
    read_back = docx.Document(io.BytesIO(data))
    page = read_back.sections[0]
    sides = (page.page_width, page.page_height, page.top_margin, page.bottom_margin)
    sides += (page.left_margin, page.right_margin)
    assert [round(side.mm) for side in sides if side] == [210, 297, 37, 35, 28, 26]
    assert [p.style.name for p in read_back.paragraphs[:4] if p.style] == [
        *("Title", "Heading 1", "Heading 2", "Heading 3"),
    ]
    table = read_back.tables[0]
    assert table.cell(0, 0).text == table.cell(1, 0).text == "类别"
    assert table.cell(0, 1).text == table.cell(0, 2).text == "数量"
    assert table.cell(2, 1)._tc is table.cell(3, 2)._tc
    styles = ElementTree.fromstring(all["word/styles.xml"])
    fonts = styles.find(f".//{W}docDefaults//{W}rFonts")
    assert fonts is not None and fonts.get(f"{W}eastAsia") == "仿宋_GB2312"
    spacing = styles.find(f".//{W}docDefaults//{W}spacing")
    assert spacing is not None and spacing.get(f"{W}line") == "578"  # 28.9 pt
    numbers = re.findall(r'footnoteReference w:id="(\d+)"', all["word/document.xml"])
    assert numbers == ["1", "2"] and "表里的注" in all["word/footnotes.xml"]
    used = set(re.findall(r'r:id="(rId\d+)"', all["word/document.xml"]))
    assert used <= set(re.findall(r'Id="(rId\d+)"', all["word/_rels/document.xml.rels"]))
    properties = read_back.core_properties
    assert properties.title == "标题"
    assert not properties.author and not properties.last_modified_by
    assert "created" not in all["docProps/core.xml"]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


def test_pictures_go_and_come() -> None:
    file = io.BytesIO()
    Image.new("RGB", (3000, 30), "red").save(file, "PNG")
    drawn = Shown(file.getvalue(), "png", 3000, 30)
    text = '<p>图<img src="/files/7" alt="一张图" width="9" height="9">后<img src="/files/8" alt="没有"></p>'
    word = WordFile("标题", {7: drawn}.get)
    word.text(text)
    word.text(text)
    shape = docx.Document(io.BytesIO(word.bytes)).inline_shapes[1]
    assert round(shape.width.mm) == 210 - 28 - 26 and shape.height.mm < 3
    kept: list[Upload] = []

    def keep(upload: Upload) -> int:
        kept.append(upload)
        return 40 + len(kept)

    back = cook(read(word.bytes, keep).html, "html", {41})
    one = '<p>图<img src="/files/41" alt="一张图">后〔没有〕</p>'
    assert back.endswith(one + one)
    assert [upload.data for upload in kept] == [drawn.data]  # once
    assert read(word.bytes).left_out["pictures"] == 2


def test_a_line_that_somebody_ended_is_not_drawn_apart() -> None:
    assert "<w:doNotExpandShiftReturn/>" in parts(WordFile("标题").bytes)["word/settings.xml"]
