"""What a sentence says of the answer before it is heard, whatever the rest of the message asks."""

from __future__ import annotations

import pytest

from bot.conversation.model import Reason
from tests.talking import Talk, talk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ORDER, ADDRESS = "1018", "tom.ashworth@example.com"


async def told(*messages: str) -> Talk:
    customer = await talk()
    for message in messages:
        await customer.says(message)
    return customer


@pytest.mark.parametrize(
    "messages",
    [
        (
            "can i order now and have it come later, we are away until the 20th",
            "Not how long it takes. On purpose later, on a day that I choose.",
            "Again that is not what I asked. After the 20th, on a chosen day: does that exist?",
        ),
        (
            "which side does the door of the fellside 4 open, left or right",
            "not how to pitch it. which SIDE does the door open",
            "ur answering something else again lol. left or right is all i want to know",
        ),
    ],
)
async def test_two_misses_in_a_row_bring_a_person_though_the_message_goes_on(messages: tuple[str, ...]) -> None:
    handoff = (await told(*messages)).last.signals.handoff
    assert handoff is not None
    # A day of one's own choosing may be read as an exception asked for, which brings a person too.
    assert handoff.reason in {Reason.REPEATED_MISUNDERSTANDING, Reason.POLICY}


async def test_one_miss_is_served_once_more() -> None:
    customer = await told("what sizes do the boots come in", "That is not what I asked. Can I pay with a gift card?")
    assert customer.last.signals.handoff is None
    assert "gift card" in customer.said.lower()


@pytest.mark.parametrize("complaint", ["I tried that tracking link, page not found", "tried it, page not found"])
async def test_a_tracking_link_that_leads_nowhere_is_not_told_again(complaint: str) -> None:
    customer = await told(f"where is {ORDER}? {ADDRESS}", "can you give me the tracking link")
    assert "http" in customer.said
    handoff = (await customer.says(complaint)).signals.handoff
    assert handoff is not None
    assert handoff.reason is Reason.TOOL_FAILURE
    assert customer.said.count("\n") == 0, "one message"
    assert "leads nowhere" in customer.said


async def test_a_dead_link_told_of_before_the_order_was_known_counts_too() -> None:
    customer = await told("the tracking link in your mail does not work", f"{ORDER} {ADDRESS}")
    handoff = customer.last.signals.handoff
    assert handoff is not None
    assert handoff.reason is Reason.TOOL_FAILURE


async def test_a_deadline_after_an_unanswered_question_is_about_that_question() -> None:
    customer = await told("is the fabric of the fellside 6 flame retardant, I need the certificate")
    await customer.says("I need to know before friday, we leave then")
    assert "order number" not in customer.said


async def test_a_question_in_a_displeased_tone_is_still_a_question() -> None:
    customer = await told("oh great a chat bot. impress me: what r-value do i need for march in the cairngorms")
    assert customer.replies[0].sources or "R-value" in " ".join(customer.buttons)
    assert customer.last.signals.handoff is None


@pytest.mark.parametrize(
    "text", ["dead chuffed with that, cheers", "Lovely, he'll come along then", "great we will drop in then"]
)
async def test_gladness_in_odd_words_fetches_nobody(text: str) -> None:
    customer = await told("are dogs allowed in the Bristol shop?", text)
    assert customer.last.signals.handoff is None


async def test_breathing_is_no_harm_by_itself() -> None:
    customer = await told(
        "everything in my tent is wet in the morning and it did not rain", "so is it from breathing??"
    )
    assert customer.last.signals.handoff is None
    choking = (await told("my son can't breathe properly since he used the stove")).last.signals.handoff
    assert choking is not None
    assert choking.reason is Reason.SENSITIVE_TOPIC
