"""The parts of a written .docx that do not depend on its words: paper, fonts, styles, lists.

The layout is that of official documents (GB/T 9704): A4, margins 37/35/28/26 mm, 仿宋 at 16 pt on
lines 28.9 pt apart, 黑体 and 楷体 for headings, page numbers between dashes, outside.
"""

from __future__ import annotations

from html import escape

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_PARTS = "application/vnd.openxmlformats-officedocument.wordprocessingml"
LINE = 578  # twentieths of a point
PITCH = f'<w:spacing w:line="{LINE}" w:lineRule="exact"/>'
TEXT_WIDTH = 11906 - 1587 - 1474  # of A4 between the margins
BODY = "仿宋_GB2312"
HEADING = "黑体"
SUBHEADING = "楷体_GB2312"
TITLE = "方正小标宋简体"
FOOTER = "宋体"
LATIN = "Times New Roman"
# Where a machine lacks a font, what stands in for it.
_OTHERWISE = {BODY: "仿宋", SUBHEADING: "楷体", TITLE: FOOTER}
SECTION = (
    '<w:sectPr><w:footerReference w:type="default" r:id="rId5"/>'
    '<w:footerReference w:type="even" r:id="rId6"/><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1587" w:header="851"'
    ' w:footer="1417" w:gutter="0"/><w:docGrid w:type="lines" w:linePitch="578"/></w:sectPr>'
)


def part(root: str, inner: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<w:{root} xmlns:w="{W}" xmlns:r="{R}">{inner}</w:{root}>'
    )


def fonts(name: str) -> str:
    return f'<w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:eastAsia="{name}" w:cs="{LATIN}"/>'


def _style(
    id: str, name: str, paragraph: str = "", run: str = "", kind: str = "paragraph", more: str = ""
) -> str:
    based = "" if id == "Normal" or kind == "character" else '<w:basedOn w:val="Normal"/>'
    inner = f"<w:pPr>{paragraph}</w:pPr>" if paragraph else ""
    inner += f"<w:rPr>{run}</w:rPr>" if run else ""
    default = ' w:default="1"' if id == "Normal" else ""
    return (
        f'<w:style w:type="{kind}"{default} w:styleId="{id}"><w:name w:val="{name}"/>{based}'
        f"{more}<w:qFormat/>{inner}</w:style>"
    )


def _size(points: float) -> str:
    return f'<w:sz w:val="{round(points * 2)}"/><w:szCs w:val="{round(points * 2)}"/>'


def _heading(level: int, font: str, run: str = "") -> str:
    outline = f'<w:keepNext/><w:outlineLvl w:val="{level - 1}"/>'
    return _style(f"Heading{level}", f"heading {level}", outline, fonts(font) + run)


def styles() -> str:
    plain = (
        '<w:spacing w:line="{}" w:lineRule="auto"/><w:ind w:firstLine="0" w:firstLineChars="0"/>'
    )
    return part(
        "styles",
        "<w:docDefaults><w:rPrDefault><w:rPr>"
        + fonts(BODY)
        + _size(16)
        + '<w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault>'
        f"<w:pPrDefault><w:pPr>{PITCH}</w:pPr></w:pPrDefault></w:docDefaults>"
        + _style("Normal", "Normal", '<w:jc w:val="both"/>')
        + _style(
            "Title",
            "Title",
            '<w:keepNext/><w:spacing w:after="289" w:line="700" w:lineRule="exact"/><w:jc w:val="center"/>',
            fonts(TITLE) + _size(22),
        )
        + _style(
            "About", "About", '<w:spacing w:after="289"/><w:jc w:val="center"/>', fonts(SUBHEADING)
        )
        + _style(
            "Speaker",
            "Speaker",
            '<w:keepNext/><w:pBdr><w:top w:val="single" w:sz="4" w:space="8" w:color="auto"/></w:pBdr>'
            '<w:spacing w:before="289"/><w:jc w:val="left"/>',
            fonts(SUBHEADING) + _size(14),
        )
        + _style("Body", "Body Text", '<w:ind w:firstLine="640" w:firstLineChars="200"/>')
        + _heading(1, HEADING)
        + _heading(2, SUBHEADING)
        + _heading(3, BODY, "<w:b/><w:bCs/>")
        + _style("Quote", "Quote", '<w:ind w:left="640" w:firstLine="0"/>', fonts(SUBHEADING))
        + _style("Item", "List Paragraph")
        + _style("Code", "HTML Preformatted", '<w:jc w:val="left"/>', _size(12))
        + _style("Cell", "Cell", plain.format(300) + '<w:jc w:val="left"/>', _size(12))
        + _style("FootnoteText", "footnote text", plain.format(280), _size(10.5))
        + _style(
            "FootnoteReference",
            "footnote reference",
            run='<w:vertAlign w:val="superscript"/>',
            kind="character",
        )
        + _style(
            "Hyperlink",
            "Hyperlink",
            run='<w:color w:val="0563C1"/><w:u w:val="single"/>',
            kind="character",
        )
        + _style("Footer", "footer", plain.format(240), fonts(FOOTER) + _size(14)),
    )


def font_table() -> str:
    return part(
        "fonts",
        "".join(
            f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
            for name, other in _OTHERWISE.items()
        ),
    )


_BULLETS = "●○■"


def numbering(starts: list[tuple[int, int]]) -> str:
    """List 1 has bullets; list n+2 counts from the n-th (level, start) on that level."""
    levels = {"bullet": "", "decimal": ""}
    for level in range(9):
        for kind, text in (("bullet", _BULLETS[level % 3]), ("decimal", f"%{level + 1}.")):
            levels[kind] += (
                f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
                f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/><w:pPr><w:ind'
                f' w:left="{640 * (level + 1)}" w:hanging="640"/></w:pPr></w:lvl>'
            )
    schemes = "".join(
        f'<w:abstractNum w:abstractNumId="{id}"><w:multiLevelType w:val="hybridMultilevel"/>'
        f"{levels[kind]}</w:abstractNum>"
        for id, kind in enumerate(("bullet", "decimal"))
    )
    lists = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    for id, (level, start) in enumerate(starts, 2):
        lists += (
            f'<w:num w:numId="{id}"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="{level}">'
            f'<w:startOverride w:val="{start}"/></w:lvlOverride></w:num>'
        )
    return part("numbering", schemes + lists)


def footnotes(notes: list[str]) -> str:
    """The part with these notes, numbered from 1, each the inside of its paragraph."""
    apart = "".join(
        f'<w:footnote w:type="{kind}" w:id="{id}"><w:p><w:r><w:{mark}/></w:r></w:p></w:footnote>'
        for id, kind, mark in (
            (-1, "separator", "separator"),
            (0, "continuationSeparator", "continuationSeparator"),
        )
    )
    return part(
        "footnotes",
        apart
        + "".join(
            f'<w:footnote w:id="{id}"><w:p><w:pPr><w:pStyle w:val="FootnoteText"/></w:pPr>'
            '<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr><w:footnoteRef/></w:r>'
            f'<w:r><w:t xml:space="preserve"> </w:t></w:r>{inner}</w:p></w:footnote>'
            for id, inner in enumerate(notes, 1)
        ),
    )


def _footer(side: str) -> str:
    return part(
        "ftr",
        f'<w:p><w:pPr><w:pStyle w:val="Footer"/><w:jc w:val="{side}"/></w:pPr>'
        '<w:r><w:t xml:space="preserve">— </w:t></w:r><w:fldSimple w:instr=" PAGE "><w:r>'
        '<w:t>1</w:t></w:r></w:fldSimple><w:r><w:t xml:space="preserve"> —</w:t></w:r></w:p>',
    )


def fixed_parts() -> dict[str, str]:
    """The parts that are the same in every document, by name."""
    kinds = {
        "document": "document.main",
        "styles": "styles",
        "numbering": "numbering",
        "footnotes": "footnotes",
        "fontTable": "fontTable",
        "settings": "settings",
        "footer1": "footer",
        "footer2": "footer",
    }
    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_PARTS}.{kind}+xml"/>'
        for name, kind in kinds.items()
    )
    types = (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml"'
        ' ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
        '<Default Extension="jpg" ContentType="image/jpeg"/>'
        f'{overrides}<Override PartName="/docProps/core.xml" ContentType='
        '"application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
    )
    whole = relationships(
        [
            ("rId1", f"{R}/officeDocument", "word/document.xml", False),
            (
                "rId2",
                f"{_PACKAGE}/relationships/metadata/core-properties",
                "docProps/core.xml",
                False,
            ),
        ]
    )
    settings = (
        "<w:evenAndOddHeaders/>"
        '<w:footnotePr><w:footnote w:id="-1"/><w:footnote w:id="0"/></w:footnotePr>'
        # A line that somebody ended is not drawn apart to fill the page's width.
        "<w:compat><w:doNotExpandShiftReturn/>"
        '<w:compatSetting w:name="compatibilityMode" w:val="15"'
        ' w:uri="http://schemas.microsoft.com/office/word"/></w:compat>'
    )
    return {
        "[Content_Types].xml": types,
        "_rels/.rels": whole,
        "word/styles.xml": styles(),
        "word/fontTable.xml": font_table(),
        "word/settings.xml": part("settings", settings),
        "word/footer1.xml": _footer("right"),
        "word/footer2.xml": _footer("left"),
    }


def core_properties(title: str) -> str:
    """The title and nothing else: no author, no machine, no moment."""
    return (
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"'
        f' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{escape(title)}</dc:title>'
        "</cp:coreProperties>"
    )


def relationships(links: list[tuple[str, str, str, bool]]) -> str:
    """Of (id, type, target, whether it is outside)."""
    written = [f'<Relationships xmlns="{_PACKAGE}/relationships">']
    for id, kind, target, outside in links:
        mode = ' TargetMode="External"' if outside else ""
        written.append(f'<Relationship Id="{id}" Type="{kind}" Target="{escape(target)}"{mode}/>')
    return "".join([*written, "</Relationships>"])
