"""The monthly report as one table for spreadsheets: what, of what, figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.i18n import _, pick

from . import reasons
from .report import Report

Row = tuple[str, str, str, Any]


def rows(report: Report, places: Mapping[str, str], units: Mapping[int, Any]) -> Iterator[Row]:
    """The heading, then a row for each figure; a hidden one says so."""
    yield _("部分"), _("对象"), _("指标"), str(report.month)
    yield from _volume(report, places)
    for place, wait in report.waits.items():
        name, part = places.get(place, str(reasons.HIDDEN_PLACE)), _("等待")
        yield part, name, _("中位数（分钟）"), round(wait.median.total_seconds() / 60)
        yield part, name, _("九成不超过（分钟）"), round(wait.ninth.total_seconds() / 60)
        yield part, name, _("时限内审完（%）"), _share(report.in_time(place))
    for code in report.reasons:
        label = str(reasons.REASONS.get(code, code))
        yield _("原因"), label, _("条数"), report.words("reason", code)
    yield _("申诉"), _("全部"), _("改判（%）"), _share(report.overturned)
    for unit_id, role in report.work:
        unit = units[unit_id]
        name = f"{pick({'zh': unit.name, 'en': unit.name_en})} {reasons.ROLES.get(role, role)}"
        yield _("工作量"), name, _("决定数"), report.words("work", unit_id, role)
    yield from _second(report)
    for verb, label in reasons.OTHER_ACTS.items():
        yield _("其他"), _("全部"), str(label), report.words(verb)


def _volume(report: Report, places: Mapping[str, str]) -> Iterator[Row]:
    part = _("数量")
    for place in report.places:
        name = places.get(place, str(reasons.HIDDEN_PLACE))
        for verb in report.verbs:
            count = report.words("cell", place, verb)
            yield part, name, str(reasons.COUNTED[verb]), count
        yield part, name, _("合计"), report.words("place", place)
    for verb in report.verbs:
        yield part, _("全部"), str(reasons.COUNTED[verb]), report.words(verb)
    yield part, _("全部"), _("合计"), report.words("all")


def _second(report: Report) -> Iterator[Row]:
    part = _("二次盲审")
    for name, label in reasons.SECOND_COUNTED.items():
        yield part, _("全部"), str(label), report.words(name)
    agreed = report.agreed
    label = {"least": _("一致的比例至少（%）"), "most": _("一致的比例至多（%）")}
    said = label.get(agreed.bound) if agreed else None
    yield part, _("全部"), said or _("一致（%）"), _share(agreed.percent if agreed else None)
    kappa = _("不列") if report.kappa is None else round(report.kappa, 1)
    yield part, _("初次审核"), _("科恩卡帕系数"), kappa


def _share(share: float | None) -> Any:
    return _("不列") if share is None else round(share, 1)
