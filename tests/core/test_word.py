"""Word documents read through the cleaning door."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Callable

import pytest
from werkzeug.datastructures import FileStorage

from core import word
from core.files import FileFault
from core.text import TextFault, cook
from core.word import numbering
from tests.core.word_files import NUMBERING, STYLES, W, docx, listed, p, run


def cooked(data: bytes) -> str:
    html = cook(word.read(data).html, "html")
    assert cook(html, "html") == html
    return html


def test_headings_numbers_and_lists() -> None:
    body = (
        p("关于减轻报表负担的建议", properties='<w:pStyle w:val="a3"/>')
        + p("目录一行", properties='<w:pStyle w:val="10"/>')
        + '<w:p><w:pPr><w:pStyle w:val="a4"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/>'
        f"</w:numPr></w:pPr>{run('现状', '<w:b/>')}</w:p>"
        + listed(1, 1, "数量")
        + listed(1, 2, "甲")
        + listed(1, 2, "乙")
        + listed(1, 3, "细目")
        + listed(1, 1, "质量")
        + listed(1, 2, "重新从一数起")
        + listed(1, 0, "建议")
        + listed(2, 0, "圆点")
        + listed(2, 1, "字母")
        + p(
            run("加粗", "<w:b/>"),
            run("不粗", '<w:b w:val="0"/>'),
            run("强调", '<w:rStyle w:val="a5"/>'),
        )
        + p(run("下划", '<w:u w:val="single"/>'), run("斜", "<w:i/>"), run("看不见", "<w:vanish/>"))
        + p("二〇〇八年五月", properties='<w:jc w:val="right"/>')
    )
    found = word.read(docx(body, numbering=NUMBERING, styles=STYLES))
    assert found.left_out == Counter(contents=1)
    assert cook(found.html, "html") == (
        '<h2 class="align-center">关于减轻报表负担的建议</h2><h2>一、现状</h2><p>（一）数量</p>'
        "<ol><li>甲</li><li>乙</li></ol><p>（1）细目</p><p>（二）质量</p>"
        "<ol><li>重新从一数起</li></ol><p>二、建议</p><ul><li>圆点</li></ul><p>a) 字母</p>"
        "<p><strong>加粗</strong>不粗<strong>强调</strong></p><p><u>下划</u><em>斜</em></p>"
        '<p class="align-end">二〇〇八年五月</p>'
    )


def test_changes_comments_notes_and_links() -> None:
    changed = 'w:id="9" w:author="张三" w:date="2008-05-01T08:00:00Z"'
    body = (
        p(
            "保留",
            f"<w:ins {changed}>{run('新增')}</w:ins>",
            f"<w:del {changed}><w:r><w:delText>删去的话</w:delText></w:r></w:del>",
            '<w:commentRangeStart w:id="1"/>',
            "被批注",
            '<w:r><w:commentReference w:id="1"/></w:r>',
            '<w:r><w:footnoteReference w:id="2"/></w:r>',
        )
        + p("前半句，", properties=f"<w:rPr><w:del {changed}/></w:rPr>")
        + p("后半句", '<w:r><w:endnoteReference w:id="2"/></w:r>')
        + p('<w:hyperlink r:id="rId4">' + run("网址") + "</w:hyperlink>", "之后")
        + p(
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
            '<w:r><w:instrText> HYPERLINK "https://b.example.cn/" </w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>',
            "域",
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
            "完",
            "<w:r><w:drawing><blip/><x:blip xmlns:x='urn:x'/></w:drawing></w:r>",
        )
    )
    found = word.read(
        docx(
            body,
            footnotes='<w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
            '<w:footnote w:id="2">'
            + p("<w:r><w:footnoteRef/></w:r>", " 脚注的话")
            + "</w:footnote>",
            endnotes='<w:endnote w:id="2">' + p("尾注的话") + "</w:endnote>",
            comments=f"<w:comment {changed}>" + p("王五：这里不妥") + "</w:comment>",
            rels=f'<Relationship Id="rId4" Type="{W}/hyperlink" TargetMode="External"'
            ' Target="https://a.example.cn/?x=1&amp;y=2"/>',
        )
    )
    assert found.left_out == Counter(deleted=1, inserted=1, comments=1, pictures=1)
    html = cook(found.html, "html")
    assert html == (
        '<p>保留新增被批注<sup class="footnote"></sup></p><p>前半句，后半句<sup class="footnote"></sup></p>'
        '<p><a href="https://a.example.cn/?x=1&amp;y=2" rel="noopener nofollow ugc">网址</a>之后</p>'
        '<p><a href="https://b.example.cn/" rel="noopener nofollow ugc">域</a>完</p>'
        '<ol class="footnotes"><li>脚注的话</li><li>尾注的话</li></ol>'
    )
    assert not [trace for trace in ("张三", "王五", "删去", "2008") if trace in html]


def cell(*blocks: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{''.join(blocks)}</w:tc>"


def test_tables_with_joined_cells() -> None:
    down, on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    body = (
        "<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr>"
        + cell(p("类别"), properties=down)
        + cell(p("数量", properties='<w:jc w:val="center"/>'), properties='<w:gridSpan w:val="2"/>')
        + "</w:tr><w:tr>"
        + cell(p(), properties=on)
        + cell(p("甲"))
        + cell(p("乙"), p("丙"))
        + '</w:tr><w:tr><w:trPr><w:del w:id="1"/></w:trPr>'
        + cell(p("删去的一行"))
        + "</w:tr></w:tbl>"
    )
    assert cooked(docx(body)) == (
        '<table><thead><tr><th rowspan="2">类别</th><th class="align-center" colspan="2">数量</th></tr>'
        "</thead><tbody><tr><td>甲</td><td><p>乙</p><p>丙</p></td></tr></tbody></table>"
    )


@pytest.mark.parametrize(
    ("count", "kind", "said"),
    [
        (10, "chineseCounting", "十"),
        (21, "chineseCountingThousand", "二十一"),
        (105, "japaneseCounting", "一百〇五"),
        (110, "chineseCounting", "一百一十"),
        (12, "chineseLegalSimplified", "壹拾贰"),
        (3, "decimalEnclosedCircle", "③"),
        (28, "lowerLetter", "bb"),
        (1994, "upperRoman", "MCMXCIV"),
        (11, "ideographTraditional", "甲"),
        (7, "a kind of 2040", "7"),
    ],
)
def test_counts_as_word_writes_them(count: int, kind: str, said: str) -> None:
    assert numbering.formatted(count, kind) == said


def stored(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return file.getvalue()


LAUGHS = (
    '<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    f'<w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>'
)
# Not UTF-8: what is looked for in the bytes might stand there in other ones.
LATIN = (
    b'<?xml version="1.0" encoding="iso-8859-1"?>'
    + f'<w:document xmlns:w="{W}"><w:body>{p("x")}</w:body></w:document>'.encode()
)
NESTED = "<w:tbl><w:tr><w:tc>" * 100 + p("深") + "</w:tc></w:tr></w:tbl>" * 100

LINKED = '<w:hyperlink r:id="a">' + run("x") + "</w:hyperlink>"
FAR = f'<Relationship Id="a" Type="{W}/hyperlink" TargetMode="External" Target="{"a" * 100_000}"/>'


@pytest.mark.parametrize(
    ("name", "make", "says"),
    [
        ("a.docx", lambda: docx(p("x")) + b"", None),
        ("a.doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "旧格式"),
        (
            "a.docx",
            lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "密码",
        ),
        ("a.docx", lambda: stored("a.txt", b"x"), "扩展名"),
        ("a.pdf", lambda: b"%PDF-1.7", ".docx"),
        ("a.docx", lambda: stored("word/document.xml", LAUGHS.encode()), "损坏"),
        ("a.docx", lambda: stored("word/document.xml", LATIN), "损坏"),
        ("a.docx", lambda: stored("word/document.xml", b"<w:document"), "损坏"),
        ("a.docx", lambda: stored("word/document.xml", b"<a/>"), "损坏"),
        ("a.docx", lambda: stored("word/document.xml", bytes(40 * 2**20)), "太大"),
        ("a.docx", lambda: docx(p("长" * 9) * 100_000), "太"),
        ("a.docx", lambda: docx("".join(p(f"{n:x}" * 3) for n in range(100_000))), "分成几个文件"),
        ("a.docx", lambda: docx(NESTED), "分成几个文件"),
        (
            "a.docx",
            lambda: docx(p("".join(chr(0x4E00 + n * n % 9973) for n in range(410_000)))),
            "分成几个文件",
        ),
        ("a.docx", lambda: docx(p(*[LINKED] * 2_000), rels=FAR), "分成几个文件"),
        ("a.docx", lambda: docx("<w:p>" * 60_000 + "</w:p>" * 60_000), "太"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(
    name: str, make: Callable[[], bytes], says: str | None
) -> None:
    handed_in = FileStorage(io.BytesIO(make()), name)
    if says is None:
        assert cooked(word.take(handed_in, 20)) == "<p>x</p>"
        return
    with pytest.raises((FileFault, TextFault), match=says):
        cook(word.read(word.take(handed_in, 20)).html, "html")


def test_a_flipped_byte_never_raises_anything_else() -> None:
    whole = docx(p("字") + NESTED[:0], numbering=NUMBERING, styles=STYLES)
    for place in range(0, len(whole), 7):
        spoilt = bytearray(whole)
        spoilt[place] ^= 0x55
        try:
            word.read(bytes(spoilt))
        except FileFault:
            continue


def test_quotations_and_code_by_whatever_name_their_program_gives_them() -> None:
    for name, tag in (
        *(("Quote", "blockquote"), ("Quotations", "blockquote"), ("引用", "blockquote")),
        *(("HTML Preformatted", "pre"), ("Preformatted Text", "pre")),
    ):
        style = f'<w:style w:type="paragraph" w:styleId="x"><w:name w:val="{name}"/></w:style>'
        found = word.read(docx(p("原话", properties='<w:pStyle w:val="x"/>'), styles=style))
        assert cook(found.html, "html").startswith(f"<{tag}>"), name
