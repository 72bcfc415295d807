"""What every adapter of `Signals` promises. Inherit it and give `signals`, and `other`: a second process's end of the
same transport, or the same object where there is only one process."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.conversation.ports import Signals


async def heard(news: Any, count: int) -> list[tuple[str, Any]]:
    return [await asyncio.wait_for(anext(news), 30) for _ in range(count)]


class SignalsContract:
    async def test_a_listener_hears_its_topics_and_no_others(self, signals: Signals, other: Signals) -> None:
        async with signals.subscribe("conversation:a", "queue") as news:
            await other.publish("conversation:b")
            await other.publish("conversation:a")
            await other.publish("turns")
            await other.publish("queue", {"x": 1})
            assert await heard(news, 2) == [("conversation:a", None), ("queue", {"x": 1})]

    async def test_passing_news_arrives_whole_and_in_order(self, signals: Signals, other: Signals) -> None:
        sent = [{"typing": {"by": "agent", "active": bool(n % 2), "name": "Änn"}} for n in range(5)]
        async with signals.subscribe("conversation:a") as news:
            for payload in sent:
                await other.publish("conversation:a", payload)
            assert await heard(news, 5) == [("conversation:a", payload) for payload in sent]

    async def test_every_listener_hears_it_once(self, signals: Signals, other: Signals) -> None:
        async with (
            signals.subscribe("t") as first,
            signals.subscribe("t", "t*") as second,
            other.subscribe("t") as third,
        ):
            await signals.publish("t", {"n": 1})
            await signals.publish("t", {"n": 2})
            for news in (first, third):
                assert await heard(news, 2) == [("t", {"n": 1}), ("t", {"n": 2})]
            assert ("t", {"n": 1}) in await heard(second, 1)

    async def test_a_star_listens_to_everything_that_begins_so(self, signals: Signals, other: Signals) -> None:
        async with signals.subscribe("conversation:*") as news:
            await other.publish("queue")
            await other.publish("conversation:a")
            await other.publish("conversation:b", {"typing": {}})
            assert await heard(news, 2) == [("conversation:a", None), ("conversation:b", {"typing": {}})]

    async def test_nothing_said_after_the_context_is_entered_is_missed(self, signals: Signals, other: Signals) -> None:
        for n in range(50):
            async with signals.subscribe(f"t{n}") as news:
                await other.publish(f"t{n}", {"n": n})
                assert await heard(news, 1) == [(f"t{n}", {"n": n})]

    async def test_a_slow_listener_loses_the_oldest_and_blocks_nobody(self, signals: Signals, other: Signals) -> None:
        async with signals.subscribe("t") as slow, signals.subscribe("t") as quick:
            seen = []
            for n in range(600):
                await signals.publish("t", {"n": n})
                seen.append((await heard(quick, 1))[0][1]["n"])
            assert seen == list(range(600))
            kept = [payload["n"] for _, payload in await heard(slow, 256)]
            assert kept == list(range(600 - 256, 600))

    async def test_the_same_plain_news_is_kept_once(self, signals: Signals, other: Signals) -> None:
        async with signals.subscribe("a", "b") as news:
            for _ in range(1000):
                await signals.publish("a")
            await signals.publish("b")
            assert await heard(news, 2) == [("a", None), ("b", None)]

    async def test_who_waits_for_other_things_too_is_woken_and_takes_what_there_is(
        self, signals: Signals, other: Signals
    ) -> None:
        awake = asyncio.Event()
        async with signals.subscribe("a", wake=awake.set) as news:
            assert news.take() is None
            assert not awake.is_set()
            await other.publish("a", {"n": 1})
            await asyncio.wait_for(awake.wait(), 30)
            assert (news.take(), news.take()) == (("a", {"n": 1}), None)
            awake.clear()
            await other.publish("a")
            await asyncio.wait_for(awake.wait(), 30)
            assert await heard(news, 1) == [("a", None)]

    async def test_a_listener_who_left_is_forgotten(self, signals: Signals, other: Signals) -> None:
        before = signals.topics
        async with signals.subscribe("a", "b*"):
            assert signals.topics == before + 2
        assert signals.topics == before
        await other.publish("a")
