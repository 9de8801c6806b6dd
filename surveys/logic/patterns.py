"""`regex(text, 'pattern')` as a small program that both evaluators run in linear time.

A pattern of a subset that means the same everywhere is compiled into instructions (Thompson's
construction): `["char", negated, low, high, …]`, `["split", here, there]`, `["jump", there]`,
`["end"]`. No pattern, however unlucky, keeps anybody waiting.
"""

from __future__ import annotations

from typing import Any

Program = list[list[Any]]

LARGEST_PROGRAM = 2_000  # instructions
DEEPEST = 20  # parentheses within each other
_DIGIT = [48, 57]
_WORD = [48, 57, 65, 90, 95, 95, 97, 122]
_SPACE = [9, 13, 32, 32]
_CLASSES = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_CONTROLS = {"n": 10, "r": 13, "t": 9}
_QUANTIFIERS = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_LAST = 0x10FFFF


class PatternFault(ValueError):
    """A pattern outside the subset; `at` counts characters from 0."""

    def __init__(self, at: int, what: str) -> None:
        super().__init__(what)
        self.at, self.what = at, what


def compiled(pattern: str) -> Program:
    """The program of a pattern that the whole text must match. Raises PatternFault."""
    reader = _Reader(pattern)
    tree = reader.alternatives(0)
    if reader.at < len(pattern):
        raise PatternFault(reader.at, pattern[reader.at])
    program: Program = []
    _emit(tree, program)
    program.append(["end"])
    return program


def matches(program: Program, text: str) -> bool:
    """Whether the program accepts the whole text; each character is looked at once."""
    states = _reach(program, {0})
    for character in text:
        code = ord(character)
        states = _reach(program, {at + 1 for at in states if _takes(program[at], code)})
        if not states:
            return False
    return any(program[at][0] == "end" for at in states)


def _takes(instruction: list[Any], code: int) -> bool:
    if instruction[0] != "char":
        return False
    _char, negated, *ranges = instruction
    pairs = zip(ranges[::2], ranges[1::2], strict=True)
    return any(low <= code <= high for low, high in pairs) is not negated


def _reach(program: Program, begun: set[int]) -> set[int]:
    """The instructions that wait for a character, from some places on."""
    waiting, seen = set(), set()
    todo = list(begun)
    while todo:
        at = todo.pop()
        if at in seen:
            continue
        seen.add(at)
        name, *rest = program[at]
        if name in ("split", "jump"):
            todo += rest
        else:
            waiting.add(at)
    return waiting


# --- Reading a pattern: ("any"|"set", negated, ranges) · ("run", …) · ("or", …) · ("many", …) ---


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.pattern, self.at = pattern, 0

    @property
    def next(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def take(self) -> str:
        self.at += 1
        return self.pattern[self.at - 1 : self.at]

    def fault(self, back: int = 0) -> PatternFault:
        at = min(self.at - back, len(self.pattern))
        return PatternFault(max(at, 0), self.pattern[max(at, 0) :][:10])

    def alternatives(self, depth: int) -> Any:
        if depth > DEEPEST:
            raise self.fault()
        found = [self.run(depth)]
        while self.next == "|":
            self.take()
            found.append(self.run(depth))
        return found[0] if len(found) == 1 else ("or", found)

    def run(self, depth: int) -> Any:
        found: list[Any] = []
        while self.next and self.next not in "|)":
            if self.next == "^" and self.at == 0:
                self.take()  # the whole text is meant in any case
            elif self.next == "$" and self.at == len(self.pattern) - 1:
                self.take()
            else:
                found.append(self.repeated(self.one(depth)))
        return ("run", found)

    def one(self, depth: int) -> Any:
        character = self.take()
        if character == "(":
            if self.pattern.startswith("?:", self.at):
                self.at += 2
            elif self.next == "?":
                raise self.fault(1)
            inner = self.alternatives(depth + 1)
            if self.take() != ")":
                raise self.fault(1)
            return inner
        if character == "[":
            return self.set()
        if character == ".":
            return ("set", True, [10, 10, 13, 13])
        if character == "\\":
            return self.escaped()
        if character in "*+?{})^$":
            raise self.fault(1)
        return ("set", False, [ord(character)] * 2)

    def escaped(self) -> Any:
        character = self.take()
        if character.lower() in _CLASSES:
            return ("set", character.isupper(), list(_CLASSES[character.lower()]))
        if character in _CONTROLS:
            return ("set", False, [_CONTROLS[character]] * 2)
        if not character or character.isalnum():
            raise self.fault(2)
        return ("set", False, [ord(character)] * 2)

    def set(self) -> Any:
        negated = self.next == "^"
        self.at += negated
        ranges: list[int] = []
        while self.next != "]":
            low = self.member()
            if len(low) == 1 and self.next == "-" and self.pattern[self.at + 1 :][:1] not in "]":
                self.take()
                high = self.member()
                if len(high) != 1 or high[0] < low[0]:
                    raise self.fault(1)
                ranges += [low[0], high[0]]
            else:
                ranges += low * 2 if len(low) == 1 else low
        self.take()
        if not ranges:
            raise self.fault(1)
        return ("set", negated, ranges)

    def member(self) -> list[int]:
        """A character by its number, or the ranges of a class."""
        if not self.next or self.next == "[":
            raise self.fault()
        character = self.take()
        if character != "\\":
            return [ord(character)]
        _set, negated, ranges = self.escaped()
        if negated:
            raise self.fault(2)
        return [ranges[0]] if ranges[0] == ranges[-1] else ranges

    def repeated(self, what: Any) -> Any:
        if self.next and self.next in _QUANTIFIERS:
            least, most = _QUANTIFIERS[self.take()]
        elif self.next == "{":
            least, most = self.counted()
        else:
            return what
        if self.next and self.next in "*+?{":
            raise self.fault()
        return ("many", what, least, most)

    def counted(self) -> tuple[int, int | None]:
        inner, found, _rest = self.pattern[self.at + 1 :].partition("}")
        low, comma, high = inner.partition(",")
        if not found or not low.isdecimal() or not (high.isdecimal() or high == ""):
            raise self.fault()
        least = int(low)
        most = (int(high) if high else None) if comma else least
        if least > LARGEST_PROGRAM or (most is not None and not least <= most <= LARGEST_PROGRAM):
            raise self.fault()
        self.at += len(inner) + 2
        return least, most


def _emit(tree: Any, program: Program) -> None:
    if len(program) > LARGEST_PROGRAM:
        raise PatternFault(0, "")
    kind, *rest = tree
    if kind == "set":
        program.append(["char", rest[0], *rest[1]])
    elif kind == "run":
        for one in rest[0]:
            _emit(one, program)
    elif kind == "or":
        _emit_or(rest[0], program)
    else:
        what, least, most = rest
        _emit_many(what, least, most, program)


def _emit_or(ways: list[Any], program: Program) -> None:
    ends = []
    for way in ways[:-1]:
        split = len(program)
        program.append(["split", split + 1, 0])
        _emit(way, program)
        ends.append(len(program))
        program.append(["jump", 0])
        program[split][2] = len(program)
    _emit(ways[-1], program)
    for end in ends:
        program[end][1] = len(program)


def _emit_many(what: Any, least: int, most: int | None, program: Program) -> None:
    for _ in range(least):
        _emit(what, program)
    if most is None:
        split = len(program)
        program.append(["split", split + 1, 0])
        _emit(what, program)
        program.append(["jump", split])
        program[split][2] = len(program)
        return
    splits = []
    for _ in range(most - least):
        splits.append(len(program))
        program.append(["split", len(program) + 1, 0])
        _emit(what, program)
    for split in splits:
        program[split][2] = len(program)
