"""The audit log: which member of staff did what to what, and when. It never holds what somebody wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.conversation.ids import new_id
from bot.conversation.ports import Clock
from bot.identity.accounts import Account


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One deed. `action` is snake_case such as `claim`; `details` are ids and choices, never message text."""

    id: str
    at: datetime
    actor_id: str
    actor_name: str
    action: str
    subject_kind: str
    subject_id: str
    details: Mapping[str, Any]


class AuditStore(Protocol):
    """Where deeds are kept; nothing is ever changed or removed."""

    async def add(self, entry: AuditEntry) -> None:
        """Keep a deed."""
        ...

    async def entries(self, *, actor_id: str | None, subject_id: str | None, limit: int) -> list[AuditEntry]:
        """Deeds, newest first, of one actor or about one subject if given."""
        ...


class AuditLog:
    """Writes deeds down after they were done."""

    def __init__(self, store: AuditStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def record(
        self, actor: Account, action: str, subject_kind: str, subject_id: str, **details: str | int | None
    ) -> None:
        """Keep that `actor` did this now."""
        now = self._clock.now()
        entry = AuditEntry(new_id(), now, actor.id, actor.name, action, subject_kind, subject_id, dict(details))
        await self._store.add(entry)

    async def entries(
        self, *, actor_id: str | None = None, subject_id: str | None = None, limit: int = 100
    ) -> list[AuditEntry]:
        """Deeds, newest first."""
        return await self._store.entries(actor_id=actor_id, subject_id=subject_id, limit=limit)
