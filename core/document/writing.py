"""Writing a document as HTML."""

from __future__ import annotations

from html import escape

from ..characters import is_right_to_left
from .block import BREAK, LEAVES, OBJECT, Block, Marks, Run
from .runs import is_object


def write(block: Block) -> str:
    """The document as HTML, balanced and escaped; its footnotes as a list at the end."""
    return "".join(_write(child) for child in block.children) + _write_notes(block.notes)


def _write_notes(notes: list[list[Run]]) -> str:
    written = []
    for runs in notes:
        rtl = is_right_to_left("".join(text for text, _ in runs))
        written.append(f"<li{_facts(Block('li', is_rtl=rtl))}>{_inline(runs)}</li>")
    return f'<ol class="footnotes">{"".join(written)}</ol>' if written else ""


def _write(block: Block) -> str:
    if block.tag == "hr":
        return "<hr>"
    if block.tag in LEAVES:
        return f"<{block.tag}{_facts(block)}>{_inline(block.runs)}</{block.tag}>"
    if block.tag == "table":
        return _write_table(block)
    if block.tag in ("li", "td", "th"):
        return _write_item(block)
    if block.tag in ("ul", "ol"):
        block.is_rtl = any(_first(item).is_rtl for item in block.children[:1])
    return f"<{block.tag}{_facts(block)}>{write(block)}</{block.tag}>"


def _first(block: Block) -> Block:
    while block.children:
        block = block.children[0]
    return block


def _write_item(block: Block) -> str:
    """An item or cell; a first paragraph that needs no name of its own goes without tags."""
    rest = block.children
    first = ""
    if rest and rest[0].tag == "p" and not any(child.tag == "p" for child in rest[1:]):
        leaf = rest[0]
        if block.tag != "li" and len(rest) == 1:
            block.align = leaf.align or block.align
            leaf.align = ""
        if not leaf.align and not leaf.indent:
            block.is_rtl = leaf.is_rtl
            first, rest = _inline(leaf.runs), rest[1:]
    inner = first + "".join(_write(child) for child in rest)
    return f"<{block.tag}{_facts(block)}>{inner}</{block.tag}>"


def _write_table(table: Block) -> str:
    rows = table.children
    table.is_rtl = _first(rows[0]).is_rtl
    heads = 0
    while heads < len(rows) and rows[heads].is_head:
        heads += 1
    written = ["<tr>" + "".join(map(_write, row.children)) + "</tr>" for row in rows]
    head, body = "".join(written[:heads]), "".join(written[heads:])
    return (
        f"<table{_facts(table)}>"
        + (f"<thead>{head}</thead>" if head else "")
        + (f"<tbody>{body}</tbody>" if body else "")
        + "</table>"
    )


def _facts(block: Block) -> str:
    """The attributes a block carries."""
    classes = [f"align-{block.align}"] if block.align else []
    classes += [f"indent-{block.indent}"] if block.indent else []
    facts = {
        "class": " ".join(classes),
        "dir": "rtl" if block.is_rtl else "",
        "start": str(block.start) if block.start != 1 else "",
        "colspan": str(block.colspan) if block.colspan != 1 else "",
        "rowspan": str(block.rowspan) if block.rowspan != 1 else "",
    }
    return "".join(f' {name}="{value}"' for name, value in facts.items() if value)


def _inline(runs: list[Run]) -> str:
    """Runs as text with tags, each opened and closed in order."""
    written: list[str] = []
    current: Marks = ()
    for text, marks in [*runs, ("", ())]:
        if is_object(marks):
            written += [f"</{tag}>" for tag, _ in reversed(current)]
            if marks[0][0] == "note":
                written.append('<sup class="footnote"></sup>')
            else:
                written.append(f"<img {marks[0][1]}>" * text.count(OBJECT))
            current = ()
            continue
        if text == BREAK:
            marks = current
        shared = 0
        while shared < min(len(current), len(marks)) and current[shared] == marks[shared]:
            shared += 1
        written += [f"</{tag}>" for tag, _ in reversed(current[shared:])]
        for tag, value in marks[shared:]:
            written.append(f'<{tag} href="{escape(value)}">' if tag == "a" else f"<{tag}>")
        written.append("<br>" if text == BREAK else escape(text, quote=False))
        current = marks
    return "".join(written)
