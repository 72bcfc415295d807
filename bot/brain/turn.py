"""A turn as a function: the events of a dialogue and new messages in, new events, replies and findings out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import BotUttered, FollowupAction, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from actions.failures import begins_as_correction
from actions.policy import SETTLING, TROUBLES, HandoverPolicy
from actions.quick_replies import PERSON
from actions.services import services
from actions.turn import Turn, enter_turn
from bot.brain.agenda import agenda
from bot.brain.agent import Model
from bot.brain.findings import signals_of
from bot.brain.memory import begin, new_events
from bot.brain.reading import Reading, taken_as
from bot.brain.replies import ReplyCollector
from bot.brain.routing import FACTS, Situation, route
from bot.conversation.model import Reply, TurnRequest, TurnResult
from bot.errors import BatonError

KEPT = "pending_intents"
MOST_KEPT = 3
CONTENT = 0.15
"""Below, thanks and praise are honest enough to forget what was displeasing before."""
CARRIED = ("order_number", "email", "verified_order", "contact_email", "product")
"""What stays true of a customer when the dialogue context is made new."""


class SilentTurn(BatonError):
    """The bot had the floor and found nothing to say: an error, never an empty answer."""

    code = "silent_turn"


async def compute_turn(model: Model, request: TurnRequest) -> TurnResult:
    """Compute one turn. Depends on nothing but the request, the model and what the services answer; changes nothing
    but what the customer asked the shop to change, and that under a key of this turn, so it is safe to repeat.
    Raises `SilentTurn` if there is no reply and no handover."""
    started = time.perf_counter()
    turn = Turn(turn_id=request.turn_id, conversation_id=request.conversation_id, known=request.known)
    enter_turn(turn)
    tracker = begin(request.conversation_id, request.tracker_events, model.domain)
    before = len(tracker.events)
    todo = await agenda(model.processor, request.messages, tracker)
    read_at = time.perf_counter()
    collector = ReplyCollector()
    await _serve(model, tracker, turn, todo.serve, collector)
    await _never_silent(model, tracker, turn, collector)
    done = time.perf_counter()
    return TurnResult(
        replies=each_button_once(collector.replies),
        tracker_events=new_events(tracker, before),
        signals=signals_of(turn, todo.heard, tracker),
        model_id=model.id,
        timings={
            "read_ms": round((read_at - started) * 1000, 2),
            "act_ms": round((done - read_at) * 1000, 2),
            "total_ms": round((done - started) * 1000, 2),
        },
    )


async def _serve(
    model: Model, tracker: DialogueStateTracker, turn: Turn, readings: Sequence[Reading], collector: ReplyCollector
) -> None:
    """Serve one reading after the other. While the bot waits for an answer about one wish, the others are kept for
    later; when nothing is waited for, kept ones are served."""
    waiting = list(readings)
    while waiting and turn.findings.handover is None:
        await _answer(model, tracker, turn, waiting.pop(0), collector)
        if tracker.active_loop_name is None and not waiting:
            waiting = _kept(tracker, model, readings[-1].seq)
        elif tracker.active_loop_name is not None and waiting:
            _keep(tracker, model, waiting)
            return


def _keep(tracker: DialogueStateTracker, model: Model, readings: Sequence[Reading]) -> None:
    kept = list(tracker.get_slot(KEPT) or ())
    kept += [{"intent": reading.intent, "text": reading.text} for reading in readings if reading.intent]
    tracker.update(SlotSet(KEPT, kept[:MOST_KEPT]), model.domain)


def _kept(tracker: DialogueStateTracker, model: Model, seq: int) -> list[Reading]:
    kept = tracker.get_slot(KEPT) or ()
    if kept:
        tracker.update(SlotSet(KEPT, None), model.domain)
    return [taken_as(str(item["intent"]), str(item["text"]), seq) for item in kept]


async def _answer(
    model: Model, tracker: DialogueStateTracker, turn: Turn, reading: Reading, collector: ReplyCollector
) -> None:
    """One reading: decide who acts on it, let Rasa act."""
    chosen = route(reading, situation(tracker, services().policy), services().policy)
    turn.heard = replace(reading.understanding, intent=chosen.meant or reading.intent)
    turn.reason = chosen.reason
    turn.remembered["hold"] = chosen.hold
    processor = model.processor
    message = UserMessage(
        text=reading.text,
        output_channel=collector,
        sender_id=tracker.sender_id,
        input_channel=collector.name(),
        parse_data=reading.parse,
        metadata={"seq": reading.seq},
    )
    said = len(collector.replies)
    await processor.log_message(message, should_save_tracker=False)
    _introduce(tracker, turn, model)
    if chosen.action:
        tracker.update(FollowupAction(chosen.action), model.domain)
    await processor.run_action_extract_slots(collector, tracker)
    await processor._run_prediction_loop(collector, tracker)
    if chosen.sympathy and turn.findings.handover is None and len(collector.replies) > said:
        await _show_sympathy(model, tracker, turn, collector, said)


def situation(tracker: DialogueStateTracker, policy: HandoverPolicy) -> Situation:
    """Where the dialogue stands before a message."""
    slots = tracker.current_slot_values()
    requested = slots.get("requested_slot") if tracker.active_loop_name else None
    said = [event for event in tracker.events if isinstance(event, UserUttered)]
    return Situation(
        requested=requested,
        slots=slots,
        displeased_before=displeased_by(said, policy),
        trouble_open=trouble_open(said, policy),
        corrected_before=bool(said) and _corrected(said[-1]),
    )


def _corrected(event: UserUttered) -> bool:
    parse = event.parse_data or {}
    facts = any(item.get("entity") in FACTS for item in parse.get("entities") or ())
    return not facts and (bool(parse.get("missed")) or begins_as_correction(event.text or ""))


def displeased_by(said: Sequence[UserUttered], policy: HandoverPolicy) -> bool:
    """Whether what was said so far shows displeasure: one annoyed message, or several that come near it."""
    total, trouble = 0.0, False
    for event in said:
        frustration = _frustration(event)
        bitter = trouble and policy.is_bitter_praise(frustration, event.intent_name, event.text or "")
        added = policy.soured if bitter else policy.displeasure(frustration, event.intent_name, event.text or "")
        settled = event.intent_name in SETTLING and frustration < CONTENT
        total = 0.0 if settled else total + added
        trouble = _trouble_after(event, trouble, policy)
    return total >= policy.soured


def trouble_open(said: Sequence[UserUttered], policy: HandoverPolicy) -> bool:
    """Whether the customer told of something gone wrong, and has shown no contentment since."""
    trouble = False
    for event in said:
        trouble = _trouble_after(event, trouble, policy)
    return trouble


def _trouble_after(event: UserUttered, before: bool, policy: HandoverPolicy) -> bool:
    bitter = before and policy.is_bitter_praise(_frustration(event), event.intent_name, event.text or "")
    return bitter or event.intent_name in TROUBLES or (before and event.intent_name not in SETTLING)


def _frustration(event: UserUttered) -> float:
    return float((event.parse_data or {}).get("frustration") or 0.0)


def _introduce(tracker: DialogueStateTracker, turn: Turn, model: Model) -> None:
    """What the service knows of the customer, where the dialogue does not know it yet."""
    before = turn.known.get("slots") or {}
    facts = {
        **{name: before.get(name) for name in CARRIED if tracker.get_slot(name) is None},
        "customer_name": turn.customer.get("name"),
        "customer_verified": bool(turn.customer.get("verified")) or None,
    }
    for name, value in facts.items():
        if value is not None and tracker.get_slot(name) != value:
            tracker.update(SlotSet(name, value), model.domain)


async def _show_sympathy(
    model: Model, tracker: DialogueStateTracker, turn: Turn, collector: ReplyCollector, at: int
) -> None:
    """Name the trouble before the answer, once in a dialogue, and leave the door to a person open."""
    if not tracker.get_slot("sympathy_shown"):  # the action may just have named it in words of its own
        words = await model.processor.nlg.generate("utter_sympathy", tracker, collector.name())
        first = collector.replies[at]
        collector.replies[at] = replace(first, text=f"{(words or {}).get('text', '')} {first.text}".strip())
        tracker.update(SlotSet("sympathy_shown", True), model.domain)
    last = collector.replies[-1]
    if all(button["payload"] != PERSON["payload"] for button in last.quick_replies):
        collector.replies[-1] = replace(last, quick_replies=(*last.quick_replies, PERSON))
        tracker.update(BotUttered("", {"buttons": [dict(PERSON)]}), model.domain)
    turn.findings.offered_human = True


async def _never_silent(model: Model, tracker: DialogueStateTracker, turn: Turn, collector: ReplyCollector) -> None:
    """A failed action, or nothing said at all, becomes an apology and a person."""
    findings = turn.findings
    if (findings.failed_action or not collector.replies) and findings.handover is None:
        findings.failed_action = findings.failed_action or "nothing_said"
        turn.reason = "tool_failure"
        tracker.update(FollowupAction("action_hand_over"), model.domain)
        await model.processor._run_prediction_loop(collector, tracker)
    if not any(_speaks(reply) for reply in collector.replies):
        raise SilentTurn("No answer could be worked out for this message.", details={"turn": turn.turn_id})


def each_button_once(replies: Sequence[Reply]) -> tuple[Reply, ...]:
    """The replies of a turn without the buttons that a later one shows again."""
    shown: set[str] = set()
    kept = []
    for reply in reversed(replies):
        kept.append(replace(reply, quick_replies=tuple(it for it in reply.quick_replies if it["payload"] not in shown)))
        shown |= {item["payload"] for item in reply.quick_replies}
    return tuple(reversed(kept))


def _speaks(reply: Reply) -> bool:
    return bool(reply.text.strip() or reply.cards)
