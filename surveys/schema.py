"""Our own format as a JSON Schema, made from the same table of kinds that reads it.

Whatever the reader takes, the schema takes; what only the whole form can tell (two questions of one
key, rules that look at nothing) the reader alone refuses.
"""

from __future__ import annotations

from typing import Any

from accounts.roles import ROLES
from accounts.units import KEY

from .definition import (
    ANONYMITY,
    ENTRY,
    EVERYONE,
    MAX_QUESTIONS,
    MAX_SECTIONS,
    MAX_UNITS,
    QUESTION_KEY,
    RESERVED_SLUGS,
    RESULTS_WHEN,
    SECTION_KEYS,
    SURVEY_KEYS,
)
from .kinds import KINDS, Kind
from .kinds.day import Date
from .kinds.upload import ACCEPTED, MOST_FILES
from .quota import LARGEST
from .reader import LANGUAGE, LARGEST_PICTURE, MAX_OPTIONS, MAX_ROWS, SLUG

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEXTS = {"$ref": "#/$defs/texts"}
_NO = {"type": "null"}
_YES = {"type": "boolean"}
_RULE = {"type": ["string", "null"]}
# Letters of any script, which patterns of different programs do not write alike.
_OPTION_KEY = {"type": "string", "pattern": r"^\S{1,32}$"}


def schema() -> dict[str, Any]:
    return {
        "$schema": DIALECT,
        "title": "Dajiatan survey",
        "type": "object",
        "additionalProperties": False,
        "required": ["slug", "title", "anonymity", "audience", "minutes", "sections"],
        "properties": {name: _SURVEY[name] for name in sorted(SURVEY_KEYS)},
        "$defs": {
            "texts": {
                "anyOf": [
                    {"type": "string"},
                    {
                        "type": "object",
                        "propertyNames": {"pattern": _whole(LANGUAGE.pattern)},
                        "additionalProperties": {"type": "string"},
                    },
                ]
            },
            "xlsform": {"type": "object", "additionalProperties": {"type": "string"}},
            "row": _object({"key": _OPTION_KEY, "label": _TEXTS}, ["key", "label"]),
            "section": _object(
                {name: _SECTION[name] for name in sorted(SECTION_KEYS)}, ["questions"]
            ),
            "question": {
                "type": "object",
                "required": ["type"],
                "properties": {"type": {"enum": list(KINDS)}},
                "oneOf": [{"$ref": f"#/$defs/{name}"} for name in KINDS],
            },
            **{name: _question(kind) for name, kind in KINDS.items()},
        },
    }


def _whole(pattern: str) -> str:
    return f"^(?:{pattern})$"


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    }


def _optional(what: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [what, _NO]}


def _count(low: int, high: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": low, "maximum": high}


def _list(of: dict[str, Any], most: int) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "maxItems": most, "items": of}


def _question(kind: Kind) -> dict[str, Any]:
    parts = {
        **_PARTS,
        "type": {"const": kind.name},
        "options": _list(
            _object({name: _OPTION[name] for name in sorted(kind.option_keys)}, ["key", "label"]),
            MAX_OPTIONS,
        ),
        "min": _optional(kind.bound),
        "max": _optional(kind.bound),
        "max_length": _optional(_count(1, max(1, kind.longest))),
    }
    return _object(
        {name: parts[name] for name in sorted(kind.keys)},
        sorted({"key", "type", "label"} | kind.needs),
    )


_DATE = _optional(Date.bound)
_XLSFORM = {"$ref": "#/$defs/xlsform"}
_SURVEY: dict[str, Any] = {
    "slug": {
        "type": "string",
        "pattern": _whole(SLUG.pattern),
        "not": {"enum": sorted(RESERVED_SLUGS)},
    },
    "title": _TEXTS,
    "intro": _optional(_TEXTS),
    "anonymity": {"enum": list(ANONYMITY)},
    "audience": {
        "type": "array",
        "minItems": 1,
        "items": {"enum": sorted({EVERYONE, *ROLES})},
    },
    "units": _optional(
        {
            **_list({"type": "string", "pattern": _whole(KEY.pattern)}, MAX_UNITS),
            "uniqueItems": True,
        }
    ),
    "days": _optional(
        {
            "type": "array",
            "prefixItems": [_count(-3660, 3660), _count(-3660, 3660)],
            "items": False,
            "minItems": 2,
        }
    ),
    "opens_on": _DATE,
    "closes_on": _DATE,
    "minutes": _count(1, 180),
    "results_when": {"enum": list(RESULTS_WHEN)},
    "publish_words": _YES,
    "roster": _YES,
    "compare_by": _optional({"type": "string"}),
    "repeats": _optional({"type": "string"}),
    "entry": {"enum": list(ENTRY)},
    "quota": _optional(
        _object(
            {
                "most": _optional(_count(1, LARGEST)),
                "question": _optional({"type": "string"}),
                "options": _optional(
                    {"type": "object", "additionalProperties": _count(1, LARGEST)}
                ),
            },
            [],
        )
    ),
    "pages": _YES,
    "sections": _list({"$ref": "#/$defs/section"}, MAX_SECTIONS),
    "xlsform": _XLSFORM,
}
_SECTION: dict[str, Any] = {
    "title": _optional(_TEXTS),
    "intro": _optional(_TEXTS),
    "relevant": _RULE,
    "shuffle": _YES,
    "questions": _list({"$ref": "#/$defs/question"}, MAX_QUESTIONS),
}
_PARTS: dict[str, Any] = {
    "key": {"type": "string", "pattern": _whole(QUESTION_KEY.pattern)},
    "label": _TEXTS,
    "hint": _optional(_TEXTS),
    "required": _YES,
    "relevant": _RULE,
    "constraint": _RULE,
    "constraint_message": _optional(_TEXTS),
    "calculation": {"type": "string"},
    "rows": _list({"$ref": "#/$defs/row"}, MAX_ROWS),
    "decimals": _optional(_count(0, 4)),
    "min_choices": _optional(_count(1, MAX_OPTIONS)),
    "max_choices": _optional(_count(1, MAX_OPTIONS)),
    "shuffle": _YES,
    "pattern": _optional({"type": "string", "minLength": 1}),
    "pattern_message": _optional(_TEXTS),
    "accept": {"enum": list(ACCEPTED)},
    "max_files": _optional(_count(1, MOST_FILES)),
    "low_label": _optional(_TEXTS),
    "high_label": _optional(_TEXTS),
    "xlsform": _XLSFORM,
}
_OPTION: dict[str, Any] = {
    "key": _OPTION_KEY,
    "label": _TEXTS,
    "other": _YES,
    "exclusive": _YES,
    "image": _optional({"type": "string", "pattern": "^data:image/", "maxLength": LARGEST_PICTURE}),
    "alt": _optional(_TEXTS),
    "xlsform": _XLSFORM,
}
