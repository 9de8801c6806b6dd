"""The language catalogues: one per area, extracted, brought up to date and compiled.

`make messages` runs `python -m core.catalogues [AREA …]`; `make run` compiles alone. The source
strings are Chinese; translations/<area>/en/LC_MESSAGES/messages.po holds the English.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "translations"
LANGUAGE = "en"
HEADER = r"""msgid ""
msgstr ""
"Language: en\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

"""
AREAS = (
    "core",
    "accounts",
    "moderation",
    "forum",
    "surveys",
    "letters",
    "campaigns",
    "front",
)
# Beyond <area>/ and templates/<area>/.
EXTRA = {"core": ("app.py", "templates/base.html", "templates/macros", "templates/errors")}
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}


def sources(area: str) -> Iterator[Path]:
    """The files whose sentences belong to an area's catalogue, in a stable order."""
    for name in (area, f"templates/{area}", *EXTRA.get(area, ())):
        path = ROOT / name
        if path.is_dir():
            yield from sorted(
                file
                for file in path.rglob("*")
                if file.suffix in {".py", ".html", ".txt", ".xml", ".svg"}
            )
        elif path.exists():
            yield path


def extract(area: str) -> Catalog:
    """Every sentence the area says now; the English is empty."""
    found = Catalog(locale=LANGUAGE)
    for path in sources(area):
        method = "python" if path.suffix == ".py" else "jinja2"
        options = {"silent": "false", "trimmed": "true"} if method == "jinja2" else {}
        for _line, message, comments, context in extract_from_file(
            method, path, keywords=KEYWORDS, comment_tags=("i18n:",), options=options
        ):
            found.add(message, None, auto_comments=comments, context=context)
    return found


def po_path(area: str) -> Path:
    return CATALOGUES / area / LANGUAGE / "LC_MESSAGES" / "messages.po"


def update(area: str) -> Catalog | None:
    """Bring an area's catalogue up to what its sources say; None when it says nothing.

    New sentences arrive empty, gone ones leave, and nothing is guessed. The header holds no
    dates and the entries no line numbers: a catalogue changes only when its sentences do.
    """
    found, path = extract(area), po_path(area)
    if len(found) == 0 and not path.exists():
        return None
    catalog = found
    if path.exists():
        with path.open("rb") as file:
            catalog = read_po(file, locale=LANGUAGE)
        catalog.update(found, no_fuzzy_matching=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(HEADER.encode())
        write_po(
            file,
            catalog,
            width=100,
            no_location=True,
            omit_header=True,
            sort_output=True,
            ignore_obsolete=True,
        )
    return catalog


def compile_all() -> int:
    """Write messages.mo beside each messages.po that is newer; gives how many were written."""
    written = 0
    for path in sorted(CATALOGUES.glob("*/*/LC_MESSAGES/messages.po")):
        compiled = path.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= path.stat().st_mtime:
            continue
        with path.open("rb") as source, compiled.open("wb") as target:
            write_mo(target, read_po(source, locale=LANGUAGE))
        written += 1
    return written


def untranslated(catalog: Catalog) -> list[str]:
    """The Chinese of each sentence that has no English yet."""
    gaps = []
    for message in catalog:
        forms = message.string if isinstance(message.string, (list, tuple)) else [message.string]
        if message.id and (message.fuzzy or not all(forms)):
            gaps.append(message.id if isinstance(message.id, str) else message.id[0])
    return gaps


def main(arguments: list[str]) -> int:
    """`--compile` alone, or the areas to bring up to date (all when none is named)."""
    if arguments != ["--compile"]:
        for area in arguments or AREAS:
            catalog = update(area)
            if catalog is not None:
                gaps = untranslated(catalog)
                print(f"{area}: {len(catalog)} sentences, {len(gaps)} without English")
                for text in gaps:
                    print(f"    {text}")
    compile_all()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
