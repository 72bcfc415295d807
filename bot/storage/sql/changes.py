"""Which conversations have news since a time: what gateways ask when signals cannot reach them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy import bindparam, select

from bot.conversation.model import State
from bot.storage.database import Database
from bot.storage.tables import conversations

# Every state is named so that the index on state and time serves this too.
_CHANGED = select(conversations.c.id).where(
    conversations.c.state.in_([state.value for state in State]),
    conversations.c.updated_at > bindparam("since", type_=conversations.c.updated_at.type),
)


def changed_since(database: Database) -> Callable[[datetime], Awaitable[list[str]]]:
    """For `RedisSignals`: topics that may have news since a time, the waiting list and the turns always among them."""

    async def ask(since: datetime) -> list[str]:
        found = await database.read_script(
            lambda connection: connection.execute(_CHANGED, {"since": since}).scalars().all()
        )
        return ["queue", "turns", "presence", *(f"conversation:{name}" for name in found)]

    return ask
