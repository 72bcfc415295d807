"""Which conversations have news since a time: what gateways ask when signals cannot reach them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from datetime import datetime

from sqlalchemy import bindparam, select

from bot.conversation.model import State
from bot.storage.database import Database
from bot.storage.tables import conversations

# Every state is named so that the index on state and time serves this too.
_CHANGED = select(conversations.c.id, conversations.c.last_seq, conversations.c.updated_at).where(
    conversations.c.state.in_([state.value for state in State]),
    conversations.c.updated_at > bindparam("since", type_=conversations.c.updated_at.type),
)


def changed_since(database: Database) -> Callable[[datetime], Awaitable[dict[str, Hashable]]]:
    """For `ChangeLook`: topics that have news since a time, each with a mark that changes with every further news."""

    async def ask(since: datetime) -> dict[str, Hashable]:
        found = await database.read_script(
            lambda connection: connection.execute(_CHANGED, {"since": since}).tuples().all()
        )
        return {f"conversation:{name}": (last_seq, at) for name, last_seq, at in found}

    return ask
