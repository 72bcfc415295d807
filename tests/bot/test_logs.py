"""Log lines with fields, in both forms; and the trail of one message from the widget to the worker and back."""

import io
import json
import logging

import pytest
from fastapi.testclient import TestClient

from bot.brain.app import create_app
from bot.brain.wire import TOKEN_HEADER, request_to_json
from bot.conversation.model import Reply, Signals, TurnResult
from bot.logs import Fields
from tests.support.house import House, is_message
from tests.support.waiting import eventually

WORDS = "my secret is 4711"


@pytest.fixture
def lines():
    """Everything that is logged, as JSON lines."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Fields("json"))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)


def record(**extra):
    made = logging.makeLogRecord({"name": "bot.x", "levelname": "INFO", "msg": "turn %s", "args": ("ended",)})
    vars(made).update(extra)
    return made


def test_fields_stand_at_the_end_of_a_line_of_text():
    line = Fields("text").format(record(turn="t1", messages=["a", "b"], ms={"brain": 1.5}))
    assert line.endswith("INFO bot.x turn ended turn=t1 messages=a,b ms=brain:1.5")


def test_as_json_a_record_is_one_object_whatever_is_in_it():
    try:
        raise ValueError("two\nlines")
    except ValueError as error:
        made = record(turn="t1", odd=object(), exc_info=(type(error), error, error.__traceback__))
    line = Fields("json").format(made)
    assert "\n" not in line
    told = json.loads(line)
    assert (told["event"], told["level"], told["turn"]) == ("turn ended", "info", "t1")
    assert "two\nlines" in told["traceback"]


class FakeHost:
    """A host whose model repeats."""

    async def start(self):
        return None

    async def stop(self):
        return None

    async def turn(self, request):
        return TurnResult((Reply(f"You said {WORDS}"),), [], Signals(), "model-1", {"total": 1.25})


async def test_one_message_leaves_one_trail_from_gateway_to_worker_and_back_without_its_words(lines):
    worker = TestClient(create_app(FakeHost(), "t" * 20), headers={TOKEN_HEADER: "t" * 20})
    async with House() as house:

        async def over_the_wire(request):
            answer = worker.post("/v1/turn", json=request_to_json(request))
            assert answer.status_code == 200
            return TurnResult((Reply("answered"),), [], Signals(), answer.json()["model_id"], {"total": 1.25})

        house.brain.script = over_the_wire
        async with house.socket() as client:
            key = await client.say(WORDS)
            await client.until(is_message("bot", "answered"), timeout=30)
            await eventually(lambda: any(line["event"] == "turn ended" for line in lines()), timeout=30)
    trail = [line for line in lines() if key in line.get("messages", ())]
    assert sorted(line["event"] for line in trail) == ["message stored", "turn computed", "turn ended"]
    assert len({line["conversation"] for line in trail}) == 1
    assert len({line["turn"] for line in trail if "turn" in line}) == 1
    assert next(line for line in trail if line["event"] == "turn ended")["ms"]["brain"] > 0
    assert WORDS not in json.dumps(lines())


async def test_a_failing_statement_is_logged_without_what_it_would_have_stored(tmp_path, lines):
    from sqlalchemy import text
    from sqlalchemy.exc import IntegrityError

    from bot.storage.database import connect

    database = connect(f"sqlite:///{tmp_path}/x.db")
    await database.write_script(lambda c: c.execute(text("CREATE TABLE t (id INTEGER PRIMARY KEY, words TEXT)")))
    try:
        for _ in range(2):
            await database.write_script(lambda c: c.execute(text("INSERT INTO t VALUES (1, :words)"), {"words": WORDS}))
    except IntegrityError:
        logging.getLogger("bot.storage").exception("a script failed")
    await database.close()
    assert lines()[-1]["traceback"]
    assert WORDS not in json.dumps(lines())
