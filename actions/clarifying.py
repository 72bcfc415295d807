"""Asking what was meant: the likeliest meanings as buttons, then the knowledge base, then a person."""

from __future__ import annotations

from actions.answering import MEANING, give, look_up, missed_again
from actions.failures import count_failure, door_to_person, failed_enough
from actions.handing_over import give_up, offer
from actions.quick_replies import NONE_OF_THESE, PERSON, QuickReply, button
from actions.talk import Aside, Talk

MAX_MEANINGS = 3
PLAUSIBLE = 0.04
"""From here on a meaning is worth a button."""


class Clarify(Aside):
    """One clear question when unsure."""

    action_name = "action_clarify"

    async def act(self, talk: Talk) -> None:
        """Offer the two or three likeliest meanings; the second time in a row a person helps."""
        meanings = titles(talk)
        count_failure(talk)
        if failed_enough(talk):
            give_up(talk, "repeated_misunderstanding")
            talk.then("action_hand_over")
            return
        talk.remember(last_question=talk.heard.text)
        talk.turn.findings.clarified = talk.asked_back = True
        talk.remember(awaiting=MEANING)
        shown = {meaning["payload"] for meaning in meanings}
        door = [] if PERSON["payload"] in shown else door_to_person(talk)
        if len(meanings) == 1:
            talk.say("utter_did_you_mean", replies=[*meanings, NONE_OF_THESE, *door], meaning=meanings[0]["title"])
        elif meanings:
            talk.say("utter_which_meaning", replies=[*meanings, NONE_OF_THESE, *door])
        else:
            talk.say("utter_not_understood", replies=door)


class NoneOfThese(Aside):
    """None of the offered meanings: try the knowledge base with the first question, then offer a person."""

    action_name = "action_none_of_these"

    async def act(self, talk: Talk) -> None:
        """Search with what was asked before."""
        question = str(talk.slot("last_question") or "")
        answer = look_up(talk, question) if question else None
        if answer is not None and answer.answerable and answer.sources[0].article_id != talk.slot("last_article"):
            give(talk, answer, question)
            return
        talk.turn.findings.unanswered = question or None
        if missed_again(talk):
            return
        offer(talk, "utter_none_of_these", reason="missing_knowledge" if question else None)


def titles(talk: Talk) -> list[QuickReply]:
    """Buttons for the likeliest meanings, in customers' words; none for letters that are no words."""
    if talk.heard.says_nothing:
        return []
    likely = [name for name, probability in talk.heard.meanings if probability >= PLAUSIBLE]
    named = [(name, talk.response_text(f"utter_meaning_{name}")) for name in likely]
    return [button(title, name) for name, title in named if title][:MAX_MEANINGS]
