import json

import pytest

from bot import fast_json
from bot.fast_json import StoredList, dumps, loads

VALUES = [
    {"a": [1, 2.5, None, True], "text": "ünïcode 日本 \u2028"},
    [],
    "half a pair \ud83d",
    {"nested": {"x": "\x00"}},
]


@pytest.mark.parametrize("value", VALUES)
def test_what_is_written_is_read_back_by_both(value: object) -> None:
    raw = fast_json.dumps(value)
    assert fast_json.loads(raw) == value
    assert json.loads(raw) == value
    assert fast_json.loads(json.dumps(value)) == value


def test_no_json_is_a_value_error() -> None:
    with pytest.raises(ValueError, match=r"."):
        fast_json.loads(b"<html>")


def test_a_stored_list_is_passed_on_as_it_is_stored() -> None:
    stored = StoredList('[{"event": "user", "text": "Grüße"},2]')
    assert loads(dumps({"events": stored})) == {"events": [{"event": "user", "text": "Grüße"}, 2]}
    assert dumps(StoredList("[not looked into")) == b"[not looked into"


def test_a_stored_list_is_a_list_to_whoever_looks() -> None:
    stored = StoredList('[1,"two",3]')
    assert stored == [1, "two", 3] == list(stored)
    assert stored == StoredList('[1, "two", 3]')
    assert (len(stored), stored[1], stored[1:]) == (3, "two", ["two", 3])
    assert stored != [1]


def test_a_stored_list_goes_with_text_that_utf8_cannot_hold() -> None:
    assert loads(dumps({"text": "\ud800", "events": StoredList("[1]")})) == {"text": "\ud800", "events": [1]}


@pytest.mark.parametrize("raw", ['{"a": 1}', "[1,", "7"])
def test_what_is_no_list_says_so(raw: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        len(StoredList(raw))
