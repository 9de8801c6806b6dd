"""Reading a notice: its ladder, its phases, its signature, however it is written."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from campaigns.notice_text import NoticeFault, Parsed, decode, parse
from tests.campaigns.texts import LOOSE, TIGHT

REAL = Path(__file__).parents[2].parent / "shared" / "domain" / "notice.zh.md"
YEAR = 2026


def paths(parsed: Parsed) -> dict[str, str]:
    return {one.path: one.heading or one.text for one in parsed.paragraphs}


@pytest.fixture
def loose(context: Flask) -> Parsed:
    return parse(LOOSE, YEAR)


def test_head_of_the_notice(loose: Parsed) -> None:
    parsed = loose
    assert parsed.title == "关于在全系统开展“问计基层”大讨论活动的通知"
    assert parsed.reference == "机关〔2026〕7号"
    assert parsed.addressees == "各县市委组织部，机关各处室："
    assert parsed.campaign_title == "“问计基层”大讨论活动"


def test_signature_and_date_are_not_paragraphs(loose: Parsed) -> None:
    assert loose.signature == ("县委组织部", "2026年2月20日")
    assert loose.issued_on == date(2026, 2, 20)
    assert loose.paragraphs[-1].text == "附件：征求意见表"


def test_each_place_of_the_ladder_has_its_path(loose: Parsed) -> None:
    found = paths(loose)
    assert found["1"] == "指导思想"
    assert found["2-1"] == "第一阶段：学习动员（3月2日至3月15日）"
    assert [found[f"2-1-{n}"] for n in (1, 2, 3)] == [
        "认真学习;",
        "广泛动员;",
        "摸清底数。",
    ]
    assert found["2-2-1"] == "开好座谈会。"
    assert found["2-2-2"] == "发好征求意见表。"
    assert found["2-0-1"].startswith("本次活动从")


def test_heading_runs_into_its_text(loose: Parsed) -> None:
    third = next(one for one in loose.paragraphs if one.path == "3")
    assert (third.heading, third.text) == ("工作要求", "各单位要高度重视。")


def test_phases_with_their_dates_and_tasks(loose: Parsed) -> None:
    first, second = loose.steps
    assert (first.title, first.aim) == ("学习动员", "统一思想。")
    assert (first.span.start, first.span.end) == (date(2026, 3, 2), date(2026, 3, 15))
    assert (second.title, second.aim) == ("征求意见", "各单位逐条答复。")
    assert (second.span.start, second.span.end) == (date(2026, 3, 10), date(2026, 4, 10))


def test_whole_period_is_that_of_the_campaign(loose: Parsed) -> None:
    assert (loose.span.start, loose.span.end) == (date(2026, 3, 2), date(2026, 4, 10))
    assert not loose.span.is_assumed


def test_terms_with_what_the_text_says_of_them(loose: Parsed) -> None:
    assert loose.terms["三个为本"] == "为民为本、务实为本、清廉为本。"


def test_numbers_in_brackets_and_half_width_colon(context: Flask) -> None:
    parsed = parse(TIGHT, YEAR)
    assert parsed.addressees == "各处室:"
    assert paths(parsed)["2-1"] == "实事求是。"
    assert paths(parsed)["2-2"] == "言之有物。"
    assert parsed.campaign_title == "“金点子”征集活动"
    assert not parsed.span


def test_broken_lines_are_joined_where_indents_show_paragraphs(context: Flask) -> None:
    text = (
        "关于大讨论的通知\n各单位：\n\u3000\u3000这一段写得很长很长所以在别处编辑的时候被\n"
        "断成了两行。\n一、要求\n\u3000\u3000第二段也写得很长很长所以在别处编辑的时候也被\n断开了。\n"
    )
    found = [one.text for one in parse(text, YEAR).paragraphs if one.text]
    assert found[0].endswith("被断成了两行。")
    assert found[1].endswith("也被断开了。")


def test_same_number_twice_gets_a_path_of_its_own(context: Flask) -> None:
    text = (
        "通知标题\n各单位：\n一、甲\n一是子。\n二是丑。\n另有一段。\n一是寅。\n二是卯。\n一、乙\n"
    )
    parsed = parse(text, YEAR)
    all_paths = [one.path for one in parsed.paragraphs]
    assert len(all_paths) == len(set(all_paths))
    assert paths(parsed)["1-3"] == "寅。"
    assert paths(parsed)["2"] == "乙"


def test_only_one_item_is_no_list(context: Flask) -> None:
    text = "通知标题\n各单位：\n一、甲\n困难不少。一是人少。大家想办法。\n"
    assert paths(parse(text, YEAR))["1-0-1"] == "困难不少。一是人少。大家想办法。"


def test_digest_is_that_of_the_words(context: Flask) -> None:
    again = LOOSE.replace("\n\n", "\n\n\n").replace("\n", "\r\n")
    assert parse(again, YEAR).digest == parse(LOOSE, YEAR).digest
    assert parse(LOOSE.replace("务实", "踏实"), YEAR).digest != parse(LOOSE, YEAR).digest


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(context: Flask, encoding: str) -> None:
    assert parse(decode(TIGHT.encode(encoding)), YEAR).section_count == 2


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04rest", b"%PDF-1.7", b"\xff\xff\xff", b"\x00\x01\x02\x00text"]
)
def test_files_that_are_no_text(context: Flask, data: bytes) -> None:
    with pytest.raises(NoticeFault):
        decode(data)


@pytest.mark.parametrize(
    "text", ["", "   \n", "Nothing Chinese here.", "今天天气很好。\n我们去爬山。"]
)
def test_texts_that_are_no_notice(context: Flask, text: str) -> None:
    with pytest.raises(NoticeFault):
        parse(text, YEAR)


def test_too_long_a_text_is_refused(context: Flask) -> None:
    with pytest.raises(NoticeFault):
        parse(TIGHT + "字" * 200_001, YEAR)


def test_the_real_notice(context: Flask) -> None:
    if not REAL.exists():
        pytest.skip("shared/domain/notice.zh.md is missing")
    parsed = parse(decode(REAL.read_bytes()), YEAR)
    assert parsed.title == "树组工干部新形象意见"
    assert parsed.campaign_title == "“解放思想,树组工干部新形象”大讨论活动"
    assert parsed.section_count == 4
    assert len(parsed.paragraphs) == 25
    assert [step.title for step in parsed.steps] == [
        "搞好学习提高,打牢思想基础",
        "积极开展讨论,开阔工作思路",
        "制定创新措施,提升工作水平",
    ]
    assert parsed.steps[0].aim == "加强学习,抓好组织发动。"
    assert (parsed.span.start, parsed.span.end) == (date(2008, 4, 15), date(2008, 5, 31))
    assert parsed.span.is_assumed
    found = paths(parsed)
    assert found["3-2-1"].startswith("开展“组织工作解放思想大家谈”活动。")
    assert found["3-1-2"].startswith("开展组工干部“六个一”活动。")
    assert parsed.terms["六个一"].startswith("每名组工干部要精读一遍")
    assert {"双满意", "三服务", "三个之家"} <= parsed.terms.keys()
