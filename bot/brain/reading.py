"""How a customer's message was read: the model's parse, or the button the bot offered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker

from actions.answering import CLOSEST, MEANING
from actions.order_wishes import WISHES
from actions.quick_replies import NONE_OF_THESE, PERSON
from actions.turn import Understanding
from bot.brain.memory import slim
from bot.brain.refusals import asks, beside_refusal, refuses_person
from bot.brain.topics import ASKS_FOR_PERSON
from bot.conversation.model import JsonDict, TurnMessage

OFFERED_IN_LAST = 6
"""A button counts while the message that offered it is among the bot's latest; older ones scroll away."""

MEANT, MEANT_WORDS = 0.6, 2
"""A message of facts is taken for a wish if at least so many other words are read this surely."""
CHOICE_MEANT = 0.55
"""How sure a yes or no must be to stand for a button."""
CHOICE_WORDS = 3
"""A longer yes or no says something of its own."""
NO_THING = frozenset({NONE_OF_THESE["payload"], PERSON["payload"]})
"""Buttons that are shown beside the things to choose from."""
_FACTS = frozenset({"order_number", "email"})
_LONELY = re.compile(r"(?:\bFH\b|#|\border (?:number|no\.?)\b|\be-?mail(?: address)?\b)\s*:?", re.IGNORECASE)

_PAYLOAD = re.compile(r"/(?P<intent>[a-z_]+)(?P<entities>\{.*\})?", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]")


@dataclass(frozen=True, slots=True)
class Reading:
    """A message (or a part of one) with what it means."""

    text: str
    seq: int
    parse: JsonDict
    button: bool = False

    @property
    def intent(self) -> str | None:
        """The likeliest intent."""
        return (self.parse.get("intent") or {}).get("name")

    @property
    def confidence(self) -> float:
        """How sure that is, from 0 to 1."""
        return float((self.parse.get("intent") or {}).get("confidence") or 0.0)

    @property
    def meanings(self) -> tuple[tuple[str, float], ...]:
        """The likeliest intents, best first."""
        ranking = self.parse.get("intent_ranking") or []
        return tuple((str(item["name"]), float(item["confidence"])) for item in ranking)

    @property
    def out_of_scope(self) -> bool:
        """True if the message is none of ours."""
        value = self.parse.get("out_of_scope")
        rejected = value.get("rejected") if isinstance(value, Mapping) else value
        return bool(rejected) or self.intent == "out_of_scope"

    @property
    def frustration(self) -> float:
        """From 0 (calm) to 1."""
        return float(self.parse.get("frustration") or 0.0)

    @property
    def urgency(self) -> float:
        """From 0 to 1."""
        return float(self.parse.get("urgency") or 0.0)

    @property
    def says_nothing(self) -> bool:
        """Whether it is letters that are no words: none of its meanings is one."""
        return bool(self.parse.get("says_nothing"))

    def entity(self, name: str) -> Any:
        """The first entity of that name."""
        return next((item["value"] for item in self.parse.get("entities") or () if item["entity"] == name), None)

    @property
    def understanding(self) -> Understanding:
        """The same for the actions."""
        return Understanding(
            text=self.text,
            seq=self.seq,
            intent=self.intent,
            confidence=self.confidence,
            meanings=self.meanings,
            frustration=self.frustration,
            urgency=self.urgency,
            out_of_scope=self.out_of_scope,
            says_nothing=self.says_nothing,
            button=self.button,
        )

    @property
    def missed(self) -> bool:
        """Whether a sentence of it says that what was answered before was not what was meant."""
        return bool(self.parse.get("missed"))

    def missing(self) -> Reading:
        """The same message, known to say that."""
        return replace(self, parse={**self.parse, "missed": True})

    def lend_mood(self, other: Reading) -> Reading:
        """The other reading with the mood of this one, and with what it says of the answer before."""
        mood = {name: self.parse.get(name, 0.0) for name in ("frustration", "urgency")}
        lent = replace(other, parse={**other.parse, **mood})
        return lent.missing() if self.missed else lent

    def named(self, intent: str) -> Reading:
        """The same message, meaning this for certain."""
        return replace(self, parse=_named(self, intent))

    def calm(self) -> Reading:
        """The same without its mood, which is counted with another part of the message."""
        return replace(self, parse={**self.parse, "frustration": 0.0, "urgency": 0.0})

    def with_entities(self, entities: Iterable[JsonDict]) -> Reading:
        """The same message with entities that another part of it named."""
        own = list(self.parse.get("entities") or ())
        known = {item["entity"] for item in own}
        return replace(self, parse={**self.parse, "entities": own + [e for e in entities if e["entity"] not in known]})


async def read(processor: MessageProcessor, message: TurnMessage, tracker: DialogueStateTracker) -> Reading:
    """Read a message; a payload counts only if the bot offered exactly this one, else the text does. A title typed out,
    and a yes or no to what was asked with buttons, are as good as pressing them."""
    pressed = button_of(message, tracker) or typed_button(message, tracker)
    if pressed is not None and pressed.intent in processor.domain.intents:
        return pressed
    reading = await read_text(processor, message.text, message.seq)
    return chosen(reading, tracker) or reading


async def read_text(processor: MessageProcessor, text: str, seq: int) -> Reading:
    """Read typed text. Whatever it begins with, it is text."""
    reading = await _parsed(processor, plain(text), text, seq)
    if refuses_person(plain(text)):
        return await _without_refusal(processor, reading)
    # A number and an address make a message look like a bare answer even when it says what is wanted.
    return await _meant_by(processor, _without_facts(reading) or "", reading) or reading


async def _without_refusal(processor: MessageProcessor, reading: Reading) -> Reading:
    """'No need for an agent, when do you open' asks for the hours; 'please don't transfer me' is a no."""
    rest = beside_refusal(plain(reading.text))
    wanted = await _meant_by(processor, rest, reading)
    if wanted is not None:
        return replace(wanted, text=rest)
    if asks(rest):  # read unsurely, it is still the wish: the refusal is heard by not offering a person
        return replace(await _parsed(processor, rest, reading.text, reading.seq), text=rest)
    return replace(reading, parse=_named(reading, "deny")) if reading.intent in ASKS_FOR_PERSON else reading


async def _meant_by(processor: MessageProcessor, rest: str, whole: Reading) -> Reading | None:
    """What the rest of a message wants for certain, with the entities of all of it; None if it wants nothing."""
    if len(re.findall(r"[^\W\d_]{2,}", rest)) < MEANT_WORDS:
        return None
    wanted = await _parsed(processor, rest, whole.text, whole.seq)
    idle = wanted.intent in {"inform", None} or wanted.intent in ASKS_FOR_PERSON
    if idle or wanted.out_of_scope or wanted.confidence < MEANT:
        return None
    return replace(wanted, parse={**wanted.parse, "entities": whole.parse.get("entities") or []})


def _named(reading: Reading, intent: str) -> JsonDict:
    only = {"name": intent, "confidence": 1.0}
    return {**reading.parse, "intent": only, "intent_ranking": [only], "out_of_scope": False}


async def _parsed(processor: MessageProcessor, clean: str, text: str, seq: int) -> Reading:
    parse = await processor.parse_message(UserMessage(text=clean, sender_id="reading"))
    parse["text"] = text
    return Reading(text=text, seq=seq, parse=slim(parse))


def _without_facts(reading: Reading) -> str | None:
    """The words beside order number and e-mail address, if the message was read as facts only but has more."""
    entities = [item for item in reading.parse.get("entities") or () if item["entity"] in _FACTS and "start" in item]
    if reading.intent != "inform" or not entities:
        return None
    text = plain(reading.text)
    for item in sorted(entities, key=lambda item: item["start"], reverse=True):
        text = text[: item["start"]] + " " + text[item["end"] :]
    return " ".join(_LONELY.sub(" ", text).split())


def plain(text: str) -> str:
    """Without invisible characters, and without the slash that Rasa would take for a command."""
    return " ".join(_CONTROL.sub(" ", text).split()).lstrip("/").strip()


def button_of(message: TurnMessage, tracker: DialogueStateTracker) -> Reading | None:
    """The meaning of a pressed button, if the bot offered it in its latest messages."""
    payload = message.payload
    if not payload or payload not in offered(tracker):
        return None
    match = _PAYLOAD.fullmatch(payload)
    if match is None:
        return None
    entities = json.loads(match["entities"]) if match["entities"] else {}
    intent = {"name": match["intent"], "confidence": 1.0}
    parse: JsonDict = {
        "text": message.text,
        "intent": intent,
        "intent_ranking": [intent],
        "entities": [{"entity": name, "value": value, "extractor": "button"} for name, value in entities.items()],
        "out_of_scope": {"rejected": False, "score": 0.0},
        "frustration": 0.0,
        "urgency": 0.0,
    }
    return Reading(text=message.text, seq=message.seq, parse=parse, button=True)


def typed_button(message: TurnMessage, tracker: DialogueStateTracker) -> Reading | None:
    """The button of the bot's last message whose very title was typed."""
    words = plain(message.text).casefold().rstrip("?!. ")
    for button in latest_buttons(tracker):
        if words and button["title"].casefold().rstrip("?!. ") == words:
            return button_of(TurnMessage(message.seq, message.text, button["payload"]), tracker)
    return None


def chosen(reading: Reading, tracker: DialogueStateTracker) -> Reading | None:
    """A yes to 'do you mean this?' takes the only thing that was shown, a no takes none of what was shown.

    A yes to what was shown as closest takes nothing else: it was that. An order number or an address takes the only
    thing that was shown and is about an order: nobody gives one who meant none of these.
    """
    awaiting = tracker.get_slot("awaiting")
    if awaiting not in (MEANING, CLOSEST) or reading.confidence < CHOICE_MEANT:
        return None
    shown = [button["payload"] for button in latest_buttons(tracker)]
    things = [payload for payload in shown if payload not in NO_THING]
    if reading.intent == "inform" and any(reading.entity(fact) for fact in _FACTS):
        return _with_facts(reading, [payload for payload in things if payload.removeprefix("/") in WISHES.intents])
    if len(reading.text.split()) > CHOICE_WORDS:
        return None
    taken = None
    if reading.intent == "affirm" and awaiting == MEANING and len(things) == 1:
        taken = things[0]
    elif reading.intent == "deny" and NONE_OF_THESE["payload"] in shown:
        taken = NONE_OF_THESE["payload"]
    return button_of(TurnMessage(reading.seq, reading.text, taken), tracker) if taken else None


def _with_facts(reading: Reading, wishes: Sequence[str]) -> Reading | None:
    """The one wish that was shown, with the facts that were given for it."""
    return reading.named(wishes[0].removeprefix("/")) if len(wishes) == 1 else None


def latest_buttons(tracker: DialogueStateTracker) -> list[JsonDict]:
    """Buttons of the bot's last message."""
    said = [event for event in tracker.events if isinstance(event, BotUttered) and event.text]
    return [dict(button) for button in (said[-1].data or {}).get("buttons") or ()] if said else []


def offered(tracker: DialogueStateTracker) -> set[str]:
    """Payloads of the buttons in the bot's latest messages."""
    said = [event for event in tracker.events if isinstance(event, BotUttered)][-OFFERED_IN_LAST:]
    return {
        str(button.get("payload")) for event in said for button in (event.data or {}).get("buttons") or () if button
    }


def taken_as(intent: str, text: str, seq: int) -> Reading:
    """A wish that was read in an earlier message and kept."""
    named = {"name": intent, "confidence": 1.0}
    parse: JsonDict = {"text": text, "intent": named, "intent_ranking": [named], "entities": []}
    return Reading(text=text, seq=seq, parse=parse)
