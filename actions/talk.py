"""How an action speaks: what it heard and knows, what it says, remembers and does next."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import Handover, Turn, Understanding, current_turn

LISTEN = "action_listen"
ORDER_FORM = "order_form"
REQUESTED = "requested_slot"
"""Rasa's slot that names what a form asks for."""

QuickReply = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Heard:
    """An earlier message of the customer in this dialogue."""

    seq: int
    text: str
    intent: str | None
    frustration: float


@dataclass(slots=True)
class Talk:
    """One action's view of the dialogue. Words go out in the order said; `remember` changes slots."""

    dispatcher: CollectingDispatcher
    tracker: Tracker
    domain: Mapping[str, Any]
    turn: Turn
    events: list[EventType] = field(default_factory=list)
    next_action: str = LISTEN
    asked_back: bool = False
    """The action itself asks something, so a question that was interrupted is not asked again after it."""

    @property
    def heard(self) -> Understanding:
        """The message being answered."""
        return self.turn.heard

    @property
    def in_form(self) -> bool:
        """True while the bot is collecting what it needs for an order."""
        return (self.tracker.active_loop or {}).get("name") == ORDER_FORM

    def slot(self, name: str) -> Any:
        """What is remembered, this action's changes included."""
        return self.tracker.slots.get(name)

    def count(self, name: str) -> int:
        """A counter's value."""
        return int(self.slot(name) or 0)

    def remember(self, **slots: Any) -> None:
        """Set slots; None forgets."""
        for name, value in slots.items():
            self.tracker.slots[name] = value
            self.events.append(SlotSet(name, value))

    def say(self, response: str, *, replies: Sequence[QuickReply] = (), **values: Any) -> None:
        """Say a response of the domain with its values filled in."""
        self.dispatcher.utter_message(response=response, buttons=[dict(reply) for reply in replies], **values)

    def tell(
        self,
        text: str,
        *,
        replies: Sequence[QuickReply] = (),
        sources: Iterable[Mapping[str, str]] = (),
        cards: Iterable[Mapping[str, Any]] = (),
    ) -> None:
        """Say something made for this moment."""
        extra = {"sources": list(sources), "cards": list(cards)}
        self.dispatcher.utter_message(
            text=text,
            buttons=[dict(reply) for reply in replies],
            json_message={name: value for name, value in extra.items() if value} or None,
        )

    def then(self, action: str) -> None:
        """Run this action next instead of listening."""
        self.next_action = action

    def words(self, response: str, **values: Any) -> str:
        """A response's wording with its values, to be told as part of something else; which of several wordings
        depends on the conversation alone."""
        variants = self._variants(response)
        if not variants:
            raise KeyError(f"the domain has no response {response}")
        chosen = hashlib.sha256(f"{self.turn.conversation_id}:{response}".encode()).digest()[0] % len(variants)
        return str(variants[chosen]["text"]).format_map(values)

    def leave_form(self) -> None:
        """Stop collecting."""
        if self.in_form:
            self.events += [ActiveLoop(None), SlotSet("requested_slot", None)]
            self.tracker.active_loop = {}

    def hand_over(
        self, reason: str, signal: str, *, priority: str = "normal", evidence: Iterable[Mapping[str, Any]] = ()
    ) -> None:
        """Ask for a person; the message being answered is always part of the evidence."""
        own = quote(self.heard.seq, self.heard.text, signal, 1.0)
        earlier = [item for item in evidence if item["seq"] != self.heard.seq]
        current = next((item for item in evidence if item["seq"] == self.heard.seq), own)
        self.turn.findings.handover = Handover(reason, priority, (*earlier, current))
        self.remember(handoff_reason=reason)

    def earlier(self) -> Iterator[Heard]:
        """Earlier messages of the customer in this dialogue, oldest first, without the one being answered."""
        for event in self.tracker.events:
            if event.get("event") == "user":
                heard = _heard(event)
                if heard.seq != self.heard.seq:
                    yield heard

    def given_before(self, entity: str) -> str | None:
        """The latest value of an entity in earlier messages of this dialogue."""
        said = [event for event in self.tracker.events if event.get("event") == "user"]
        found = [item for event in said for item in (event.get("parse_data") or {}).get("entities") or ()]
        return next((str(item["value"]) for item in reversed(found) if item.get("entity") == entity), None)

    def response_text(self, response: str) -> str | None:
        """The first wording of a response of the domain, as it is written there."""
        variants = self._variants(response)
        return str(variants[0]["text"]) if variants else None

    def _variants(self, response: str) -> Sequence[Mapping[str, Any]]:
        return (self.domain.get("responses") or {}).get(response) or ()


def _heard(event: Mapping[str, Any]) -> Heard:
    parse = event.get("parse_data") or {}
    return Heard(
        seq=int((event.get("metadata") or {}).get("seq") or 0),
        text=str(event.get("text") or ""),
        intent=(parse.get("intent") or {}).get("name"),
        frustration=float(parse.get("frustration") or 0.0),
    )


def quote(seq: int, text: str, signal: str, value: float) -> dict[str, Any]:
    """One item of evidence: the customer's own words, shortened, and what they show."""
    words = " ".join(text.split())
    return {"seq": seq, "quote": words if len(words) <= 240 else words[:239] + "…", "signal": signal, "value": value}


class Step(Action, ABC):
    """An action of ours: it acts, and says itself what comes next (listening unless told otherwise)."""

    action_name: ClassVar[str]

    def name(self) -> str:
        """Name in the domain."""
        return self.action_name

    @abstractmethod
    async def act(self, talk: Talk) -> None:
        """Say, remember, report."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> list[EventType]:
        """What Rasa calls."""
        talk = Talk(dispatcher, tracker, domain, current_turn())
        await self.act(talk)
        return [*talk.events, FollowupAction(talk.next_action)]


class Aside(Step):
    """An action that may interrupt the collecting for an order; the question is asked again after it."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> list[EventType]:
        """What Rasa calls."""
        talk = Talk(dispatcher, tracker, domain, current_turn())
        await self.act(talk)
        interrupted = talk.in_form and talk.next_action == LISTEN and not talk.asked_back
        if interrupted and talk.turn.findings.handover is None:
            talk.turn.remembered["resuming"] = True
            talk.then(ORDER_FORM)
        return [*talk.events, FollowupAction(talk.next_action)]
