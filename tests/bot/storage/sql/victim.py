"""A process that serves customers until it is killed: prints each acknowledgement as a line `conversation seq key`."""

import asyncio
import sys
from datetime import UTC, datetime

from bot.conversation.service import ConversationService
from bot.conversation.turns import Dispatcher
from bot.storage.database import connect
from bot.storage.signals import InProcessSignals
from bot.storage.sql import SqlConversationStore
from tests.bot.conversation.world import PlainWords, Rota, ScriptedBrain


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


async def serve(url: str) -> None:
    store, signals = SqlConversationStore(connect(url)), InProcessSignals()
    service = ConversationService(store, signals, Rota(), PlainWords(), Clock())
    await Dispatcher(store, service, ScriptedBrain(), signals, Clock()).start()

    async def customer(number: int) -> None:
        conversation = await service.open(None)
        for n in range(10_000):
            accepted = await service.post_customer_message(conversation.id, f"k{n}", f"text {number}.{n}")
            print(conversation.id, accepted.seq, f"k{n}", flush=True)

    await asyncio.gather(*(customer(number) for number in range(6)))


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
