import time

from bot.load.bench import Pace


async def test_messages_come_no_faster_than_the_rate_and_end_in_time() -> None:
    started = time.monotonic()
    second = Pace(started, number=1, users=2, rate=50.0)
    sent = []
    while await second.next_before(started + 0.5):
        sent.append(time.monotonic() - started)
    assert sent[0] >= 0.019
    assert all(later - earlier >= 0.039 for earlier, later in zip(sent, sent[2:], strict=False))
    assert len(sent) <= 13


async def test_without_a_rate_nobody_waits() -> None:
    started = time.monotonic()
    pace = Pace(started, number=3, users=4, rate=0.0)
    for _ in range(1000):
        assert await pace.next_before(started + 3600)
    assert not await pace.next_before(started)


async def test_who_was_answered_late_sends_at_once_and_not_in_a_burst() -> None:
    started = time.monotonic() - 10.0
    pace = Pace(started, number=0, users=1, rate=20.0)
    assert await pace.next_before(started + 3600)
    late = time.monotonic()
    assert await pace.next_before(started + 3600)
    assert await pace.next_before(started + 3600)
    assert time.monotonic() - late >= 0.045
