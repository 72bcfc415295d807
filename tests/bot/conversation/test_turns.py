"""The dispatcher at work: real loops, a scripted brain, a clock in the test's hand."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.conversation.model import Reason, State
from bot.conversation.turns import Dispatcher
from bot.errors import BatonError, Unavailable
from bot.storage.memory import MemoryConversationStore
from tests.bot.conversation.world import World, result
from tests.support.waiting import eventually


@pytest.fixture
async def dispatcher(world: World) -> AsyncIterator[Dispatcher]:
    dispatcher = world.dispatcher()
    await dispatcher.start()
    yield dispatcher
    await dispatcher.stop(0)


async def last_text(world: World, conversation: str) -> str:
    return (await world.texts(conversation))[-1]


async def wait_for_text(world: World, conversation: str, text: str) -> None:
    async def there() -> bool:
        return text in await world.texts(conversation)

    await eventually(there)


async def test_a_message_is_answered(world: World, dispatcher: Dispatcher) -> None:
    conversation = await world.customer()
    await world.says(conversation, "hello")
    await wait_for_text(world, conversation, "bot: echo: hello")
    await eventually(lambda: world.watch.turns)
    outcome, stages = world.watch.turns[0]
    assert outcome == "answered"
    assert set(stages) == {"waited", "brain", "stored", "worker_nlu"}


async def test_the_customer_sees_the_bot_typing_and_stopping(world: World, dispatcher: Dispatcher) -> None:
    conversation = await world.customer()
    async with world.signals.subscribe(f"conversation:{conversation}") as news:
        await world.says(conversation, "hello")
        typing = []
        while len(typing) < 2:
            _, payload = await asyncio.wait_for(anext(news), 30)
            if payload:
                typing.append(payload["typing"])
    assert [(each["by"], each["active"]) for each in typing] == [("bot", True), ("bot", False)]


async def test_one_conversation_is_answered_one_turn_at_a_time_and_others_meanwhile(
    world: World, dispatcher: Dispatcher
) -> None:
    world.brain.hold = asyncio.Event()
    first, second = await world.customer(), await world.customer()
    await world.says(first, "one")
    await eventually(lambda: dispatcher.running == 1)
    await world.says(first, "two")
    await world.says(second, "other")
    await eventually(lambda: dispatcher.running == 2)
    assert sorted(request.conversation_id for request in world.brain.requests) == sorted([first, second])
    world.brain.hold.set()
    await wait_for_text(world, first, "bot: echo: two")
    assert (await world.texts(first))[1:] == ["customer: one", "customer: two", "bot: echo: one", "bot: echo: two"]


async def test_a_turn_that_fails_twice_is_answered_the_third_time(world: World, dispatcher: Dispatcher) -> None:
    world.brain.next(BatonError("no"), RuntimeError("broken action"), result("at last"))
    conversation = await world.customer()
    await world.says(conversation, "hello")
    await wait_for_text(world, conversation, "bot: at last")
    assert (await world.seen(conversation)).state is State.BOT


async def test_silence_counts_as_failure_and_three_failures_go_to_people(world: World, dispatcher: Dispatcher) -> None:
    world.brain.next(result(), RuntimeError("x"), result())
    conversation = await world.customer()
    await world.says(conversation, "hello")
    await wait_for_text(world, conversation, "system: bot_failed()")
    assert (await world.seen(conversation)).reason is Reason.BOT_FAILURE
    assert len(world.brain.requests) == 3
    assert await world.answers() == []


async def test_without_a_worker_the_customer_is_told_waits_and_is_answered_when_it_is_back(
    world: World, dispatcher: Dispatcher
) -> None:
    down = True

    def worker(request):
        if down:
            raise Unavailable("no worker")
        return result("back again")

    world.brain.next(*[worker] * 10_000)
    conversation = await world.customer()
    await world.says(conversation, "hello")
    await eventually(lambda: len(world.brain.requests) >= 1)
    world.clock.forward(seconds=8)
    await wait_for_text(world, conversation, "system: bot_slow()")
    for _ in range(5):
        tried = len(world.brain.requests)
        world.clock.forward(seconds=6)
        await eventually(lambda tried=tried: len(world.brain.requests) > tried)
    assert (await world.seen(conversation)).state is State.BOT
    down = False
    world.clock.forward(seconds=6)
    await wait_for_text(world, conversation, "bot: back again")
    assert (await world.texts(conversation)).count("system: bot_slow()") == 1


async def test_patience_with_a_missing_worker_ends_with_people(world: World, dispatcher: Dispatcher) -> None:
    world.brain.next(*[Unavailable("no worker")] * 100)
    conversation = await world.customer()
    await world.says(conversation, "hello")
    await eventually(lambda: world.brain.requests)
    world.clock.forward(seconds=61)
    await wait_for_text(world, conversation, "system: bot_failed()")
    assert (await world.seen(conversation)).state is State.QUEUED


async def test_a_slow_bot_has_many_wait_and_sends_none_of_them_to_people(world: World) -> None:
    world.brain.hold = asyncio.Event()
    dispatcher = world.dispatcher(concurrency=2)
    await dispatcher.start()
    conversations = [await world.customer() for _ in range(12)]
    for conversation in conversations:
        await world.says(conversation, "hello")
    await eventually(lambda: dispatcher.running == 2)
    for _ in range(12):  # two minutes: longer than the patience with a worker that is not there at all
        world.clock.forward(seconds=10)
        looks = len(world.watch.outboxes)
        await eventually(lambda looks=looks: len(world.watch.outboxes) > looks)
    world.brain.hold.set()
    await eventually(lambda: len(world.watch.turns) == 12)
    for conversation in conversations:
        assert (await world.seen(conversation)).state is State.BOT
        expected = ["bot: opening()", "customer: hello", "system: bot_slow()", "bot: echo: hello"]
        assert await world.texts(conversation) == expected
    await dispatcher.stop(0)


async def test_a_brain_that_never_answers_is_cut_off(world: World) -> None:
    world.brain.hold = asyncio.Event()
    dispatcher = world.dispatcher(turn_seconds=0.02)
    await dispatcher.start()
    conversation = await world.customer()
    await world.says(conversation, "hello")
    await wait_for_text(world, conversation, "system: bot_failed()")
    assert (await world.seen(conversation)).state is State.QUEUED
    await dispatcher.stop(0)


async def test_a_reply_that_comes_too_late_is_dropped_and_counted(world: World, dispatcher: Dispatcher) -> None:
    world.brain.hold = asyncio.Event()
    conversation = await world.customer()
    await world.says(conversation, "hello")
    await eventually(lambda: dispatcher.running)
    await world.service.request_human(conversation, "h")
    world.brain.hold.set()
    await eventually(lambda: world.watch.drops)
    assert world.watch.drops == ["reply"]
    assert await last_text(world, conversation) == "system: queued(position=1)"


async def test_turns_left_by_a_crash_are_taken_up_again(world: World) -> None:
    conversation = await world.customer()
    await world.says(conversation, "hello")
    (crashed,) = await world.service.take_turns("a gateway that died", 30, 10)
    dispatcher = world.dispatcher()
    await dispatcher.start()
    await world.says(conversation, "anybody?")
    assert world.brain.requests == []
    world.clock.forward(seconds=31)
    await wait_for_text(world, conversation, "bot: echo: hello / anybody?")
    assert await world.service.finish_turn(crashed, result("from the grave")) == "answered"
    assert "bot: from the grave" not in await world.texts(conversation)
    await dispatcher.stop(0)


async def test_a_turn_whose_takers_died_three_times_goes_to_people_untried(world: World) -> None:
    conversation = await world.customer()
    await world.says(conversation, "poison")
    for _ in range(4):
        await world.service.take_turns("a gateway that died", 30, 10)
        world.clock.forward(seconds=31)
    dispatcher = world.dispatcher()
    await dispatcher.start()
    await wait_for_text(world, conversation, "system: bot_failed()")
    assert world.brain.requests == []
    await dispatcher.stop(0)


async def test_stopping_puts_unfinished_turns_back_for_others(world: World) -> None:
    world.brain.hold = asyncio.Event()
    dispatcher = world.dispatcher()
    await dispatcher.start()
    conversation = await world.customer()
    await world.says(conversation, "hello")
    await eventually(lambda: dispatcher.running)
    await dispatcher.stop(grace=0)
    (taken,) = await world.service.take_turns("another gateway", 30, 10)
    assert taken.turn.failures == 0


async def test_stopping_lets_what_is_nearly_done_end(world: World) -> None:
    world.brain.hold = asyncio.Event()
    dispatcher = world.dispatcher()
    await dispatcher.start()
    conversation = await world.customer()
    await world.says(conversation, "hello")
    await eventually(lambda: dispatcher.running)
    asyncio.get_running_loop().call_later(0.05, world.brain.hold.set)
    await dispatcher.stop(grace=10)
    assert await last_text(world, conversation) == "bot: echo: hello"


async def test_no_more_than_so_many_turns_run_at_once(world: World) -> None:
    world.brain.hold = asyncio.Event()
    dispatcher = world.dispatcher(concurrency=3)
    await dispatcher.start()
    for _ in range(10):
        await world.says(await world.customer(), "hello")
    await eventually(lambda: dispatcher.running == 3)
    assert len(world.brain.requests) == 3
    world.brain.hold.set()
    await eventually(lambda: len(world.watch.turns) == 10)
    await dispatcher.stop(0)


class FlakyStore(MemoryConversationStore):
    """A store whose database is away for the next few writes."""

    def __init__(self) -> None:
        super().__init__()
        self.away = 0

    async def write(self, script, *, first=False):
        if self.away > 0:
            self.away -= 1
            raise Unavailable("away", code="storage_unavailable")
        return await super().write(script)


async def test_an_answer_survives_a_database_that_is_away_for_a_while() -> None:
    store = FlakyStore()
    world = World(store)
    world.brain.hold = asyncio.Event()
    dispatcher = world.dispatcher()
    await dispatcher.start()
    conversation = await world.customer()
    await world.says(conversation, "hello")
    await eventually(lambda: world.brain.requests)
    store.away = 3
    world.brain.hold.set()
    await wait_for_text(world, conversation, "bot: echo: hello")
    assert len(world.brain.requests) == 1
    await dispatcher.stop(0)


async def test_two_dispatchers_on_one_store_answer_everything_once(world: World) -> None:
    dispatchers = [world.dispatcher(), world.dispatcher()]
    for dispatcher in dispatchers:
        await dispatcher.start()
    conversations = [await world.customer() for _ in range(20)]
    for conversation in conversations:
        await world.says(conversation, "hello")
    await eventually(lambda: len(world.watch.turns) >= 20)
    for conversation in conversations:
        assert await world.texts(conversation) == ["bot: opening()", "customer: hello", "bot: echo: hello"]
    for dispatcher in dispatchers:
        await dispatcher.stop(0)
    assert world.watch.outboxes


async def test_with_a_place_free_the_turn_is_taken_in_the_transaction_that_owes_it(
    world: World, dispatcher: Dispatcher
) -> None:
    world.brain.hold = asyncio.Event()
    conversation = await world.customer()
    await world.says(conversation, "hello")
    assert dispatcher.running == 1
    assert await world.answers() == []
    await world.says(conversation, "are you there?")
    world.brain.hold.set()
    await wait_for_text(world, conversation, "bot: echo: are you there?")


async def test_no_place_is_kept_for_what_owes_no_turn(world: World) -> None:
    dispatcher = world.dispatcher(concurrency=1)
    await dispatcher.start()
    conversation = await world.with_agent()
    for _ in range(5):
        await world.says(conversation, "for the agent")
        await world.service.post_customer_message(conversation, "same", "again and again")
    other = await world.customer()
    await world.says(other, "for the bot")
    await wait_for_text(world, other, "bot: echo: for the bot")
    assert [
        request.conversation_id for request in world.brain.requests if request.messages[0].text.startswith("for")
    ] == [other]
    await dispatcher.stop()


async def test_when_all_places_are_taken_older_turns_go_first(world: World) -> None:
    world.brain.hold = asyncio.Event()
    dispatcher = world.dispatcher(concurrency=1, poll_seconds=60)
    await dispatcher.start()
    conversations = [await world.customer() for _ in range(5)]
    for conversation in conversations:
        await world.says(conversation, "hello")
        world.clock.forward(seconds=1)
    world.brain.hold.set()
    await eventually(lambda: len(world.watch.turns) == 5)
    assert [request.conversation_id for request in world.brain.requests] == conversations
    await dispatcher.stop()


async def test_a_customer_who_leaves_while_sending_is_answered_all_the_same(
    world: World, dispatcher: Dispatcher
) -> None:
    conversation = await world.customer()
    sending = asyncio.create_task(world.service.post_customer_message(conversation, "k", "hello"))
    await asyncio.sleep(0)
    sending.cancel()
    await wait_for_text(world, conversation, "bot: echo: hello")
    assert (await world.texts(conversation)).count("customer: hello") == 1


async def test_a_long_turn_keeps_its_lease(world: World) -> None:
    world.brain.hold = asyncio.Event()
    dispatcher = world.dispatcher(lease_seconds=0.06)
    await dispatcher.start()
    conversation = await world.customer()
    await world.says(conversation, "hello")

    async def renewed() -> bool:
        turn = await world.store.read(lambda read: read.turn(world.brain.requests[0].turn_id))
        return turn.lease_until > world.clock.now()

    await eventually(lambda: world.brain.requests)
    for _ in range(3):
        world.clock.forward(seconds=0.05)
        await eventually(renewed)
    assert await world.service.take_turns("another gateway", 30, 10) == []
    world.brain.hold.set()
    await wait_for_text(world, conversation, "bot: echo: hello")
    await dispatcher.stop()


async def test_stopping_in_the_middle_of_many_messages_leaves_every_turn_to_be_taken_at_once(world: World) -> None:
    world.brain.hold = asyncio.Event()
    dispatcher = world.dispatcher(concurrency=4)
    await dispatcher.start()
    conversations = [await world.customer() for _ in range(12)]
    sending = [asyncio.create_task(world.says(conversation, "hello")) for conversation in conversations]
    await asyncio.sleep(0)
    await dispatcher.stop(grace=0)
    await asyncio.gather(*sending)
    taken = await world.service.take_turns("another gateway", 30, 50)
    assert sorted(each.request.conversation_id for each in taken) == sorted(conversations)
    assert {each.turn.failures for each in taken} == {0}
