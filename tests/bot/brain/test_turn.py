from __future__ import annotations

from actions.quick_replies import NO, PERSON, STOP
from bot.brain.turn import each_button_once
from bot.conversation.model import Reply


def test_a_button_that_a_later_reply_shows_too_stands_there_alone() -> None:
    said = (Reply("That did not help.", (PERSON, NO)), Reply("The number?", (PERSON, STOP)))
    assert [reply.quick_replies for reply in each_button_once(said)] == [(NO,), (PERSON, STOP)]
    assert [reply.text for reply in each_button_once(said)] == ["That did not help.", "The number?"]


def test_replies_without_buttons_stay_as_they_are() -> None:
    said = (Reply("One."), Reply("Two.", (NO,)))
    assert each_button_once(said) == said
    assert each_button_once(()) == ()
