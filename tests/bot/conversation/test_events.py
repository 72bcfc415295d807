import pytest

from bot.conversation.events import KINDS, UndeclaredEvent, check, message_data, public_view, staff_view
from bot.conversation.model import Author, AuthorKind, Event, Reply
from tests.bot.conversation.world import NOON

BY_AGENT = message_data("m1", Author(AuthorKind.AGENT, "Ann", "staff-1"), Reply("Hello"), client_message_id="agent-key")


def event(kind: str, data: dict, private: bool = False) -> Event:
    return Event("c", 1, NOON, kind, data, private)


@pytest.mark.parametrize(
    ("kind", "data", "private"),
    [
        ("gossip", {}, False),
        ("queue", {"position": 1, "eta_seconds": None, "mood": "bad"}, False),
        ("queue", {"position": 1}, False),
        ("note", {"note_id": "n", "author": {}, "text": "x"}, False),
        ("state", {"from": "bot", "to": "queued"}, True),
    ],
)
def test_undeclared_kinds_fields_and_privacy_are_refused(kind: str, data: dict, private: bool) -> None:
    with pytest.raises(UndeclaredEvent):
        check(event(kind, data, private))


def test_a_customer_never_sees_a_staff_id_or_an_agents_own_keys() -> None:
    seen = public_view(event("message", BY_AGENT))
    assert seen == {"kind": "message", "message_id": "m1", "author": {"kind": "agent", "name": "Ann"}, "text": "Hello"}
    joined = {"from": "queued", "to": "agent", "agent": {"id": "staff-1", "name": "Ann"}}
    assert public_view(event("state", joined)) == {"kind": "state", **joined, "agent": {"name": "Ann"}}


def test_a_customer_sees_the_key_of_their_own_message_but_not_the_payload_behind_it() -> None:
    data = message_data("m", Author(AuthorKind.CUSTOMER), Reply("Yes"), client_message_id="k", payload="/affirm")
    assert public_view(event("message", data)) == {
        "kind": "message",
        "message_id": "m",
        "author": {"kind": "customer"},
        "text": "Yes",
        "client_message_id": "k",
    }


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.private])
def test_private_kinds_are_never_shown_even_if_stored_as_public(kind: str) -> None:
    data = dict.fromkeys(KINDS[kind].required)
    assert public_view(event(kind, data, private=True)) is None
    assert public_view(event(kind, data, private=False)) is None


def test_staff_see_everything() -> None:
    assert staff_view(event("message", BY_AGENT))["author"]["id"] == "staff-1"


def test_the_desk_sees_a_rating_as_a_rating_and_of_what() -> None:
    seen = staff_view(event("feedback", {"kind": "csat", "score": 5, "comment": None}, private=True))
    assert seen == {"kind": "feedback", "measure": "csat", "score": 5, "comment": None}
