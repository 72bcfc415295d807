"""Rasa's view of a conversation for the length of one turn; workers keep nothing between turns."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextvars import ContextVar
from copy import copy
from itertools import islice
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    FollowupAction,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity

from bot.conversation.model import JsonDict

KEEP_EVENTS = 150
"""A longer dialogue is handed to Rasa as what it remembers plus its latest turns; prediction time stays flat."""
KEPT_RANKING = 5
LATEST_STATES = 6
"""So many actions back rules are compared with the dialogue: more than the longest rule has, which is looked at when a
model is loaded."""

_TAKES_NOTHING_BACK = {SlotSet, UserUttered, BotUttered, DefinePrevUserUtteredFeaturization, FollowupAction}
"""Events after which all that was applied before still is. Of an action only what may be a loop's own takes back."""

_tracker: ContextVar[DialogueStateTracker] = ContextVar("tracker")


class TurnTracker(DialogueStateTracker):
    """A tracker that is cheap to copy and to look back on: Rasa's replays the whole dialogue for every action it runs,
    and for every look at it."""

    def __init__(self, sender_id: str, slots: Iterable[Slot] | None, *arguments: Any, **options: Any) -> None:
        super().__init__(sender_id, None if slots is None else (), *arguments, **options)
        if slots is not None:
            self.slots = {slot.name: _copied(slot) for slot in slots}
            self._reset_slots()
        self._applied: tuple[int, list[Event]] = (-1, [])
        self._told_rules: tuple[int, list[Any]] = (-1, [])
        self._replay: _Replay | None = None
        self._as_dicts: list[JsonDict] = []
        self.certain_at = -1
        """How many events there were when a rule was last found that nothing can overrule."""

    def applied_events(self) -> list[Event]:
        """See Rasa's method of this name; worked out once for the events there are, and as a rule only for new ones."""
        known, applied = self._applied
        if known != len(self.events):
            fresh = list(islice(self.events, max(known, 0), None))
            goes_on = 0 <= known < len(self.events) and self._only_adds(fresh)
            applied = [*applied, *fresh] if goes_on else super().applied_events()
            self._applied = len(self.events), applied
        return list(applied)

    def _only_adds(self, fresh: Sequence[Event]) -> bool:
        loops = {event.name for event in self.events if type(event) is ActiveLoop}
        return all(
            type(event) in _TAKES_NOTHING_BACK or (type(event) is ActionExecuted and event.action_name not in loops)
            for event in fresh
        )

    def current_state(self, event_verbosity: EventVerbosity = EventVerbosity.NONE) -> dict[str, Any]:
        """See Rasa's method of this name. Every action is told all events, so each is written out once; whoever gets
        them must leave them as they are."""
        if event_verbosity is not EventVerbosity.ALL:
            return dict(super().current_state(event_verbosity))
        if len(self._as_dicts) > len(self.events):
            self._as_dicts = []
        self._as_dicts = self._as_dicts + [event.as_dict() for event in islice(self.events, len(self._as_dicts), None)]
        return {**super().current_state(EventVerbosity.NONE), "events": list(self._as_dicts)}

    def copy(self) -> TurnTracker:
        """The same state and events, to be changed apart; the events themselves are shared, as in Rasa's copy."""
        other = copy(self)
        other.events = self.events.copy()
        other.slots = {name: _copied(slot) for name, slot in self.slots.items()}
        other.active_loop = copy(self.active_loop)
        other.latest_action = copy(self.latest_action)
        other._replay = None
        return other

    def followed_by(self, events: Iterable[Event]) -> TurnTracker:
        """A copy to which these events have happened."""
        other = self.copy()
        for event in events:
            other.update(event)
        return other

    def past_states(
        self,
        domain: Domain,
        omit_unset_slots: bool = False,
        ignore_rule_only_turns: bool = False,
        rule_only_data: JsonDict | None = None,
    ) -> list[Any]:
        """See Rasa's `past_states`. Rules look at the end of a dialogue, so they get its latest states; stories, for
        which the turns of rules are passed over, get all."""
        if ignore_rule_only_turns or omit_unset_slots:
            return list(super().past_states(domain, omit_unset_slots, ignore_rule_only_turns, rule_only_data))
        if self._told_rules[0] != len(self.events):
            self._told_rules = len(self.events), self._rule_states(domain)
        # Who asks takes out what it does not need of a user's part, and asks again.
        return [{part: dict(told) for part, told in state.items()} for state in self._told_rules[1]]

    def _rule_states(self, domain: Domain) -> list[Any]:
        events = self.applied_events()
        if self._replay is None or not self._replay.goes_on_in(events):
            self._replay = _Replay(self.init_copy())
        return self._replay.latest_states(events, domain)

    def init_copy(self) -> TurnTracker:
        """The same dialogue before its first event."""
        return TurnTracker(
            self.sender_id, (_copied(slot) for slot in self.slots.values()), is_rule_tracker=self.is_rule_tracker
        )


class _Replay:
    """A dialogue told again from its beginning, and its states before its latest actions; goes on where it stopped."""

    def __init__(self, tracker: TurnTracker) -> None:
        self._tracker = tracker
        self._told: list[Event] = []
        self._states: deque[Any] = deque(maxlen=LATEST_STATES)

    def goes_on_in(self, events: list[Event]) -> bool:
        """Whether these events begin with all that was told."""
        return events[: len(self._told)] == self._told

    def latest_states(self, events: list[Event], domain: Domain) -> list[Any]:
        """The states before the latest actions and the present one; the events must go on from what was told."""
        actions = [at for at, event in enumerate(events) if type(event) is ActionExecuted][-LATEST_STATES:]
        for at, event in enumerate(events[len(self._told) :], len(self._told)):
            if actions and at >= actions[0] and type(event) is ActionExecuted:
                self._states += self._state(domain)
            self._tracker.update(event)
        self._told = events
        return [*self._states, *self._state(domain)]

    def _state(self, domain: Domain) -> list[Any]:
        states: list[Any] = domain.states_for_tracker_history(self)
        return states

    def generate_all_prior_trackers(self) -> Iterator[tuple[DialogueStateTracker, bool]]:
        """What Rasa asks for: the dialogue as far as it was told."""
        yield self._tracker, False


def _copied(slot: Slot) -> Slot:
    # What `copy.copy` does, at a tenth of its cost; there are some forty slots.
    other: Slot = object.__new__(type(slot))
    other.__dict__.update(slot.__dict__)
    return other


class TurnTrackerStore(TrackerStore):
    """Gives Rasa the tracker of the present turn and takes it back; nothing outlives the turn."""

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tracker of this context, None outside of a turn."""
        return _tracker.get(None)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep it for the rest of this turn."""
        _tracker.set(tracker)

    async def keys(self) -> Iterable[str]:
        """A worker knows no conversations."""
        return ()

    async def delete(self, sender_id: str) -> None:
        """Nothing to delete."""


def begin(conversation_id: str, events: Sequence[JsonDict], domain: Domain) -> DialogueStateTracker:
    """The tracker of a turn from the stored events of its dialogue, shortened if it is long."""
    tracker = TurnTracker.from_dict(conversation_id, trim(list(events), domain), domain.slots)
    _tracker.set(tracker)
    return tracker


def trim(events: list[JsonDict], domain: Domain) -> list[JsonDict]:
    """The latest turns, preceded by everything that was remembered before them."""
    if len(events) <= KEEP_EVENTS:
        return events
    start = _turn_start(events, len(events) - KEEP_EVENTS)
    if start is None:
        return events
    past = DialogueStateTracker.from_dict("past", events[:start], domain.slots)
    remembered: list[Event] = [ActionExecuted("action_session_start"), SessionStarted()]
    remembered += [SlotSet(name, slot.value) for name, slot in past.slots.items() if slot.value != slot.initial_value]
    if past.active_loop_name:
        remembered.append(ActiveLoop(past.active_loop_name))
    remembered.append(ActionExecuted("action_listen"))
    return [event.as_dict() for event in remembered] + events[start:]


def _turn_start(events: Sequence[JsonDict], earliest: int) -> int | None:
    return next((at for at in range(earliest, len(events)) if events[at].get("event") == UserUttered.type_name), None)


def new_events(tracker: DialogueStateTracker, before: int) -> list[JsonDict]:
    """What was added to the tracker after its first `before` events, ready to be stored."""
    return [event.as_dict() for event in list(tracker.events)[before:]]


def slim(parse_data: JsonDict) -> JsonDict:
    """What a stored message needs of its parse; whole rankings would multiply the size of every conversation."""
    kept = ("text", "intent", "entities", "frustration", "urgency", "out_of_scope", "says_nothing")
    small: dict[str, Any] = {name: parse_data[name] for name in kept if name in parse_data}
    small["intent_ranking"] = list(parse_data.get("intent_ranking") or [])[:KEPT_RANKING]
    return small
