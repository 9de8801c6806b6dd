"""What the writer is told of a Word document that was read."""

from __future__ import annotations

from collections import Counter

from ..i18n import _, ngettext


def told(left_out: Counter[str]) -> list[str]:
    """Sentences with the numbers of what did not come along; none when all did."""
    said = []
    if gone := _gone(left_out):
        said.append(_("去掉了：%(things)s。", things=_("、").join(gone)))
    if count := left_out["inserted"]:
        said.append(ngettext("保留了 %(num)d 处插入修订。", "保留了 %(num)d 处插入修订。", count))
    if count := left_out["formulas"]:
        said.append(ngettext("%(num)d 个公式只留下了文字。", "%(num)d 个公式只留下了文字。", count))
    if count := left_out["pictures"]:
        said.append(ngettext("%(num)d 张图片没有读入。", "%(num)d 张图片没有读入。", count))
    return said


def _gone(left_out: Counter[str]) -> list[str]:
    gone = []
    if count := left_out["deleted"]:
        gone.append(ngettext("%(num)d 处删除修订", "%(num)d 处删除修订", count))
    if count := left_out["comments"]:
        gone.append(ngettext("%(num)d 条批注", "%(num)d 条批注", count))
    if left_out["contents"]:
        gone.append(_("目录"))
    return gone
