import json

import pytest

from bot import fast_json

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
