"""What a customer can do: open, write, ask for a person, go back to the bot, end."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from bot.conversation import floor
from bot.conversation.floor import Staffing
from bot.conversation.ids import new_id
from bot.conversation.ledger import Ledger
from bot.conversation.machine import Trigger
from bot.conversation.model import (
    Accepted,
    Author,
    AuthorKind,
    Conversation,
    Customer,
    CustomerProfile,
    Episode,
    Event,
    HandoffRequest,
    Reason,
    Reply,
    State,
)
from bot.conversation.store import ReadTransaction, WriteTransaction
from bot.conversation.writing import ConversationWriting, ReservedPlace, check_client_id, clean_text
from bot.errors import Conflict, InvalidInput, NotFound

# Loose on purpose: it only has to find what somebody meant as their address, which is read back to them.
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_BUTTONS_LOOKED_BACK = 50
_PresenceScript = Callable[[Ledger, bool | None], Accepted | None]


class CustomerSide(ConversationWriting):
    """The customer's verbs."""

    async def open(
        self,
        customer_id: str | None,
        *,
        profile: CustomerProfile | None = None,
        channel: str = "widget",
        locale: str | None = None,
        page_url: str | None = None,
    ) -> Conversation:
        """The customer's newest conversation, or a new one with the opening words as its first event.

        A verified profile leads to the person it names, on whatever device; an unverified one never changes what a
        verified one said. `NotFound` `customer_not_found` for an id nobody has.
        """
        new_customer, new_conversation = new_id(), new_id()

        def run(transaction: WriteTransaction) -> tuple[Conversation, set[str]]:
            customer = _who(transaction, customer_id, profile, new_customer, locale)
            found = transaction.newest_conversation(customer.id)
            if found is not None:
                return self._seen_again(transaction, found, locale, page_url), set()
            ledger = self._begin(
                transaction,
                customer,
                conversation_id=new_conversation,
                channel=channel,
                locale=locale,
                page_url=page_url,
            )
            return ledger.conversation, ledger.topics

        conversation, topics = await self._store.write(run)
        await self._tell(topics)
        return conversation

    def _seen_again(
        self, transaction: WriteTransaction, found: Conversation, locale: str | None, page_url: str | None
    ) -> Conversation:
        now_seen = replace(found, locale=locale or found.locale, page_url=page_url or found.page_url)
        if now_seen != found:
            transaction.save(found, now_seen)
        return now_seen

    def _begin(
        self,
        transaction: WriteTransaction,
        customer: Customer,
        *,
        conversation_id: str,
        channel: str,
        locale: str | None,
        page_url: str | None,
    ) -> Ledger:
        now = self._clock.now()
        known_before = customer.conversations > 0
        customer = replace(customer, conversations=customer.conversations + 1)
        transaction.save_customer(customer)
        conversation = Conversation(
            id=conversation_id,
            customer=customer,
            state=State.BOT,
            last_seq=0,
            created_at=now,
            updated_at=now,
            state_since=now,
            channel=channel,
            locale=locale,
            page_url=page_url,
        )
        episode = Episode(conversation_id, 1, channel, now)
        transaction.add_conversation(conversation, episode)
        ledger = Ledger(transaction, conversation, episode, now)
        greeting = "opening_back" if known_before and customer.name else "opening"
        ledger.say(self._words.say(greeting, name=customer.name), Author(AuthorKind.BOT))
        ledger.close()
        return ledger

    async def post_customer_message(
        self, conversation_id: str, client_message_id: str, text: str, payload: str | None = None
    ) -> Accepted:
        """Store a message, and with it the turn that will answer it if the bot has the floor; a closed conversation is
        reopened first. Sent again with the same id and text it is a duplicate with the first result.

        Errors: `InvalidInput` `empty_text`, `text_too_long`, `bad_client_message_id`; `Conflict`
        `client_message_id_reused`; `NotFound`; `Unavailable` `storage_unavailable`, and then it is not stored.
        """
        text, key = clean_text(text), check_client_id(client_message_id)
        message_id = new_id()

        def script(ledger: Ledger, agent_online: bool | None) -> Accepted | None:
            first = _sent_before(ledger, key, text)
            if first is not None:
                return first
            if not self._reopened(ledger, agent_online):
                return None
            offered = payload if payload and _was_offered(ledger, payload) else None
            event = self._customer_said(ledger, message_id, key, text, offered)
            return Accepted(message_id, event.seq, False, ledger.state)

        return await self._to_the_end(self._posted(conversation_id, script))

    async def _posted(self, conversation_id: str, script: _PresenceScript) -> Accepted:
        with self._place_for_a_turn() as place:
            return await self._with_presence(conversation_id, script, place)

    async def _with_presence(
        self, conversation_id: str, script: _PresenceScript, place: ReservedPlace | None = None
    ) -> Accepted:
        """Run a script that may have to know whether an agent is online; that is asked outside the transaction, and
        only for the rare conversation where it matters."""
        accepted = await self._run(conversation_id, lambda ledger: script(ledger, None), place)
        if accepted is None:
            online = await self._last_agent_online(conversation_id)
            accepted = await self._run(conversation_id, lambda ledger: script(ledger, online), place)
        assert accepted is not None  # noqa: S101  told whether the agent is online, a script always decides
        return accepted

    async def _last_agent_online(self, conversation_id: str) -> bool:
        agent = (await self._store.read(lambda read: read.conversation(conversation_id))).assignee_id
        return bool(agent and self._presence and await self._presence.is_online(agent))

    def _reopened(self, ledger: Ledger, agent_online: bool | None) -> bool:
        """Reopen a closed conversation; False if that cannot be decided before it is known who is online."""
        if ledger.state is not State.CLOSED:
            return True
        soon = self._presence is not None and floor.may_rejoin_agent(
            ledger.conversation, ledger.now, self._reopen_window
        )
        if soon and agent_online is None:
            return False
        floor.reopen(ledger, self._words, with_agent=soon and bool(agent_online))
        return True

    def _customer_said(
        self, ledger: Ledger, message_id: str, client_message_id: str, text: str, payload: str | None
    ) -> Event:
        event = ledger.say(
            Reply(text),
            Author(AuthorKind.CUSTOMER, ledger.conversation.customer.name),
            message_id=message_id,
            client_key=_key(client_message_id),
            client_message_id=client_message_id,
            payload=payload,
        )
        ledger.count("customer_messages")
        if ledger.episode.first_customer_at is None:
            ledger.figure(first_customer_at=ledger.now)
        self._to_whoever_has_the_floor(ledger, event)
        if ledger.state is State.OFFLINE:
            self._note_contact(ledger, text)
        return event

    def _to_whoever_has_the_floor(self, ledger: Ledger, event: Event) -> None:
        conversation = ledger.conversation
        if ledger.state is State.BOT:
            # A message that is not answered yet has an open turn, which will answer this one too.
            if conversation.answered_seq >= conversation.last_customer_seq:
                ledger.owe_turn(event)
            ledger.change(last_customer_seq=event.seq)
            return
        ledger.change(last_customer_seq=event.seq, answered_seq=event.seq)
        if conversation.snoozed_until is not None:
            ledger.change(snoozed_until=None)
            ledger.topics.add("queue")

    def _note_contact(self, ledger: Ledger, text: str) -> None:
        found = _EMAIL.search(text)
        if found and found.group() != ledger.conversation.contact_email:
            ledger.change(contact_email=found.group())
            ledger.say(self._words.say("contact_noted", email=found.group()))

    async def request_human(self, conversation_id: str, client_message_id: str) -> Accepted:
        """Ask for a person by the button. Where people already have it, nothing changes and the newest `seq` is
        told."""
        key = check_client_id(client_message_id)
        staffing = await self._staffing()

        def script(ledger: Ledger, agent_online: bool | None) -> Accepted | None:
            first = ledger.transaction.event_by_client_key(ledger.id, _key(key))
            if first is not None:
                return Accepted(first.data["message_id"], first.seq, True, ledger.state)
            if not self._reopened(ledger, agent_online):
                return None
            if ledger.state is not State.BOT:
                return Accepted(ledger.id, ledger.conversation.last_seq, True, ledger.state)
            return self._asked_for_person(ledger, key, staffing)

        return await self._to_the_end(self._with_presence(conversation_id, script))

    def _asked_for_person(self, ledger: Ledger, client_message_id: str, staffing: Staffing) -> Accepted:
        floor.hand_over(ledger, HandoffRequest(Reason.CUSTOMER_REQUEST), staffing, self._words)
        told = ledger.key_last(_key(client_message_id))
        return Accepted(told.data["message_id"], told.seq, False, ledger.state)

    async def back_to_bot(self, conversation_id: str) -> Conversation:
        """The waiting customer goes on with the bot; `Conflict` `wrong_state` unless they are in line."""

        def script(ledger: Ledger) -> Conversation:
            floor.give_to_bot(ledger, Trigger.BACK_TO_BOT, self._words, "back_to_bot")
            ledger.figure(abandoned=True)
            return ledger.conversation

        return await self._on(conversation_id, script)

    async def end(self, conversation_id: str, by: str = "customer") -> Conversation:
        """The customer ends it, from the line too. Ending what is closed changes nothing."""

        def script(ledger: Ledger) -> Conversation:
            if ledger.state is State.CLOSED:
                return ledger.conversation
            if ledger.state is State.QUEUED:
                ledger.figure(abandoned=True)
                ledger.move(Trigger.BACK_TO_BOT)
            floor.close(ledger, Trigger.CUSTOMER_ENDS, by)
            ledger.say(self._words.say("closed_by_customer"))
            floor.ask_for_feedback(ledger)
            return ledger.conversation

        return await self._on(conversation_id, script)

    async def mark_read(self, conversation_id: str, by: str, seq: int) -> None:
        """The customer or the agent has seen everything up to `seq`. Only what the others wrote counts, and only
        forward; `InvalidInput` `unknown_seq` for a number that is not in the log."""
        if by not in ("customer", "agent"):
            raise InvalidInput("Only the customer or the agent reads.", code="bad_reader")

        def script(ledger: Ledger) -> None:
            if isinstance(seq, bool) or not isinstance(seq, int) or not 0 <= seq <= ledger.conversation.last_seq:
                raise InvalidInput("There is no event with that number yet.", code="unknown_seq")
            column = f"{by}_read_seq"
            if seq <= getattr(ledger.conversation, column):
                return
            seen = ledger.transaction.last_message_seq(ledger.id, seq, AuthorKind(by))
            if seen > getattr(ledger.conversation, column):
                ledger.change(**{column: seen})
                ledger.log("read", {"by": by, "seq": seen})

        await self._on(conversation_id, script)

    async def conversation(self, conversation_id: str) -> Conversation:
        """The conversation as it stands; `NotFound`."""
        return await self._store.read(lambda read: read.conversation(conversation_id))

    async def events(
        self, conversation_id: str, after: int = 0, limit: int = 500, private: bool = False
    ) -> list[Event]:
        """Events with `seq` over `after`, in order; private ones only for staff. `NotFound` when asked from the
        start."""
        if self._recent is not None:
            known = self._recent.after(conversation_id, after, limit, private)
            if known is not None:
                return known

        def script(read: ReadTransaction) -> list[Event]:
            found = read.events(conversation_id, after, limit, private)
            # Whoever has a cursor has seen the conversation: those who only poll are spared the second look.
            if not found and after <= 0:
                read.conversation(conversation_id)
            return found

        return await self._store.read(script)


def _key(client_message_id: str) -> str:
    return f"customer:{client_message_id}"


def _sent_before(ledger: Ledger, client_message_id: str, text: str) -> Accepted | None:
    first = ledger.transaction.event_by_client_key(ledger.id, _key(client_message_id))
    if first is None:
        return None
    if first.data["text"] != text:
        raise Conflict(
            "This message id was already used for another text. Send it again as a new message.",
            code="client_message_id_reused",
            details={"client_message_id": client_message_id},
        )
    return Accepted(first.data["message_id"], first.seq, True, ledger.state)


def _was_offered(ledger: Ledger, payload: str) -> bool:
    said = ledger.transaction.messages(ledger.id, AuthorKind.BOT, 0, _BUTTONS_LOOKED_BACK)
    said += ledger.transaction.messages(ledger.id, AuthorKind.SYSTEM, 0, _BUTTONS_LOOKED_BACK)
    return any(button.get("payload") == payload for event in said for button in event.data.get("quick_replies", ()))


def _who(
    transaction: WriteTransaction,
    customer_id: str | None,
    profile: CustomerProfile | None,
    new_customer_id: str,
    locale: str | None,
) -> Customer:
    """The customer who opens, stored if new and brought up to date with the profile."""
    named = profile.external_id if profile and profile.verified else None
    found = transaction.customer_by_external_id(named) if named else None
    if found is None and customer_id is not None:
        found = transaction.customer(customer_id)
        if found is None:
            raise NotFound("There is no such customer.", code="customer_not_found")
        if named and found.external_id is not None:
            found = None  # somebody else signed in on the same device
    if found is None:
        found = Customer(id=new_customer_id)
        transaction.add_customer(found)
    known = _with_profile(found, profile, locale)
    if known != found:
        transaction.save_customer(known)
    return known


def _with_profile(customer: Customer, profile: CustomerProfile | None, locale: str | None) -> Customer:
    customer = replace(customer, locale=locale or customer.locale)
    if profile is None or (customer.verified and not profile.verified):
        return customer
    return replace(
        customer,
        name=profile.name or customer.name,
        email=profile.email or customer.email,
        verified=customer.verified or profile.verified,
        external_id=profile.external_id if profile.verified and profile.external_id else customer.external_id,
        locale=profile.locale or customer.locale,
    )
