"""Text pasted from word processors, as the clipboard gives it when no editor tidies it first."""

from __future__ import annotations

import pytest

from core.text import cook


def item(marker: str, content: str, level: int = 1, css: str = "") -> str:
    """A list item as Word writes it: a paragraph with its number in a span to be ignored."""
    return (
        f"<p class=MsoListParagraph style='margin-left:18.0pt;text-indent:-18.0pt;"
        f"mso-list:l0 level{level} lfo1{css}'><![if !supportLists]><span lang=EN-US>"
        f"<span style='mso-list:Ignore'>{marker}<span style='font:7.0pt \"Times New Roman\"'>"
        f"&nbsp;&nbsp;&nbsp;\n</span></span></span><![endif]>{content}<o:p></o:p></p>\n"
    )


def test_a_word_document() -> None:
    pasted = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<meta name=Author content="张三"><meta name=Generator content="Microsoft Word 15">
<!--[if gte mso 9]><xml><o:DocumentProperties><o:Author>张三</o:Author><o:LastAuthor>李四</o:LastAuthor>
</o:DocumentProperties></xml><![endif]--><style><!-- p.MsoNormal {margin:0cm;} --></style></head>
<body lang=ZH-CN style='tab-interval:21.0pt'><!--StartFragment-->
<h1 align=center style='text-align:center'><a name="_Toc1"></a><b>调研<span lang=EN-US>2008</span>报告<o:p></o:p></b></h1>
<p class=MsoNormal style='text-indent:21.0pt'><span lang=EN-US style='font-family:仿宋;mso-tab-count:1'>&nbsp;&nbsp;&nbsp;</span>各单位
认真<b style='mso-bidi-font-weight:normal'>查找</b>问题。<o:p></o:p></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<h2>一、基本情况</h2>
<p class=MsoNormal align=right style='text-align:right'>二〇〇八年五月</p>
<!--EndFragment--></body></html>"""
    assert cook(pasted, "html") == (
        '<h2 class="align-center">调研2008报告</h2><p>各单位认真<strong>查找</strong>问题。</p>'
        '<h3>一、基本情况</h3><p class="align-end">二〇〇八年五月</p>'
    )


def test_imitated_lists_become_lists() -> None:
    pasted = (
        item("1.", "甲")
        + item("2.", "乙")
        + item("·", "子一", level=2)
        + item("l", "子二", level=2)
        + item("3.", "丙")
        + "<p class=MsoNormal>中间</p>"
        + item("4.", "丁")
        + item("Ø", "圆点")
    )
    assert cook(pasted, "html") == (
        "<ol><li>甲</li><li>乙<ul><li>子一</li><li>子二</li></ul></li><li>丙</li></ol><p>中间</p>"
        '<ol start="4"><li>丁</li></ol><ul><li>圆点</li></ul>'
    )


@pytest.mark.parametrize(
    ("marker", "text"),
    [
        ("一、", "一、内容"),
        ("（一）", "（一）内容"),
        ("(1)", "(1) 内容"),
        ("（1）", "（1）内容"),
        ("①", "① 内容"),
        ("1、", "1、内容"),
        ("1.1", "1.1 内容"),
        ("a)", "a) 内容"),
        ("IV.", "IV. 内容"),
        ("第一条", "第一条内容"),
    ],
)
def test_numbers_that_people_cite_stay_in_the_text(marker: str, text: str) -> None:
    assert cook(item(marker, "内容"), "html") == f"<p>{text}</p>"


def test_a_deeper_first_item_and_a_way_back() -> None:
    pasted = item("·", "深", level=3) + item("·", "浅", level=1) + item("·", "再深", level=2)
    assert cook(pasted, "html") == (
        "<ul><li>深</li></ul><ul><li>浅<ul><li>再深</li></ul></li></ul>"
    )


def test_numbers_that_leap_begin_a_list_of_their_own() -> None:
    assert cook(item("1.", "甲") + item("3.", "丙"), "html") == (
        '<ol><li>甲</li></ol><ol start="3"><li>丙</li></ol>'
    )


def test_numbered_headings_stay_headings() -> None:
    pasted = item("1.", "背景").replace("<p class=MsoListParagraph", "<h2").replace("</p>", "</h2>")
    assert cook(pasted, "html") == "<h2>1. 背景</h2>"


def test_tracked_changes_and_comments_leave_no_trace() -> None:
    pasted = (
        '<p class=MsoNormal>保留<span class=msoIns><ins cite="mailto:wang" datetime="2008-05-01T08:00">'
        '新增</ins></span><span class=msoDel><del cite="mailto:wang" datetime="2008-05-01T08:00">删去'
        "<b>的话</b></del></span><a style='mso-comment-reference:W_1;mso-comment-date:20080501T0800'>被批注"
        "</a><span class=MsoCommentReference><span style='font-size:8.0pt'><a class=msocomanchor "
        'href="#_msocom_1" name="_msoanchor_1">[W1]</a><span style=\'mso-special-character:comment\'>'
        "&nbsp;</span></span></span></p><div style='mso-element:comment-list'><hr class=msocomoff>"
        "<div style='mso-element:comment'><div id=_com_1 class=msocomtxt><p class=MsoCommentText>"
        "王五：这里不妥</p></div></div></div>"
    )
    assert cook(pasted, "html") == "<p>保留新增被批注</p>"


@pytest.mark.parametrize("trace", ["张三", "mailto", "wang", "Author", "C:\\", "file:"])
def test_no_name_of_an_author_or_a_machine_survives(trace: str) -> None:
    pasted = (
        "<xml><o:Author>张三</o:Author></xml><meta name=Author content=张三><!-- 张三 -->"
        '<p title="张三" cite="mailto:wang">正文<ins cite="mailto:wang" title="张三">增</ins>'
        '<img src="file:///C:\\Users\\张三\\a.png" alt="C:\\Users\\张三\\a.png">'
        '<a href="file:///C:\\Users\\张三\\a.doc">附件</a></p>'
    )
    assert trace not in cook(pasted, "html")
    assert cook(pasted, "html") == "<p>正文增附件</p>"


def test_a_wps_document() -> None:
    pasted = (
        '<html><head><meta name="ProgId" content="Word.Document"><meta name="Generator" '
        'content="Microsoft Word 14"></head><body><!--StartFragment--><p class="MsoNormal" '
        'align="center" style="text-align:center;mso-outline-level:1;"><b><span style="'
        "mso-spacerun:'yes';font-family:黑体;font-weight:bold;\">报告</span></b></p>"
        '<p class="MsoNormal" style="mso-list:l0 level1 lfo1;"><!--[if !supportLists]--><span>'
        '<span style="mso-list:Ignore;">一、<span>&nbsp;</span></span></span><!--[endif]-->'
        "<span style=\"mso-spacerun:'yes';font-weight:bold;\">做法</span></p>"
        '<p class="MsoNormal" style="mso-list:l1 level1 lfo2;"><span>没有记号的项</span></p>'
        '<p class="MsoNormal"><span><o:p>&nbsp;</o:p></span></p><!--EndFragment--></body></html>'
    )
    assert cook(pasted, "html") == (
        '<h2 class="align-center">报告</h2><p>一、<strong>做法</strong></p><ul><li>没有记号的项</li></ul>'
    )


def test_a_table_keeps_its_joined_cells() -> None:
    pasted = (
        "<div align=center><table class=MsoTableGrid border=1 width=0 style='border:none'>"
        "<tr style='mso-yfti-irow:0'><td width=1 rowspan=2 valign=top><p class=MsoNormal>类别"
        "<o:p></o:p></p></td><td colspan=2 style='width:9pt'><p class=MsoNormal align=center "
        "style='text-align:center'>数量<o:p></o:p></p></td></tr><tr><td><p class=MsoNormal><o:p>"
        "&nbsp;</o:p></p></td><td><p class=MsoNormal>甲</p><p class=MsoNormal>乙</p></td></tr></table></div>"
    )
    assert cook(pasted, "html") == (
        '<table><tbody><tr><td rowspan="2">类别</td><td class="align-center" colspan="2">数量</td></tr>'
        "<tr><td></td><td><p>甲</p><p>乙</p></td></tr></tbody></table>"
    )


def test_word_online_and_documents_of_the_web() -> None:
    assert (
        cook(
            '<div class="OutlineElement"><p role="heading" aria-level="2" class="Paragraph">'
            '<span class="TextRun"><span class="NormalTextRun">标题</span></span></p></div>'
            '<div class="ListContainerWrapper"><ul class="BulletListStyle1"><li><p>项</p></li></ul></div>'
            '<b style="font-weight:normal" id="docs-internal-guid-1"><p dir="ltr"><span style="font-weight:700">'
            "重点</span></p></b>",
            "html",
        )
        == "<h2>标题</h2><ul><li>项</li></ul><p><strong>重点</strong></p>"
    )
