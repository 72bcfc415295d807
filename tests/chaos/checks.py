"""What must hold after everything that happened, looked up in the database and on every page."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import httpx

from bot.conversation.model import Event
from bot.errors import Unavailable
from bot.storage.database import Database
from bot.storage.sql.store import SqlConversationStore
from tests.chaos.people import Agents, Customer


async def wrongs_of(database: Database, http: httpx.AsyncClient, customers: Sequence[Customer], agents: Agents):
    """Every broken promise in words; none if all is well."""
    wrongs = list(agents.wrongs)
    for customer in customers:
        wrongs += customer.wrongs
        store = SqlConversationStore(database)
        log, now = await _when_it_can(
            partial(
                store.read,
                lambda read, id_=customer.id: (read.events(id_, 0, 100_000, True), read.conversation(id_)),
            )
        )
        mine = {key: text for key, (conversation, text) in agents.wrote.items() if conversation == customer.id}
        found = [*_stored(customer, log), *_answered(log), *_agents_words(mine, log), *_one_at_a_time(log)]
        found += _shown(customer, await customer.events(http), log, now.state.value)
        if now.last_seq != len(log):
            found.append(f"last_seq is {now.last_seq}, the log has {len(log)} events")
        wrongs += [f"{customer.name}: {wrong}" for wrong in found]
    return wrongs


async def _when_it_can(read: Callable[[], Awaitable[Any]]) -> Any:
    """A database that others use too may have no connection left for us: that breaks no promise of the service."""
    async with asyncio.timeout(120):
        while True:
            with suppress(Unavailable):
                return await read()
            await asyncio.sleep(0.1)


def _messages(log: Sequence[Event], by: str) -> list[Event]:
    return [event for event in log if event.kind == "message" and event.data["author"]["kind"] == by]


def _stored(customer: Customer, log: Sequence[Event]):
    """Acknowledged messages are stored once, where the acknowledgement said, with their text, in the order written."""
    said = _messages(log, "customer")
    if [event.seq for event in log] != list(range(1, len(log) + 1)):
        yield "the log has gaps"
    count = Counter(event.data["client_message_id"] for event in said)
    yield from (f"{key} is stored {times} times" for key, times in count.items() if times > 1)
    by_key = {event.data["client_message_id"]: event for event in said}
    for key, text in customer.sent.items():
        event, ack = by_key.get(key), customer.acks.get(key)
        if event is None or ack is None:
            yield f"{key} is {'lost' if ack else 'not acknowledged'}"
        elif (event.seq, event.data["message_id"]) != ack or event.data["text"] != text:
            yield f"{key} is not what was acknowledged"
    if not customer.refused and [event.data["client_message_id"] for event in said] != list(customer.sent):
        yield "messages are stored in another order than they were written"


def _answered(log: Sequence[Event]):
    """Each of the customer's messages is covered by exactly one turn of the bot, or went to people."""
    covered = Counter(seq for event in log if event.kind == "turn" for seq in event.data["covers"])
    said = {event.seq: event.data["text"] for event in _messages(log, "customer")}
    states = [(event.seq, event.data["to"]) for event in log if event.kind == "state"]
    yield from (f"{seq} is covered but nobody said it" for seq in covered if seq not in said)
    replies = Counter(part for event in _messages(log, "bot") for part in _parts(event.data["text"]))
    for seq, text in said.items():
        if covered[seq] > 1 or replies[text] > 1:
            yield f"{seq} is answered {covered[seq]} times, in {replies[text]} replies"
        if covered[seq] != replies[text]:
            yield f"{seq} is covered by {covered[seq]} turns and has {replies[text]} replies"
        if not covered[seq]:
            before = [state for at, state in states if at < seq]
            with_people = bool(before) and before[-1] != "bot"
            if not with_people and not any(at > seq and state != "bot" for at, state in states):
                yield f"{seq} is neither answered nor handed over"
    yield from (f"a reply repeats what nobody said here: {part}" for part in replies if part not in said.values())


def _parts(text: str) -> list[str]:
    return text.removeprefix("re: ").split(" / ") if text.startswith("re: ") else []


def _agents_words(wrote: dict[str, str], log: Sequence[Event]):
    said = Counter(event.data["text"] for event in _messages(log, "agent"))
    yield from (f"the agent's {key} is there {said[text]} times" for key, text in wrote.items() if said[text] != 1)


def _one_at_a_time(log: Sequence[Event]):
    """The chain of states has no break, so no claim was won twice."""
    state = "bot"
    for event in log:
        if event.kind == "state":
            if event.data["from"] != state:
                yield f"event {event.seq} leaves {event.data['from']} but the state was {state}"
            state = event.data["to"]


def _shown(customer: Customer, fresh: list[dict], log: Sequence[Event], state: str):
    """Every page has what a fresh fetch gives, and ended in the state that the database has."""
    expected = {frame["seq"]: frame for frame in fresh}
    public = [event.seq for event in log if not event.private]
    if list(expected) != public:
        yield "a fresh fetch is not the public part of the log"
    for page in customer.pages:
        if page.shown != expected:
            odd = sorted(seq for seq in page.shown.keys() | expected if page.shown.get(seq) != expected.get(seq))
            yield f"page {page.number} differs from a fresh fetch at {odd}"
        if page.state != state:
            yield f"page {page.number} is in {page.state}, the conversation in {state}"
