"""Word documents for tests, part by part, as Word and WPS write them."""

from __future__ import annotations

import io
import zipfile

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)


def part(root: str, inner: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<w:{root} xmlns:w="{W}" xmlns:r="{R}">{inner}</w:{root}>'
    )


def docx(body: str, picture: bytes = b"", **parts: str) -> bytes:
    """A .docx with this inside of its body; `numbering`, `styles`, `footnotes` … the insides of
    other parts, `rels` of the main part's relationships; a picture is rIdP."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("word/document.xml", part("document", f"<w:body>{body}</w:body>"))
        rels = parts.pop("rels", "")
        if picture:
            archive.writestr("word/media/image1.png", picture)
            rels += f'<Relationship Id="rIdP" Type="{R}/image" Target="media/image1.png"/>'
        if rels:
            space = "http://schemas.openxmlformats.org/package/2006/relationships"
            whole = f'<Relationships xmlns="{space}">{rels}</Relationships>'
            archive.writestr("word/_rels/document.xml.rels", whole)
        for name, inner in parts.items():
            archive.writestr(f"word/{name}.xml", part(name, inner))
    return file.getvalue()


PICTURE = (
    '<w:r><w:drawing><x:docPr xmlns:x="urn:x" descr="一张图"/>'
    '<x:blip xmlns:x="urn:x" r:embed="rIdP"/></w:drawing></w:r>'
)


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def p(*inside: str, properties: str = "") -> str:
    """A paragraph; what is no XML is a run."""
    runs = (one if one.startswith("<") else run(one) for one in inside)
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


def listed(id: int, level: int, *inside: str) -> str:
    numbered = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{id}"/></w:numPr>'
    return p(*inside, properties=numbered)


def level(place: int, kind: str, text: str) -> str:
    return (
        f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


NUMBERING = (
    '<w:abstractNum w:abstractNumId="0">'
    + level(0, "chineseCounting", "%1、")
    + level(1, "chineseCounting", "（%2）")
    + level(2, "decimal", "%3.")
    + level(3, "decimal", "（%4）")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="1">'
    + level(0, "bullet", "\uf0b7")
    + level(1, "lowerLetter", "%2)")
    + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
)
STYLES = (
    '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="a3"><w:name w:val="Title"/>'
    '<w:pPr><w:jc w:val="center"/></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="a4"><w:name w:val="一级标题"/><w:basedOn w:val="1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="10"><w:name w:val="toc 1"/></w:style>'
    '<w:style w:type="character" w:styleId="a5"><w:name w:val="Strong"/><w:rPr><w:b/></w:rPr></w:style>'
)
