"""What people type or paste, read into a small document and written again as plain HTML.

The document knows paragraphs, headings, lists, quotations, tables, footnotes and a few marks,
nothing else: whatever a word processor, a web page or an attacker sends is reduced to these. Reading
is linear in the length of the source, and a source that is too deep or too intricate is
refused (`TooIntricate`) before any slower code sees it. This is no wall against scripts:
the cleaners in core/text.py are.
"""

from .block import OUR_PAGES, Block, TooIntricate
from .plain import read_plain
from .reader import read_html
from .writing import write

__all__ = ["OUR_PAGES", "Block", "TooIntricate", "read_html", "read_plain", "write"]
