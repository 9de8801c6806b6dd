"""The results as a report: a .docx in the layout of official documents, and a PDF (an extra)."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from flask import render_template

from core.word import WordFile

from .tables import Results

NEEDS = ("weasyprint", "pylopdf_fonts_zh_cn")
_BETWEEN_TAGS = re.compile(r">\s+<")
_STYLE = """
@font-face { font-family: text; src: url(%s); }
@font-face { font-family: heading; src: url(%s); }
@page { size: A4; margin: 37mm 26mm 35mm 28mm; @bottom-center { content: counter(page); font: 10pt text; } }
body { font: 11pt/1.7 text; }
h1, h2, h3, h4 { font-family: heading; font-weight: normal; line-height: 1.4; break-after: avoid; }
h1 { font-size: 20pt; text-align: center; }
h2 { font-size: 15pt; }
h3 { font-size: 12pt; margin-block-end: 0; }
h4 { font-size: 11pt; margin-block-end: 0; }
p { margin-block: 0 4pt; }
table { border-collapse: collapse; width: 100%%; margin-block: 4pt 12pt; }
tr { break-inside: avoid; }
td, th { border: 0.5pt solid; padding: 2pt 6pt; font-weight: normal; text-align: start; }
td p, th p { margin: 0; }
td:first-child, th:first-child { width: 55%%; overflow-wrap: anywhere; }
"""


def word(results: Results) -> bytes:
    file = WordFile(results.title)
    html = render_template("surveys/exporting/report.html", results=results)
    file.text(_BETWEEN_TAGS.sub("><", html.strip()))
    return file.bytes


def can_pdf() -> bool:
    return all(find_spec(name) for name in NEEDS)


def fetcher_of(own: list[str]) -> Any:
    """What opens these addresses and no other."""
    import weasyprint

    class Fetcher(weasyprint.URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url not in own:
                raise ValueError(f"a report opens no address: {url[:80]}")
            return super().fetch(url, headers)

    return Fetcher()


def pdf(results: Results) -> bytes:
    """With fonts of its own, and nothing from elsewhere: of all addresses the fonts' alone are
    opened. ImportError where the extra is not installed."""
    import pylopdf_fonts_zh_cn as fonts
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    own = [Path(one).as_uri() for one in (fonts.serif_path(), fonts.sans_path())]

    fetcher, known = fetcher_of(own), FontConfiguration()
    page = weasyprint.HTML(
        string=render_template("surveys/exporting/paper.html", results=results),
        base_url=None,
        url_fetcher=fetcher,
    )
    style = weasyprint.CSS(string=_STYLE % (own[0], own[1]), font_config=known, url_fetcher=fetcher)
    made: bytes = page.write_pdf(stylesheets=[style], font_config=known)
    return made
