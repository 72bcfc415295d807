"""Changes of the floor that several verbs share: handing over, waiting, closing, reopening."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from bot.conversation.handoff import build_packet, priority_for
from bot.conversation.ledger import Ledger
from bot.conversation.machine import Trigger
from bot.conversation.model import Conversation, Episode, Event, HandoffRequest, JsonDict, Priority, State
from bot.conversation.ports import Words

PACKET_EVENTS = 500
CLAIMS_FOR_ETA = 20
CLAIMS_NEEDED_FOR_ETA = 3


@dataclass(frozen=True, slots=True)
class Staffing:
    """Whether people can take a conversation now, and if not, when they can (None: no opening hours are set)."""

    available: bool
    next_opening: datetime | None = None


def hand_over(ledger: Ledger, request: HandoffRequest, staffing: Staffing, words: Words) -> State:
    """Pass the floor from the bot to people: packet, state, place in line, and a word to the customer."""
    packet = build_packet(
        ledger.conversation,
        _episode_messages(ledger),
        ledger.transaction.turn_records(ledger.id, ledger.conversation.episode),
        request,
        ledger.now,
    )
    ledger.change(
        reason=request.reason,
        priority=priority_for(request),
        team=request.team,
        wait_started_at=ledger.now,
        handoff=packet,
    )
    if ledger.episode.escalated_at is None:
        ledger.figure(escalated_at=ledger.now, reason=request.reason)
    if staffing.available:
        return join_line(ledger, Trigger.ESCALATE, words)
    return promise_reply(ledger, staffing, words)


def _episode_messages(ledger: Ledger) -> Sequence[Event]:
    stored = ledger.transaction.messages(ledger.id, None, 0, PACKET_EVENTS)
    opened = ledger.episode.opened_at
    return [event for event in [*stored, *ledger.unwritten] if event.at >= opened]


def join_line(ledger: Ledger, trigger: Trigger, words: Words, said: str = "queued") -> State:
    """Move to `queued` and say so, with the place in line and the expected wait when they are known."""
    place = place_in_line(ledger)
    reason = ledger.conversation.reason
    state = ledger.move(trigger, reason=reason.value if reason else None, queue=place)
    ledger.change(queue_position=place["position"], queue_eta_seconds=place["eta_seconds"])
    if ledger.episode.queued_at is None:
        ledger.figure(queued_at=ledger.now, queued_position=place["position"])
    ledger.say(words.say(said, position=place["position"], eta=wait_in_words(place["eta_seconds"])))
    return state


def promise_reply(ledger: Ledger, staffing: Staffing, words: Words) -> State:
    """Move to `offline` and say when people are back."""
    conversation = ledger.conversation
    reason = conversation.reason
    email = conversation.contact_email or conversation.customer.email
    state = ledger.move(Trigger.NOBODY_THERE, reason=reason.value if reason else None)
    forget_place(ledger)
    opening = staffing.next_opening
    sentence = "offline_always" if opening is None else "offline"
    values = {} if opening is None else {"next_opening": opening_in_words(opening, ledger.now)}
    ledger.say(words.say(f"{sentence}_known", **values, email=email) if email else words.say(sentence, **values))
    return state


def place_in_line(ledger: Ledger) -> JsonDict:
    """`{position, eta_seconds}`: most urgent first, then who has waited longest.

    The expected wait is the place times the median of seconds a place over the last 20 claims, which follows
    how many agents are at work without having to know it; null until there are three claims.
    """
    conversation = ledger.conversation
    since = conversation.wait_started_at or ledger.now
    ahead = ledger.transaction.waiting_ahead(conversation.id, conversation.priority.rank, since)
    waits = ledger.transaction.recent_waits(CLAIMS_FOR_ETA)
    position = ahead + 1
    if len(waits) < CLAIMS_NEEDED_FOR_ETA:
        return {"position": position, "eta_seconds": None}
    return {
        "position": position,
        "eta_seconds": round(position * median(wait / max(place, 1) for wait, place in waits)),
    }


def forget_place(ledger: Ledger) -> None:
    """No longer in line."""
    ledger.change(queue_position=None, queue_eta_seconds=None)


def give_to_bot(ledger: Ledger, trigger: Trigger, words: Words, said: str) -> None:
    """The bot has the floor again, and knows nothing of what made it hand over."""
    ledger.move(trigger)
    forget_handover(ledger)
    ledger.clean_context()
    ledger.say(words.say(said))


def forget_handover(ledger: Ledger) -> None:
    """Clear what belonged to the last time people were needed."""
    ledger.change(
        assignee_id=None,
        assignee_name=None,
        wanted_agent_id=None,
        reason=None,
        handoff=None,
        team=None,
        priority=Priority.NORMAL,
        wait_started_at=None,
        snoozed_until=None,
    )
    forget_place(ledger)


def close(ledger: Ledger, trigger: Trigger, closed_by: str, outcome: str | None = None) -> None:
    """Move to `closed` and keep the figures. Who had it stays on record, for a customer who comes back soon."""
    ledger.move(trigger)
    ledger.change(closed_at=ledger.now, wait_started_at=None, snoozed_until=None, wanted_agent_id=None)
    forget_place(ledger)
    ledger.figure(closed_at=ledger.now, closed_by=closed_by, outcome=outcome)


def ask_for_feedback(ledger: Ledger) -> None:
    """Ask how it was, if there was anything to judge."""
    if ledger.episode.customer_messages:
        ledger.log("feedback_request", {"feedback": "csat"})


def reopen(ledger: Ledger, words: Words, *, with_agent: bool) -> None:
    """A closed conversation goes on: with the agent who had it, or with the bot in a clean context."""
    conversation = ledger.conversation
    agent = {"id": conversation.assignee_id, "name": conversation.assignee_name}
    if with_agent:
        ledger.move(Trigger.REOPEN_WITH_AGENT, agent=agent)
        ledger.log("assignment", {"agent": agent, "why": "reopened"}, private=True)
    else:
        ledger.move(Trigger.REOPEN)
        forget_handover(ledger)
    ledger.clean_context()
    ledger.change(closed_at=None)
    ledger.new_episode(_next_episode(ledger, with_agent=with_agent))
    said = words.say("agent_joined", agent=conversation.assignee_name) if with_agent else words.say("reopened")
    ledger.say(said)


def _next_episode(ledger: Ledger, *, with_agent: bool) -> Episode:
    conversation = ledger.conversation
    return Episode(
        conversation_id=conversation.id,
        number=conversation.episode + 1,
        channel=conversation.channel,
        opened_at=ledger.now,
        claimed_at=ledger.now if with_agent else None,
        agent_id=conversation.assignee_id if with_agent else None,
    )


def may_rejoin_agent(conversation: Conversation, now: datetime, window: timedelta) -> bool:
    """Whether it was closed so recently that the agent who had it should have it again."""
    if conversation.assignee_id is None or conversation.closed_at is None:
        return False
    return now - conversation.closed_at <= window


def opening_in_words(when: datetime, now: datetime) -> str:
    """'today at 14:00', 'tomorrow at 8:00', 'Monday at 8:00', in the time zone that `when` carries."""
    here = now.astimezone(when.tzinfo)
    days = (when.date() - here.date()).days
    day = {0: "today", 1: "tomorrow"}.get(days, f"{when:%A}" if days < 7 else f"{when:%A} {when.day} {when:%B}")
    return f"{day} at {when.hour}:{when:%M}"


def wait_in_words(seconds: int | None) -> str | None:
    """'less than a minute', 'about 5 minutes', 'about 2 hours'; None when it is not known."""
    if seconds is None:
        return None
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 90:
        return f"about {minutes} minute{'s' if minutes > 1 else ''}"
    return f"about {round(minutes / 60)} hours"
