"""What a load client counts as lost or double."""

from bot.load.customer import Sent, lost_and_duplicated
from bot.load.figures import percentiles_ms
from bot.load.replay import outcome_of


def stored(*rows):
    return [{"seq": s, "event": {"kind": "message", "author": {"kind": k}, "text": t}} for s, k, t in rows]


def test_everything_acknowledged_and_stored_once_is_neither():
    sent = [Sent("a", "hi", 0, seq=2), Sent("b", "there", 0, seq=4)]
    log = stored((1, "bot", "Hello"), (2, "customer", "hi"), (3, "bot", "Yes?"), (4, "customer", "there"))
    assert lost_and_duplicated(sent, log) == (0, 0)


def test_acknowledged_but_not_stored_is_lost():
    assert lost_and_duplicated([Sent("a", "hi", 0, seq=2)], stored((1, "bot", "Hello"))) == (1, 0)


def test_stored_twice_is_double():
    log = stored((2, "customer", "hi"), (3, "customer", "hi"))
    assert lost_and_duplicated([Sent("a", "hi", 0, seq=2)], log) == (0, 1)


def test_stored_without_its_acknowledgement_is_neither():
    assert lost_and_duplicated([Sent("a", "hi", 0, error="closed")], stored((2, "customer", "hi"))) == (0, 0)


def test_outcome_follows_what_the_customer_saw():
    answered = Sent("a", "hi", 0, seq=1, replies=[{"text": "x"}])
    offered = Sent("a", "hi", 0, seq=1, replies=[{"quick_replies": [{"title": "Yes", "payload": "/request_human"}]}])
    asked = Sent("a", "hi", 0, seq=1, replies=[{"quick_replies": [{"title": "No", "payload": "/none_of_these"}]}])
    assert [outcome_of(s, "bot") for s in (answered, offered, asked)] == ["answered", "offered_human", "clarified"]
    assert outcome_of(answered, "queued") == "escalated"
    assert outcome_of(Sent("a", "hi", 0, error="timeout"), "bot") == "failed"


def test_percentiles_by_nearest_rank():
    assert percentiles_ms([i / 1000 for i in range(1, 101)]) == {"p50": 50.0, "p95": 95.0, "p99": 99.0}
    assert percentiles_ms([]) == {"p50": 0.0, "p95": 0.0, "p99": 0.0}
