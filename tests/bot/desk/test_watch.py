"""An agent's watch on a conversation, apart from any socket."""

import asyncio
import json

import pytest

from bot.desk.watch import ConversationWatch
from bot.wire_frames import TextFrame


def seq_of(frame) -> int | None:
    return (json.loads(frame.text) if isinstance(frame, TextFrame) else frame).get("seq")


@pytest.mark.parametrize("steps", range(5))
async def test_a_watch_ends_when_it_is_cancelled_just_as_news_comes(house, steps):
    ann = await house.agent("ann")
    conversation = await house.waiting()
    sent = asyncio.Queue()
    watch = ConversationWatch(house.desk, ann.account.as_staff(), conversation, 0, sent.put)
    following = asyncio.create_task(watch.run())
    while seq_of(await sent.get()) != (await house.service.conversation(conversation)).last_seq:
        pass
    await asyncio.sleep(0.05)  # it has sent all and waits
    await house.signals.publish(f"conversation:{conversation}")
    for _ in range(steps):
        await asyncio.sleep(0)
    following.cancel()
    done, _ = await asyncio.wait({following}, timeout=30)
    assert done
    assert following.cancelled()
