"""The shelves: filled once, in order, seen by those who may; and which entry is current."""

from __future__ import annotations

import pytest
from flask import Flask

from accounts.session import Stranger
from core import registry
from core.registry import Panel, Place
from tests.people import Cast

FORUM = Place("forum.list_boards", "讨论", "forum:board:list", order=10)


def test_shelf_keeps_order_and_each_thing_once() -> None:
    shelf: list[Place] = []
    late, early = Place("b.b", "乙", "x:y:z", order=20), Place("a.a", "甲", "x:y:z", order=10)
    for place in (late, early, late, Place("a.a", "甲", "x:y:z", order=10)):
        registry.add(shelf, place)
    assert shelf == [early, late]


def test_functions_lie_on_shelves_in_the_order_they_came() -> None:
    shelf: list[object] = []
    functions = [lambda: 1, lambda: 2]
    for function in functions * 2:
        registry.add(shelf, function)
    assert shelf == functions


def test_two_applications_share_the_shelves(app: Flask) -> None:
    from app import create_app
    from tests.conftest import KEY

    before = [len(registry.navigation), len(registry.account_menu), len(registry.panels)]
    create_app({"TESTING": True, "SECRET_KEY": KEY, "DATA_DIR": app.config["DATA_DIR"]})
    assert before == [len(registry.navigation), len(registry.account_menu), len(registry.panels)]
    assert len({place.endpoint for place in registry.navigation}) == len(registry.navigation)


def test_places_are_seen_by_those_who_may(context: Flask, cast: Cast) -> None:
    cast.id("cadre"), cast.id("moderator")

    def menu(actor: object) -> set[str]:
        return {
            place.endpoint
            for place in registry.visible(registry.account_menu, actor)  # type: ignore[arg-type]
        }

    assert "front.inbox" in menu(cast.person("cadre"))
    assert "moderation.show_queue" not in menu(cast.person("cadre"))
    assert "moderation.show_queue" in menu(cast.person("moderator"))
    assert menu(Stranger()) == set()


def test_names_come_from_the_area_that_knows_people(context: Flask, cast: Cast) -> None:
    ids = {cast.id("cadre"), cast.id("office")}
    assert set(registry.names(ids).values()) == {"cadre同志", "office同志"}
    assert registry.names(set()) == {}


@pytest.mark.parametrize(
    ("path", "endpoints"),
    [
        ("/", set()),
        ("/forum", {"forum.list_boards"}),
        ("/threads/7", {"forum.list_boards"}),
        ("/campaigns/ask/notice", {"campaigns.index"}),
        ("/notices", {"front.inbox"}),
        ("/search", set()),
        ("/me", {"accounts.me"}),
        ("/admin", {"accounts.admin"}),
        ("/admin/people", {"accounts.admin"}),
        ("/moderation/log", {"moderation.show_queue"}),
        ("/surveys", {"surveys.index"}),
        ("/no/such/page", set()),
    ],
)
def test_current_place_is_the_nearest_above(app: Flask, path: str, endpoints: set[str]) -> None:
    with app.test_request_context(path):
        places = (*registry.navigation, *registry.account_menu)
        assert {place.endpoint for place in places if place.is_current} == endpoints


def test_place_with_values_has_its_address(app: Flask) -> None:
    place = Place("campaigns.show", "一", "campaigns:campaign:show", values={"slug": "ask"})
    with app.test_request_context("/"):
        assert place.url == "/campaigns/ask"


def test_panel_stands_in_the_main_column_unless_it_says_else() -> None:
    panel = Panel("x.html", lambda actor: {})
    assert (panel.side, panel.top) == (False, False)
