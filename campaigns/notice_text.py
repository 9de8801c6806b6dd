"""Reading a notice: title, addressees, the ladder 一、 （一） 1. （1） 一是, signature, phases.

Every paragraph gets a number path that stays put: "3-2-1" is 一是 under （二） under 三、, and
"3-0-2" the second paragraph without a number directly under 三、. Nothing here knows of the
database; the words are kept as they stand in the file.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from core import text as door
from core.i18n import _

from . import dates

LIMIT = 200_000  # characters
BROKEN_AT = 15  # characters: a shorter line was not broken for its length
HEADING_LIMIT = 60  # a longer "heading" is a sentence
_HAN = re.compile("[㐀-鿿]")
_COUNT = "[一二三四五六七八九十]{1,3}"
# Level of the ladder → how its number is written at the beginning of a line.
_LADDER = (
    (1, re.compile(rf"({_COUNT})[、．.]\s*")),
    (2, re.compile(rf"[（(]({_COUNT})[）)]\s*、?")),
    (3, re.compile(r"(\d{1,2})(?:[、．]|\.(?!\d))\s*")),
    (4, re.compile(r"[（(](\d{1,2})[）)]\s*、?")),
    (5, re.compile(rf"({_COUNT})是(?=\S)")),
)
_ITEM = re.compile(rf"(?:(?<=[。；;：:])|^)\s*({_COUNT})是(?=\S)")
_REFERENCE = re.compile(r".{0,20}[〔［\[(（]\d{4}[〕］\])）].{0,4}\d+\s*号")
_NO_ADDRESS = re.compile("如下[：:]$|^一、")
_SENTENCE_END = re.compile("[。！？!?；;：:，,]$")
_STEPS_NAMED = re.compile("步骤|阶段")
_STEPS_MEANT = re.compile("时间安排|怎样|如何")
_PARTED = re.compile(r"分.{0,4}(?:个|大)?(?:阶段|步骤|步)")
_MAIN_TASK = re.compile("(?:主要任务|主要内容|任务|重点)是[:：]?([^。]{4,300}。?)")
_PHASE_WORD = re.compile(rf"^第{_COUNT}?阶段[:：、，, ]*|（[^（）]*）|\([^()]*\)")
_QUOTED_CAMPAIGN = re.compile("“[^“”]{2,40}”[^，。；、,;“”]{0,12}?活动")
_ABOUT = re.compile(
    "^关于(?:在[^“”]{2,20}?)?(?:开展|举办|组织|做好|印发|深入)*(.{2,60}?)的?(?:通知|意见|方案)$"
)
_TERM = re.compile("“([一二两双三四五六七八九十][^“”，。]{1,11})”")
_THAT_IS = re.compile("^[^，。,:：]{0,10}[。，,]?\\s*即[:：]?\\s*([^。]{4,300}。)")


class NoticeFault(ValueError):
    """A file that is no notice; the message says why, in the reader's language."""


@dataclass(frozen=True)
class Paragraph:
    """A numbered place of the notice: `label` as printed (（一）), heading and text (either "")."""

    path: str
    level: int
    label: str
    heading: str
    text: str


@dataclass(frozen=True)
class Step:
    """A phase that the notice describes."""

    title: str
    aim: str
    span: dates.Span


@dataclass(frozen=True)
class Parsed:
    """What a notice says."""

    title: str
    reference: str
    addressees: str
    paragraphs: tuple[Paragraph, ...]
    signature: tuple[str, ...]
    issued_on: date | None
    year: int | None
    span: dates.Span
    steps: tuple[Step, ...]
    terms: dict[str, str] = field(default_factory=dict)

    @property
    def section_count(self) -> int:
        return sum(one.level == 1 for one in self.paragraphs)

    @property
    def campaign_title(self) -> str:
        """The campaign's name: out of the title, else as the text calls it, else the title."""
        if found := _QUOTED_CAMPAIGN.search(self.title):
            return found[0]
        if found := _ABOUT.match(self.title):
            return found[1]
        whole = "\n".join(f"{one.heading}\n{one.text}" for one in self.paragraphs)
        named = Counter(_QUOTED_CAMPAIGN.findall(whole)).most_common(1)
        return named[0][0] if named else self.title

    @property
    def digest(self) -> str:
        """Equal for equal words, however lines are broken and numbers spaced."""
        words = [self.title, self.reference, self.addressees, *self.signature]
        words += [f"{one.path}{one.label}{one.heading}{one.text}" for one in self.paragraphs]
        return hashlib.sha256("\n".join(words).encode()).hexdigest()


def decode(data: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 with a mark, or GB18030. Raises NoticeFault."""
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise NoticeFault(_("这是 Word 或 PDF 文件：请先另存为纯文本（.txt），再导入。"))
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise NoticeFault(_("读不出文字：请把文件存为 UTF-8 或 GB18030 编码的纯文本。"))


def parse(source: str, this_year: int) -> Parsed:
    """What a notice says; `this_year` counts where it names none. Raises NoticeFault."""
    try:
        lines = _paragraph_lines(door.clean_plain(source, LIMIT))
    except door.TextFault as fault:
        raise NoticeFault(str(fault)) from fault
    if not any(_HAN.search(line) for line in lines):
        raise NoticeFault(_("文件里没有中文，不像一份通知。"))
    reference, title, addressees, body = _head(lines)
    body, signature, issued_on = _tail(body)
    paragraphs = tuple(_ladder(body))
    if not paragraphs or not (addressees or any(one.level == 1 for one in paragraphs)):
        raise NoticeFault(
            _("没有找到“一、”这样的部分，也没有“各单位：”这样的主送机关，不像一份通知。")
        )
    whole = "\n".join(f"{one.heading}{one.text}" for one in paragraphs)
    year = issued_on.year if issued_on else dates.year_of(f"{title}\n{whole}")
    steps_section = _steps_section(paragraphs)
    return Parsed(
        title=title or body[0][:HEADING_LIMIT],
        reference=reference,
        addressees=addressees,
        paragraphs=paragraphs,
        signature=tuple(signature),
        issued_on=issued_on,
        year=year,
        span=_whole_span(paragraphs, steps_section, year or this_year),
        steps=tuple(_steps(paragraphs, steps_section, year or this_year)),
        terms=_terms(whole),
    )


# --- Lines --------------------------------------------------------------------------------


def _paragraph_lines(text: str) -> list[str]:
    """One line a paragraph: broken lines joined where indents show where paragraphs begin."""
    raw = text.split("\n")
    has_indents = sum(line.startswith("\u3000") for line in raw) > 1
    lines: list[str] = []
    follows = False
    for line in raw:
        words = _unmarked(line)
        if not words:
            follows = False
            continue
        starts_new = line[:1] in "\u3000 \t" or _number(words) is not None
        if has_indents and follows and not starts_new and not _SENTENCE_END.search(lines[-1]):
            lines[-1] += words
        else:
            lines.append(words)
        follows = has_indents and len(lines[-1]) > BROKEN_AT
    return lines


def _unmarked(line: str) -> str:
    """A line without Markdown's marks, where they are pairs; a lone ** masks a name and stays."""
    line = " ".join(line.split())
    line = re.sub(r"^#{1,6}\s+", "", line)
    return re.sub(r"\*\*([^*]+)\*\*", r"\1", line)


def _number(line: str) -> tuple[int, str, str] | None:
    """Level, number as printed and the rest, of a line that begins with one of the ladder's."""
    for level, pattern in _LADDER:
        if found := pattern.match(line):
            return level, line[: found.end()].rstrip(), line[found.end() :]
    return None


# --- Head and tail ------------------------------------------------------------------------


def _head(lines: list[str]) -> tuple[str, str, str, list[str]]:
    """Document number, title, addressees, and the lines after them.

    Lines without a Chinese character before the title are notes about the file.
    """
    start = next(index for index, line in enumerate(lines) if _HAN.search(line))
    lines = lines[start:]
    reference = ""
    titles: list[str] = []
    while lines:
        line = lines[0]
        addressees, rest = _addressees(lines)
        if addressees:
            return reference, "".join(titles), addressees, rest
        if _REFERENCE.fullmatch(line) and not reference:
            reference = line
        elif len(titles) < 3 and len(line) <= HEADING_LIMIT and not _opens_body(line):
            titles.append(line)
        else:
            break
        lines = lines[1:]
    return reference, "".join(titles), "", lines


def _addressees(lines: list[str]) -> tuple[str, list[str]]:
    """The line, or the lines after commas, that end in a colon; "" where the next is none."""
    for count in range(1, 5):
        line = "".join(lines[:count])
        if len(lines) < count or "。" in line or len(line) > 600 or _NO_ADDRESS.search(line):
            break
        if line[-1] in "：:":
            return line, lines[count:]
        if line[-1] not in "，、,":
            break
    return "", lines


def _opens_body(line: str) -> bool:
    return _number(line) is not None or _SENTENCE_END.search(line) is not None


def _tail(lines: list[str]) -> tuple[list[str], list[str], date | None]:
    """The lines before the signature, the signature, its date."""
    rest, issued_on = list(lines), None
    signature: list[str] = []
    while len(rest) > 1 and len(signature) < 4:
        line = rest[-1]
        day = dates.full_date(line)
        is_name = len(line) <= 30 and not _opens_body(line) and "。" not in line
        if not (day or is_name) or line.startswith(("附件", "附：", "（", "(")):
            break
        issued_on = issued_on or day
        signature.insert(0, rest.pop())
    return rest, signature, issued_on


# --- The ladder ---------------------------------------------------------------------------


class _Climb:
    """Where in the ladder the reading stands: for each open place its path and level."""

    def __init__(self) -> None:
        self.open: list[tuple[int, str]] = []
        self.counts: dict[str, int] = {}

    def place(self, level: int, printed: int | None) -> str:
        """The path of the next paragraph of a level; `printed` is its number (None: no number)."""
        while self.open and self.open[-1][0] >= level:
            self.open.pop()
        above = self.open[-1][1] if self.open else ""
        if printed is None:
            return self._next(f"{above}-0" if above else "0")
        count = max(self.counts.get(above, 0) + 1, printed)
        self.counts[above] = count
        path = f"{above}-{count}" if above else str(count)
        self.open.append((level, path))
        return path

    def _next(self, parent: str) -> str:
        self.counts[parent] = self.counts.get(parent, 0) + 1
        return f"{parent}-{self.counts[parent]}"


PLAIN = 9  # deeper than every level of the ladder
ITEM = 5


def _ladder(lines: list[str]) -> list[Paragraph]:
    climb = _Climb()
    found: list[Paragraph] = []
    for line in lines:
        level, label, rest = _number(line) or (PLAIN, "", line)
        if level == PLAIN:
            found += _with_items(climb, rest)
            continue
        heading, text = _run_in(rest) if level != ITEM else ("", rest)
        path = climb.place(level, dates.number(_digits(label)))
        first, items = _items(text)
        found.append(Paragraph(path, level, label, heading, first))
        found += [_item(climb, item_label, words) for item_label, words in items]
    return found


def _with_items(climb: _Climb, line: str) -> list[Paragraph]:
    """A paragraph without a number, and what it lists by 一是 二是."""
    first, items = _items(line)
    found = []
    if first:
        # It stands beside the list that came before it, not inside the last item.
        while climb.open and climb.open[-1][0] == ITEM:
            climb.open.pop()
        found.append(Paragraph(climb.place(PLAIN, None), PLAIN, "", "", first))
    return found + [_item(climb, label, words) for label, words in items]


def _item(climb: _Climb, label: str, words: str) -> Paragraph:
    path = climb.place(ITEM, dates.number(_digits(label)))
    return Paragraph(path, ITEM, label, "", words)


def _items(text: str) -> tuple[str, list[tuple[str, str]]]:
    """The text before 一是, and each item; only where 一是 is followed by 二是."""
    found = list(_ITEM.finditer(text))
    numbers = [dates.number(one[1]) for one in found]
    if numbers[:2] != [1, 2]:
        return text, []
    while numbers != list(range(1, len(numbers) + 1)):
        numbers.pop()
    ends = [one.start() for one in found[1 : len(numbers)]] + [len(text)]
    items = [
        (f"{one[1]}是", text[one.end() : end].strip())
        for one, end in zip(found, ends, strict=False)
    ]
    return text[: found[0].start()].strip(), items


def _digits(label: str) -> str:
    found = re.search(rf"{_COUNT}|\d+", label)
    assert found is not None
    return found[0]


def _run_in(rest: str) -> tuple[str, str]:
    """A heading that runs into its text: “搞好学习提高。主要任务是…”; or one that stands alone."""
    head, stop, text = rest.partition("。")
    is_sentence = _SENTENCE_END.search(head) or "：" in _PHASE_WORD.sub("", head)
    if len(head) > HEADING_LIMIT or is_sentence or (stop and not text):
        return "", rest
    return head, text.strip()


# --- What follows from it ------------------------------------------------------------------


def _steps_section(paragraphs: tuple[Paragraph, ...]) -> str | None:
    """The path of the section that tells the phases: by its heading, else by what it says."""
    sections = [one for one in paragraphs if one.level == 1]
    for one in sections:
        if _STEPS_NAMED.search(one.heading):
            return one.path
    for one in sections:
        said = one.text + "".join(
            other.text for other in paragraphs if other.path.startswith(f"{one.path}-0-")
        )
        if _PARTED.search(said) or _STEPS_MEANT.search(one.heading):
            return one.path
    return None


def _steps(paragraphs: tuple[Paragraph, ...], section: str | None, year: int) -> list[Step]:
    if section is None:
        return []
    found = []
    for one in paragraphs:
        if one.level != 2 or not one.path.startswith(f"{section}-"):
            continue
        title = _PHASE_WORD.sub("", one.heading).strip() or one.heading or one.text[:20]
        own = "".join(p.text for p in paragraphs if p.path.startswith(f"{one.path}-0-"))
        text = one.text or own
        task = _MAIN_TASK.search(text)
        aim = (task[1] if task else text.partition("。")[0]).strip().rstrip("。")
        found.append(Step(title, aim and f"{aim}。", dates.span_in(f"{one.heading}。{text}", year)))
    return found


def _whole_span(paragraphs: tuple[Paragraph, ...], section: str | None, year: int) -> dates.Span:
    """The campaign's first and last day: told before the phases, else what they span."""
    for one in paragraphs:
        is_about_a_phase = section and one.path.startswith(f"{section}-") and one.level != PLAIN
        if not is_about_a_phase and (span := dates.span_in(f"{one.heading}{one.text}", year)):
            return span
    spans = [step.span for step in _steps(paragraphs, section, year)]
    starts = [span.start for span in spans if span.start]
    ends = [span.end for span in spans if span.end]
    if not starts or not ends:
        return dates.Span()
    return dates.Span(min(starts), max(ends), any(span.is_assumed for span in spans))


def _terms(whole: str) -> dict[str, str]:
    """Quoted terms that begin with a number (“双满意”), with what the text says they are."""
    found: dict[str, str] = {}
    for one in _TERM.finditer(whole):
        meaning = _THAT_IS.match(whole[one.end() : one.end() + 400])
        found[one[1]] = found.get(one[1]) or (meaning[1].strip() if meaning else "")
    return found
