"""One conversation as the desk shows it when it is opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.conversation.model import Conversation, Draft, Event, Staff
from bot.desk.agent_frames import event_body
from bot.desk.parts import Desk
from bot.desk.queue import Wanted, item

EVENTS_SHOWN = 2000
EARLIER_SHOWN = 20


async def detail_body(desk: Desk, conversation_id: str, staff: Staff) -> dict[str, Any]:
    """The item of the list, and `handoff`, `events`, `draft`, the customer's other conversations. `NotFound`."""
    listed = await desk.listing.one(conversation_id)
    found = listed.conversation
    # The newest events of a very long conversation; earlier ones are fetched by cursor.
    after = max(0, found.last_seq - EVENTS_SHOWN)
    events = await desk.conversations.events(conversation_id, after, EVENTS_SHOWN + 500, private=True)
    others = await desk.listing.find(Wanted(customer_id=found.customer.id, limit=EARLIER_SHOWN + 1))
    return {
        **item(listed, desk.clock.now()),
        "handoff": handoff_body(found, events),
        "events": [event_body(event) for event in events],
        "draft": draft_body(await desk.conversations.draft(conversation_id, staff)),
        "earlier": [
            {
                "id": other.conversation.id,
                "state": other.conversation.state.value,
                "last_message": other.conversation.last_message,
                "updated_at": other.conversation.updated_at,
            }
            for other in others
            if other.conversation.id != conversation_id
        ],
        "contact_email": found.contact_email,
        "page_url": found.page_url,
        "locale": found.locale,
        "customer_read_seq": found.customer_read_seq,
        "agent_read_seq": found.agent_read_seq,
    }


def handoff_body(conversation: Conversation, events: Sequence[Event]) -> dict[str, Any] | None:
    """The packet with the whole transcript; None for a conversation that was not handed over."""
    if conversation.handoff is None:
        return None
    said = [
        {
            "seq": event.seq,
            "at": event.at,
            "author": {name: event.data["author"].get(name) for name in ("kind", "name")},
            "text": event.data["text"],
        }
        for event in events
        if event.kind == "message"
    ]
    return {**conversation.handoff, "transcript": said}


def draft_body(draft: Draft | None) -> dict[str, Any] | None:
    """Unsent words and whose they are."""
    if draft is None:
        return None
    author = {"id": draft.staff_id, "name": draft.staff_name}
    return {"text": draft.text, "author": author, "updated_at": draft.updated_at}
