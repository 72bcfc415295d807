"""The service's sentences come from the bot's content."""

import pytest

from bot.wording import BrokenWording, ResponseWords


def test_placeholders_are_filled_and_missing_values_leave_nothing_behind(tmp_path):
    (tmp_path / "service.yml").write_text(
        "responses:\n  utter_service_queued:\n    - text: 'You are number {position}. {eta}'\n"
        "      buttons: [{title: Go on with the assistant, payload: /back_to_bot}]\n"
    )
    reply = ResponseWords(tmp_path).say("queued", position=2, eta=None)
    assert reply.text == "You are number 2."
    assert reply.quick_replies == ({"title": "Go on with the assistant", "payload": "/back_to_bot"},)


def test_a_broken_file_is_named_with_its_line(tmp_path):
    (tmp_path / "service.yml").write_text("responses:\n  a: [\n")
    with pytest.raises(BrokenWording, match=r"service\.yml, line 3"):
        ResponseWords(tmp_path)


def test_unknown_sentence_is_a_key_error(tmp_path):
    (tmp_path / "s.yml").write_text("responses: {utter_service_a: [{text: x}]}")
    with pytest.raises(KeyError):
        ResponseWords(tmp_path).say("b")
