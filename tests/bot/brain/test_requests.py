from __future__ import annotations

import pytest

from bot.brain.requests import asks_for_person, mentions_person, takes_person


@pytest.mark.parametrize(
    "text",
    [
        "may I discuss the swap with a colleague",
        "could I go over my invoice with one of your people",
        "can you get me somebody",
        "hand this over to a manager",
        "let the complaints people handle this",
        "could a member of staff look at the photos",
        "we need an adviser to look at it",
        "agent please, my boots fell apart",
        "hello, operator please",
        "where is your boss",
        "I want the delivery department",
        "I'd value a real person's advice",
        "I know how returns work, I'm asking for a human",
        "any humans in the house?",
        "find out for me please",
        "have somebody contact me",
        "can you loop in a specialist on stoves",
        "can the Cardiff branch staff take over this conversation?",
        "I need Rowena again, she had my file",
        "could Dafydd come back on, he was sorting it",
        "anybody free at your place tonight?",
        "is a clerk available?",
        "my English finish here. Somebody can help me slowly?",
        "please, a patient adviser",
        "which of you has the time to hear me out?",
        "can i bounce something off one of you guys",
        "whoever's on this morning, can they pick this up please",
    ],
)
def test_the_form_of_asking_for_a_person_is_seen(text: str) -> None:
    assert asks_for_person(text)
    assert not mentions_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "can you get me the price of the tent",
        "put me on the waiting list",
        "can I talk to an adviser on the phone",
        "I want to give a gift to somebody",
        "how many people fit in the tent",
        "my manager wants the invoice",
        "cancel it please",
        "I need a tent for two people",
        "can I come by and talk to a boot fitter",
        "are there people on the beach",
        "I need Ridgeline poles again",
        "somebody was there when the parcel came",
        "which of you wrote the article",
    ],
)
def test_what_only_sounds_like_it_has_not_the_form(text: str) -> None:
    assert not asks_for_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "the agent cut me off",
        "I spoke to a human last month",
        "I'll have to talk to my husband first",
        "chat soon, off to work",
        "sorry someone distracted me, where were we",
        "I'll ring you next week",
        "the last thing I need is a phone call",
        "is a bot allowed to give refunds",
        "do you have jobs in your team",
        "you are quicker than a person",
        "what do the people in the workshop charge",
    ],
)
def test_speaking_of_people_is_no_request(text: str) -> None:
    assert mentions_person(text)


@pytest.mark.parametrize(
    "text", ["yes please pass me on", "ok ask somebody then", "sure, get me an agent", "yes connect me"]
)
def test_a_yes_may_say_itself_that_a_person_is_wanted(text: str) -> None:
    assert takes_person(text)


@pytest.mark.parametrize("text", ["yes", "yes please", "yes ask me tomorrow", "ok but don't transfer me to an agent"])
def test_a_yes_alone_says_nothing_of_a_person(text: str) -> None:
    assert not takes_person(text)
