"""Any order of events: one floor, nothing lost, nothing doubled. The service against a model of a few lines."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.conversation.model import HandoffRequest, Reason, TakenTurn
from bot.errors import Conflict
from bot.storage.memory import MemoryConversationStore
from tests.bot.conversation.world import ANN, BEN, World, result

AGENTS = {"ann": ANN, "ben": BEN}
agents = st.sampled_from(sorted(AGENTS))


@dataclass
class Model:
    """What should be true of the conversation, kept the simplest way."""

    state: str = "bot"
    assignee: str | None = None
    owed: list[int] = field(default_factory=list)  # customer messages that the bot owes an answer
    answered: list[int] = field(default_factory=list)
    passed_on: list[int] = field(default_factory=list)
    bot_texts: list[str] = field(default_factory=list)
    sent: dict[str, int] = field(default_factory=dict)
    failures: int = 0

    def leave_bot(self) -> None:
        self.passed_on += self.owed
        self.owed = []
        self.failures = 0


class OneFloor(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.world = World(MemoryConversationStore())
        self.service = self.world.service
        self.conversation = self.run(self.world.customer())
        self.model = Model()
        self.taken: list[TakenTurn] = []
        self.live: str | None = None  # the lease whose answer counts
        self.number = 0

    def run(self, act: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(act)

    def teardown(self) -> None:
        self.everything_is_answered_or_passed_on()
        self.loop.close()

    def refused(self, act: Coroutine[Any, Any, Any]) -> None:
        with pytest.raises(Conflict):
            self.run(act)

    # The customer

    def _reopen(self) -> None:
        if self.model.state == "closed":
            self.model.state, self.model.assignee = "bot", None

    @rule(then=st.sampled_from(["nothing", "taken", "taken", "answered"]))
    def the_customer_writes(self, then: str) -> None:
        self.number += 1
        key = f"k{self.number}"
        accepted = self.run(self.service.post_customer_message(self.conversation, key, f"text {self.number}"))
        self._reopen()
        (self.model.owed if self.model.state == "bot" else self.model.passed_on).append(accepted.seq)
        self.model.sent[key] = accepted.seq
        assert not accepted.duplicate
        assert accepted.state.value == self.model.state
        if then != "nothing":
            self.a_gateway_takes_the_turn()
        if then == "answered" and self.live == f"lease-{self.number}":
            self._comes(self.taken[-1], "answer", anyone=True)

    @precondition(lambda self: self.model.sent)
    @rule(data=st.data())
    def the_customer_sends_one_again(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.model.sent)))
        again = self.run(self.service.post_customer_message(self.conversation, key, f"text {key[1:]}"))
        assert (again.seq, again.duplicate) == (self.model.sent[key], True)

    # One rule for what moves the floor: hypothesis picks rules evenly, and the bot must have it often enough.

    @rule(who=st.sampled_from(["asks", "goes back", "ends"]), anyone=st.booleans())
    def the_customer_moves_the_floor(self, who: str, anyone: bool) -> None:
        if who == "asks":
            self.the_customer_asks_for_a_person(anyone)
        elif who == "goes back":
            self.the_customer_goes_back_to_the_bot()
        else:
            self.the_customer_ends()

    def the_customer_asks_for_a_person(self, anyone: bool) -> None:
        self.world.rota.anyone = anyone
        self.number += 1
        self.run(self.service.request_human(self.conversation, f"h{self.number}"))
        self._reopen()
        if self.model.state == "bot":
            self.model.state = "queued" if anyone else "offline"
            self.model.leave_bot()

    def the_customer_goes_back_to_the_bot(self) -> None:
        if self.model.state != "queued":
            self.refused(self.service.back_to_bot(self.conversation))
            return
        self.run(self.service.back_to_bot(self.conversation))
        self.model.state = "bot"

    def the_customer_ends(self) -> None:
        self.run(self.service.end(self.conversation))
        self.model.leave_bot()
        self.model.state = "closed"

    # The bot

    @rule()
    def a_gateway_takes_the_turn(self) -> None:
        self.number += 1
        taken = self.run(self.service.take_turns(f"lease-{self.number}", 30, 10))
        if taken:
            assert [message.seq for message in taken[0].request.messages] == self.model.owed
            self.taken += taken
            self.live = taken[0].lease
        else:
            assert self.live is not None or not self.model.owed

    def _one_of_the_taken(self, data: st.DataObject) -> TakenTurn:
        return self.taken[-1] if data.draw(st.booleans()) else data.draw(st.sampled_from(self.taken))

    @precondition(lambda self: self.taken)
    @rule(data=st.data(), wish=st.sampled_from(["answer", "answer", "hand over", "close"]), anyone=st.booleans())
    def an_answer_comes(self, data: st.DataObject, wish: str, anyone: bool) -> None:
        self._comes(self._one_of_the_taken(data), wish, anyone=anyone)

    def _comes(self, taken: TakenTurn, wish: str, *, anyone: bool) -> None:
        self.world.rota.anyone = anyone
        self.number += 1
        text = f"reply {self.number}"
        handoff = HandoffRequest(Reason.POLICY) if wish == "hand over" else None
        found = result(text, handoff=handoff, close=wish == "close")
        ended = self.run(self.service.finish_turn(taken, found))
        covers = [message.seq for message in taken.request.messages]
        if taken.lease != self.live:
            return
        self.live = None
        assert ended == "answered"
        self.model.bot_texts.append(text)
        self.model.answered += covers
        self.model.owed = self.model.owed[len(covers) :]
        self.model.failures = 0
        if wish == "hand over":
            self.model.state = "queued" if anyone else "offline"
            self.model.leave_bot()
        elif wish == "close":
            self.model.state = "closed"
            self.model.leave_bot()

    @precondition(lambda self: self.taken)
    @rule(data=st.data(), anyone=st.booleans())
    def a_turn_fails(self, data: st.DataObject, anyone: bool) -> None:
        taken = self._one_of_the_taken(data)
        self.world.rota.anyone = anyone
        ended = self.run(self.service.fail_turn(taken, 0, counted=True))
        if taken.lease != self.live:
            assert ended in ("lost", "dropped")
            return
        self.live = None
        if ended == "failed":
            assert taken.turn.failures == 2
            self.model.state = "queued" if anyone else "offline"
            self.model.leave_bot()

    @rule()
    def a_gateway_dies_and_its_lease_runs_out(self) -> None:
        # Until somebody else takes the turn, the answer of whoever had it is still good.
        self.world.clock.forward(seconds=31)

    # Agents

    @rule(agent=agents, verb=st.sampled_from(["claims", "writes", "transfers", "returns_it_to_the_bot", "resolves"]))
    def an_agent_acts(self, agent: str, verb: str) -> None:
        getattr(self, f"an_agent_{verb}")(agent)

    def an_agent_claims(self, agent: str) -> None:
        claim = self.service.claim(self.conversation, AGENTS[agent])
        if self.model.state in ("queued", "offline"):
            self.run(claim)
            self.model.state, self.model.assignee = "agent", agent
        elif self.model.state == "agent" and self.model.assignee == agent:
            self.run(claim)
        else:
            self.refused(claim)

    def an_agent_writes(self, agent: str) -> None:
        self.number += 1
        post = self.service.post_agent_message(self.conversation, AGENTS[agent], f"a{self.number}", "agent text")
        self._only_the_assignee(agent, post)

    def _only_the_assignee(self, agent: str, act: Coroutine[Any, Any, Any]) -> bool:
        if self.model.state == "agent" and self.model.assignee == agent:
            self.run(act)
            return True
        self.refused(act)
        return False

    def an_agent_transfers(self, agent: str) -> None:
        if self._only_the_assignee(agent, self.service.transfer(self.conversation, AGENTS[agent], team="x")):
            self.model.state, self.model.assignee = "queued", None

    def an_agent_returns_it_to_the_bot(self, agent: str) -> None:
        if self._only_the_assignee(agent, self.service.return_to_bot(self.conversation, AGENTS[agent])):
            self.model.state, self.model.assignee = "bot", None

    def an_agent_resolves(self, agent: str) -> None:
        act = self.service.resolve(self.conversation, AGENTS[agent], "resolved")
        theirs = self.model.state == "agent" and self.model.assignee == agent
        if theirs or self.model.state in ("bot", "offline"):
            self.run(act)
            self.model.leave_bot()
            self.model.state = "closed"
        else:
            self.refused(act)

    # Time

    @rule(verb=st.sampled_from(["requeue", "go_offline", "close_idle"]))
    def time_decides(self, verb: str) -> None:
        allowed = {"requeue": ("agent",), "go_offline": ("queued",), "close_idle": ("agent", "bot", "offline")}[verb]
        more = ("no_answer",) if verb == "requeue" else ()
        act = getattr(self.service, verb)(self.conversation, *more)
        if self.model.state not in allowed:
            self.refused(act)
            return
        self.run(act)
        self.model.state = {"requeue": "queued", "go_offline": "offline", "close_idle": "closed"}[verb]
        if verb == "requeue":
            self.model.assignee = None
        if verb == "close_idle":
            self.model.leave_bot()

    # What must hold after every step

    @invariant()
    def the_floor_is_where_the_model_says(self) -> None:
        seen = self.run(self.world.seen(self.conversation))
        assert seen.state.value == self.model.state
        if self.model.state == "agent":
            assert seen.assignee_id == AGENTS[self.model.assignee or ""].id
        if self.model.state in ("queued", "bot"):
            assert seen.assignee_id is None
        if self.model.state != "bot":
            self.live = None

    @invariant()
    def one_turn_is_open_exactly_while_an_answer_is_owed(self) -> None:
        open_turns, _ = self.run(self.world.store.read(lambda read: read.outbox()))
        assert open_turns == (1 if self.model.owed else 0)

    @invariant()
    def the_log_tells_the_same_story(self) -> None:
        events = self.run(self.world.log(self.conversation))
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        floor, spoken, covered = "bot", [], []
        for event in events:
            if event.kind == "state":
                assert event.data["from"] == floor
                floor = event.data["to"]
            if event.kind == "turn":
                covered += event.data["covers"]
            if event.kind != "message":
                continue
            author = event.data["author"]["kind"]
            assert author in ("system", "customer") or author == floor, f"{author} spoke while {floor} had the floor"
            if author == "bot" and event.seq > 1:
                spoken.append(event.data["text"])
        assert floor == self.model.state
        assert spoken == self.model.bot_texts
        assert covered == self.model.answered

    def everything_is_answered_or_passed_on(self) -> None:
        for _ in range(3):
            self.world.clock.forward(seconds=31)
            for taken in self.run(self.service.take_turns(f"last-{self.number}", 30, 10)):
                self.run(self.service.finish_turn(taken, result("last")))
        events = self.run(self.world.log(self.conversation))
        covered = [seq for event in events if event.kind == "turn" for seq in event.data["covers"]]
        assert sorted(covered + self.model.passed_on) == sorted(self.model.sent.values())


OneFloor.TestCase.settings = settings(
    max_examples=150,
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
TestOneFloor = OneFloor.TestCase
