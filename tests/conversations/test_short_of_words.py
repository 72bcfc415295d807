"""Questions about one product, follow-ups of follow-ups, and an order named without a wish."""

from __future__ import annotations

import pytest

from tests.talking import talk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


async def test_what_a_product_weighs_is_answered_from_the_catalogue() -> None:
    customer = await talk()
    result = await customer.says("how heavy is the ridgeline 2")
    assert "2.1 kg" in customer.said
    assert result.signals.outcome == "answered"


async def test_what_the_catalogue_does_not_say_is_not_passed_off_as_an_answer() -> None:
    customer = await talk()
    result = await customer.says("is the cairn 60 made of recycled fabric")
    assert "catalogue" in customer.said
    assert "60 l" in customer.said
    assert result.signals.outcome == "clarified"
    assert (await customer.says("no")).signals.outcome == "offered_human"


async def test_a_follow_up_of_a_follow_up_still_knows_what_it_is_about() -> None:
    customer = await talk()
    await customer.says("what do repairs cost")
    await customer.says("and how do I book one")
    result = await customer.says("ok and how long does it take")
    assert "10 working days" in customer.said
    assert result.signals.outcome == "answered"


async def test_a_number_with_its_address_and_no_wish_is_looked_up_at_once() -> None:
    customer = await talk()
    result = await customer.says("1042 anna.keller@example.com")
    assert "Ridgeline 2" in customer.said
    assert result.signals.outcome == "answered"


async def test_a_pair_that_does_not_fit_is_said_so_and_the_second_brings_a_person() -> None:
    customer = await talk()
    await customer.says("order 9047, hollis.marr@example.com")
    assert "could not find" in customer.said
    result = await customer.says("it's what the confirmation says. 9047, hollis.marr@example.com")
    assert result.signals.handoff is not None
