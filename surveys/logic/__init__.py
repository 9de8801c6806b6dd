"""The rules inside a form: when a question is asked, what an answer must be, what is calculated.

An expression (the subset of XLSForm that docs/expressions.md lists) is read once into a tree of
plain lists, `[name, argument, …]`, which JSON carries as it is: the same tree is evaluated here
and in the browser (static/js/surveys/logic.js), and a test holds the two to the same answers.
"""

from .evaluating import Scope, as_boolean, as_number, as_text, evaluate
from .grammar import ExpressionFault, names_in, parse

__all__ = [
    "ExpressionFault",
    "Scope",
    "as_boolean",
    "as_number",
    "as_text",
    "evaluate",
    "names_in",
    "parse",
]
