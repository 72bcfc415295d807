"""What a turn has to answer: several messages of a burst, several wishes in one message, put in order.

Simple and safe: a message is cut only where both parts, read alone, are certainly about different topics. Otherwise it
is served as a whole, because the sentences around a wish are mostly its story.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rasa.core.processor import MessageProcessor
from rasa.shared.core.trackers import DialogueStateTracker

from bot.brain.reading import Reading, read, read_text
from bot.brain.refusals import refuses_person
from bot.brain.requests import asks_for_person, names_person
from bot.brain.routing import CERTAIN
from bot.brain.topics import ASKS_FOR_PERSON, PERSON_FIRST, QUESTIONS, topic
from bot.conversation.model import TurnMessage

LONGEST_CUT = 700
"""Longer messages are stories, not lists of wishes."""
MOST_PARTS = 6
MOST_WISHES = 3
SENSITIVE, NEAR = 0.85, 0.02
FORMED = 0.02
"""How likely a request for a person must be where the words have its form: of left-out training rows from here to
`CERTAIN`, 14 ask for a person and 2 do not."""
SHORT = 3
"""'A human please' is a request without a verb; of longer parts the beginning tells it from a mention."""
SURE = 0.75
"""A part read alone has less to go by, so it must be surer than a whole message."""

_CUT = re.compile(
    r"(?<=[.!?])\s+|\n+|;\s+|,?\s+(?:and also|also|plus|and)\s+"
    r"(?=(?:can|could|do|does|how|what|when|where|which|is|are|i|i'd|i'm|please|change|cancel|send|tell|will|would"
    r"|where's|what's|my|know|find out|ask|check|get|need|want)\b)",
    re.IGNORECASE,
)

_CLAUSE = re.compile(r"(?<=[.!?;:,])\s+|\s+[-–—]+\s+|\n+|\s+(?:and|but|so|because|cause|cos)\s+", re.IGNORECASE)

_REQUEST = re.compile(
    r"^(?:\W|(?:please|pls|plz|just|now|then|so|ok|no|kindly|instead|and)\b)*"
    r"(?:(?:get|give|put|pass|let|connect|transfer|fetch|send|bring|find|hand|switch|take|forward|escalate|ask|have)\b"
    r"|(?:can|could|may|might|would|will|should) (?:i|you|we|it|this|that|one|some|any|a|an|your)\w*\b"
    r"|(?:i|we)(?:'d| would| really| just|'m)* (?:want|wanna|need|like|love|prefer|rather|sooner|insist|demand)\b"
    r"|(?:want|need|wanna|is there (?:any|some|a )|are there (?:any|people)|where(?:'s| is) (?:a|the|your))\w*)",
    re.IGNORECASE,
)
"""How a request begins. Alone, 'a person?' or 'thanks to your colleagues' is read as one too."""

_STATES_A_FACT = re.compile(
    r"\s*(?:and )?(?:it'?s|it is|that'?s|that is|this is|my (?:order|e-?mail|name)\b[^?]*\bis"
    r"|(?:the )?(?:order )?(?:number|no)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Agenda:
    """`heard` is every message as it was read, `serve` what to act on, in order."""

    heard: tuple[Reading, ...]
    serve: tuple[Reading, ...]


async def agenda(processor: MessageProcessor, messages: Sequence[TurnMessage], tracker: DialogueStateTracker) -> Agenda:
    """Read the messages and decide what to serve; always at least one reading."""
    heard = [await read(processor, message, tracker) for message in messages]
    pressed = [reading for reading in heard if reading.button]
    if pressed:
        typed = [reading for reading in heard if not reading.button and reading.confidence >= CERTAIN]
        return Agenda(tuple(heard), (*pressed[-1:], *typed[-1:]))
    whole = heard[0] if len(heard) == 1 else await _joined(processor, heard)
    parts = [part for reading in heard for part in await _parts(processor, reading, len(heard) > 1)]
    if any(_says_missed(part) for part in parts if part.text != whole.text):
        whole = whole.missing()
    requests = [clause for reading in heard for clause in await asking(processor, reading)]
    if requests:
        return Agenda(tuple(heard), (_with_mood(requests[0], whole),))
    return Agenda(tuple(heard), tuple(choose(whole, parts)))


def choose(whole: Reading, parts: Sequence[Reading]) -> list[Reading]:
    """What to serve, given the reading of everything and those of its parts."""
    sure = [part for part in parts if part.confidence >= SURE and not part.out_of_scope]
    person = next((part for part in sure if _needs_person(part, whole)), None)
    if person is not None:
        return [_with_mood(person, whole)]
    wishes = _one_a_topic(sure)
    if len(wishes) >= 2:
        entities = whole.parse.get("entities") or ()
        ordered = sorted(wishes[:MOST_WISHES], key=lambda part: part.intent not in QUESTIONS)
        calm = [part.with_entities(entities).calm() for part in ordered]
        return [_with_mood(calm[0], whole), *calm[1:]]
    certain = whole.confidence >= CERTAIN and not whole.out_of_scope
    if len(wishes) == 1 and (not certain or topic(whole.intent) is None):
        only = wishes[0].with_entities(whole.parse.get("entities") or ())
        return [_with_mood(replace(only, text=whole.text), whole)]
    return [whole]


def _says_missed(part: Reading) -> bool:
    """'You are answering something else again' in a message that goes on with what is wanted."""
    return part.intent == "not_helpful" and part.confidence >= SURE and not part.out_of_scope


def _needs_person(part: Reading, whole: Reading) -> bool:
    """A sensitive word in one sentence ('the fire was lovely') counts only if the whole message is near it too."""
    if part.intent not in PERSON_FIRST or part.confidence < SENSITIVE:
        return False
    if part.intent in ASKS_FOR_PERSON:
        return len(part.text.split()) <= SHORT or _REQUEST.match(part.text) is not None
    return dict(whole.meanings).get(str(part.intent), 0.0) >= NEAR


def _one_a_topic(parts: Iterable[Reading]) -> list[Reading]:
    first: dict[str, Reading] = {}
    for part in parts:
        about = topic(part.intent)
        if about is not None and not _STATES_A_FACT.match(part.text):
            first.setdefault(about, part)
    return list(first.values())


async def _parts(processor: MessageProcessor, reading: Reading, burst: bool) -> list[Reading]:
    pieces = cut(reading.text)
    if len(pieces) > 1:
        return [await read_text(processor, piece, reading.seq) for piece in pieces]
    return [reading] if burst else []


async def asking(processor: MessageProcessor, reading: Reading) -> list[Reading]:
    """What of a message asks for a person: 'it is lost again, get me somebody'. A clause that reads so for certain, or
    that has the form of such a request where the reading at least knows of it. Looked for only where the message as a
    whole has something of it, for most messages have not."""
    certain = reading.confidence >= CERTAIN and not reading.out_of_scope
    another = certain and reading.intent in PERSON_FIRST - {"request_human"}
    if another or "request_human" not in dict(reading.meanings):
        return []
    if _is_request(reading, reading):
        return [reading.named("request_human")]
    pieces = [piece for piece in clauses(reading.text) if _REQUEST.match(piece) or asks_for_person(piece)]
    read = [await read_text(processor, piece, reading.seq) for piece in pieces]
    return [clause.named("request_human") for clause in read if _is_request(clause, reading)]


def _is_request(clause: Reading, whole: Reading) -> bool:
    """Read as a request for certain, or of its form and not read as something else altogether."""
    sure = clause.intent == "request_human" and clause.confidence >= SENSITIVE and not clause.out_of_scope
    if sure and clause is not whole and _REQUEST.match(clause.text):
        # 'Can I come by' alone might ask for a person; in a message that is surely a question it is a part of that.
        question = whole.confidence >= SENSITIVE and whole.intent in QUESTIONS
        if not question or names_person(clause.text):
            return True
    chance = max(dict(part.meanings).get("request_human", 0.0) for part in (clause, whole))
    return chance >= FORMED and asks_for_person(clause.text) and not refuses_person(clause.text)


def clauses(text: str) -> list[str]:
    """The parts of a message that might each ask for something; none where it is one clause or a long story."""
    pieces = [piece.strip() for piece in _CLAUSE.split(text) if piece and len(piece.split()) >= 2]
    return pieces if 1 < len(pieces) <= MOST_PARTS else []


def cut(text: str) -> list[str]:
    """The pieces that might be wishes of their own; the whole where there is nothing to cut."""
    if len(text) > LONGEST_CUT:
        return [text]
    pieces = [piece.strip() for piece in _CUT.split(text) if piece and len(piece.split()) >= 2]
    return pieces if 1 < len(pieces) <= MOST_PARTS else [text]


async def _joined(processor: MessageProcessor, heard: Iterable[Reading]) -> Reading:
    readings = list(heard)
    joined = await read_text(processor, "\n".join(reading.text for reading in readings), readings[-1].seq)
    return max([joined, *readings], key=lambda reading: reading.frustration).lend_mood(joined)


def _with_mood(part: Reading, whole: Reading) -> Reading:
    return whole.lend_mood(part)
