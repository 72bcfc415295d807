"""What an operator may do to a running service, and what may happen to it, without a customer losing a word."""

import os
import signal
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from bot.training.registry import Registry
from tests.support.running import RunningService, baton

pytestmark = pytest.mark.slow


def wait_for(condition, seconds: float = 90):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.1)
    raise AssertionError(f"did not become true within {seconds} s")


def ends(customer, words: str) -> list[str]:
    """How the latest message was ended, awaited: by the answer, or by being passed to people where a worker is longer
    in coming back than customers are kept waiting."""

    def found() -> list[str]:
        answered = [words for text in customer.texts("bot") if words in text]
        passed = [e["to"] for e in customer.events.values() if e["kind"] == "state" and e["from"] == "bot"]
        return answered + passed

    while not found():
        customer.until(lambda f: f["type"] == "event", timeout=100)
    customer.settle()
    return found()


def test_a_killed_worker_delays_an_answer_and_loses_nothing(service):
    customer = service.customer()
    customer.say("hello")
    (worker,) = service.worker_pids()
    os.kill(worker, signal.SIGKILL)
    assert customer.post("how long does delivery take?")["type"] == "ack"
    assert len(ends(customer, "3 to 5 working days")) == 1
    assert customer.texts("customer").count("how long does delivery take?") == 1
    wait_for(lambda: service.worker_pids() not in ([], [worker]))
    customer.close()


def test_a_new_model_is_taken_up_between_two_messages(service):
    registry = Registry(service.state / "models")
    first = registry.live()
    again = registry.register(registry.archive(first.id), first.data_fingerprint, first.metrics)
    admin = service.staff("admin")
    enough, answers, served_by = threading.Event(), [], set()

    def talk():
        while not enough.is_set():  # a new customer each time: who repeats a question is passed to a person
            customer = service.customer()
            customer.say("how long does delivery take?")
            while customer.state == "bot" and not any("working days" in text for text in customer.texts("bot")):
                customer.until(lambda f: f["type"] == "event")  # it may be told first that it takes longer
            answers.append(" ".join(customer.texts("bot")))
            events = admin.get(f"/agent/conversations/{customer.id}").json()["events"]
            served_by.update(e["event"]["model_id"] for e in events if e["event"]["kind"] == "turn")
            customer.close()

    thread = threading.Thread(target=talk)
    thread.start()
    try:
        wait_for(lambda: first.id in served_by)
        assert baton("models", "promote", again.id, state=service.state).returncode == 0
        wait_for(lambda: again.id in served_by)
    finally:
        enough.set()
        thread.join(60)
        baton("models", "rollback", state=service.state)
    assert all("3 to 5 working days" in answer for answer in answers)
    assert registry.live().id == first.id


def test_a_worker_killed_while_it_takes_up_a_new_model_loses_nothing_and_comes_back_with_it(service):
    registry = Registry(service.state / "models")
    first = registry.live()
    again = registry.register(registry.archive(first.id), first.data_fingerprint, first.metrics)
    customer = service.customer()
    customer.say("hello")
    (worker,) = service.worker_pids()
    asked = ("how long does delivery take?", "what is your return policy?")
    try:
        registry.promote(again.id)
        for text in asked:
            assert customer.post(text)["type"] == "ack"
        time.sleep(1.2)  # it looks once a second and then loads for about a second: any moment of that is a good one
        os.kill(worker, signal.SIGKILL)
        assert len(ends(customer, "60 days")) == 1
        assert [customer.texts("customer").count(text) for text in asked] == [1, 1]
        told = sum("3 to 5 working days" in text for text in customer.texts("bot"))
        assert told == 1 or (told == 0 and customer.state != "bot")
        wait_for(lambda: service.worker_pids() not in ([], [worker]))
        other, admin = service.customer(), service.staff("admin")
        other.post("how long does delivery take?")

        def models() -> list[str]:
            log = admin.get(f"/agent/conversations/{other.id}").json()["events"]
            return [e["event"]["model_id"] for e in log if e["event"]["kind"] == "turn"]

        assert wait_for(models) == [again.id]
        other.close()
    finally:
        registry.rollback()
        customer.close()


def test_a_changed_article_is_live_without_a_restart(service, tmp_path):
    data = tmp_path / "data"
    source = Path(__file__).resolve().parents[2] / "data"
    data.mkdir()
    for entry in source.iterdir():
        if entry.name != "kb":
            (data / entry.name).symlink_to(entry)
    import shutil

    shutil.copytree(source / "kb", data / "kb")
    article = data / "kb" / "shipping" / "drone-delivery.md"
    article.write_text(
        "---\nid: drone-delivery\ntitle: Delivery by drone\nquestions:\n- Can a drone bring my parcel?\n"
        "- Do you deliver by drone?\ntags: [drone]\naudience: customer\nupdated: 2026-11-01\n---\n\n"
        "Parcels under two kilos can come by drone on the Isle of Skye, on dry days before noon.\n"
    )
    try:
        done = baton("index", "--json", state=service.state, BATON_DATA_DIR=str(data))
        assert done.returncode == 0, done.stderr
        wait_for(lambda: service.http.get("/help/search", params={"q": "drone"}).json()["items"][0]["article_id"]
                 == "drone-delivery")  # fmt: skip
        customer = service.customer()
        assert "Isle of Skye" in customer.say("do you deliver by drone?")[0]["text"]
        customer.close()
    finally:
        baton("index", state=service.state)


def test_a_broken_article_is_named_and_the_index_stays(service, tmp_path):
    data = tmp_path / "data"
    (data / "kb").mkdir(parents=True)
    (data / "kb" / "broken.md").write_text("---\nid: [\n---\n\nText.\n")
    done = baton("index", state=service.state, BATON_DATA_DIR=str(data))
    assert done.returncode == 1
    assert "broken.md" in done.stderr
    assert service.http.get("/help/search", params={"q": "delivery"}).json()["items"]


def test_a_locked_database_is_told_and_nothing_is_acknowledged(service):
    customer = service.customer()
    customer.say("hello")
    lock = sqlite3.connect(service.state / "baton.sqlite3", isolation_level=None, timeout=30)
    lock.execute("BEGIN IMMEDIATE")
    try:
        refused = customer.post("said while the database was locked")
        assert (refused["type"], refused["code"]) == ("error", "storage_unavailable")
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    assert customer.say("and said again after")
    assert "said while the database was locked" not in customer.texts()
    customer.close()


@pytest.mark.timeout(300)
def test_a_killed_gateway_comes_back_with_everything(prepared_state, tmp_path):
    import shutil

    state = tmp_path / "var"
    shutil.copytree(prepared_state, state, ignore=shutil.ignore_patterns("baton.sqlite3*", "*.log"))
    (state / "first-accounts.txt").unlink(missing_ok=True)
    running = RunningService(state).start()
    customer = running.customer()
    customer.say("how long does delivery take?")
    (worker,) = running.worker_pids()
    owed = customer.post("what is your return policy?")
    running.stop(signal.SIGKILL)
    wait_for(lambda: not Path(f"/proc/{worker}").exists(), 15)  # no worker is left behind
    running.start()
    customer.connect()
    assert owed["type"] == "ack"
    assert len(ends(customer, "60 days")) == 1
    assert customer.texts("customer").count("what is your return policy?") == 1
    customer.close()
    assert running.stop(signal.SIGINT) in (0, 130)
