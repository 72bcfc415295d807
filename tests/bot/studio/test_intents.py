"""Examples in the files Rasa trains on, changed by several people."""

import difflib
import shutil
from pathlib import Path

import pytest

from bot.studio.intents import IntentFiles, as_example

NLU = Path(__file__).parents[3] / "data" / "nlu"


def test_every_file_of_the_project_can_be_written_back_without_a_change(tmp_path):
    folder = Path(shutil.copytree(NLU, tmp_path / "nlu"))
    files = IntentFiles(folder, tmp_path / "lock")
    for intent in files.all():
        before = (folder / intent.file).read_text()
        files.put(intent.name, list(intent.examples), intent.version)
        assert (folder / intent.file).read_text() == before, intent.name


async def test_a_change_touches_nothing_but_its_lines(world):
    got = await world.editor.get("/studio/intents/affirm")
    path = world.data / "nlu" / got.json()["file"]
    before = path.read_text().splitlines()
    examples = [text for text in got.json()["examples"] if text != "yep"] + ["aye aye captain: #1 'quoted'"]
    answer = await world.editor.put(
        "/studio/intents/affirm", json={"examples": examples}, headers={"If-Match": got.headers["etag"]}
    )
    assert answer.status_code == 200
    assert answer.headers["etag"] != got.headers["etag"]
    changes = [line for line in difflib.ndiff(before, path.read_text().splitlines()) if line[0] in "+-"]
    assert changes == ["-     - yep", "+     - aye aye captain: #1 'quoted'"]
    again = await world.editor.get("/studio/intents/affirm")
    assert again.json()["examples"] == examples


async def test_a_comment_below_the_examples_stays(tmp_path):
    folder = tmp_path / "nlu"
    folder.mkdir()
    first = 'version: "3.1"\nnlu:\n- intent: a  # why\n  examples: |\n    - one\n'
    text = first + "\n# About b.\n- intent: b\n  examples: |\n    - two\n"
    (folder / "x.yml").write_text(text)
    IntentFiles(folder, tmp_path / "lock").add("a", "three")
    assert (folder / "x.yml").read_text() == text.replace("- one\n", "- one\n    - three\n")


async def test_of_two_editors_the_slower_is_told_what_changed(world):
    got = await world.editor.get("/studio/intents/affirm")
    tag = {"If-Match": got.headers["etag"]}
    examples = got.json()["examples"]
    await world.editor.put("/studio/intents/affirm", json={"examples": [*examples[1:], "quick one"]}, headers=tag)
    late = await world.editor.put("/studio/intents/affirm", json={"examples": [*examples, "slow one"]}, headers=tag)
    assert (late.status_code, late.json()["error"]["code"]) == (412, "stale_write")
    details = late.json()["error"]["details"]
    assert details["changed"] == {"added": ["quick one"], "removed": [examples[0]]}
    retry = await world.editor.put(
        "/studio/intents/affirm",
        json={"examples": [*details["current"], "slow one"]},
        headers={"If-Match": details["version"]},
    )
    assert retry.json()["examples"][-2:] == ["quick one", "slow one"]


@pytest.mark.parametrize(
    ("examples", "words"),
    [
        ([], "at least one"),
        (["ok", "  "], "Example 2: It is empty"),
        (["ok", "OK"], "same as example 1"),
        (["/order_status"], "begins with '/'"),
        (["where is [my order(item)"], "bracket is not closed"),
        (["one\ntwo"], "one line"),
        (["x" * 501], "longer than 500"),
    ],
)
async def test_bad_examples_are_refused_with_what_to_do_and_nothing_is_written(world, examples, words):
    got = await world.editor.get("/studio/intents/affirm")
    answer = await world.editor.put(
        "/studio/intents/affirm", json={"examples": examples}, headers={"If-Match": got.headers["etag"]}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "bad_example")
    assert words in answer.json()["error"]["message"]
    assert (await world.editor.get("/studio/intents/affirm")).json() == got.json()


async def test_an_example_of_another_intent_is_named(world):
    got = await world.editor.get("/studio/intents/affirm")
    deny = (await world.editor.get("/studio/intents/deny")).json()["examples"][0]
    answer = await world.editor.put(
        "/studio/intents/affirm",
        json={"examples": [*got.json()["examples"], deny.upper()]},
        headers={"If-Match": got.headers["etag"]},
    )
    assert (answer.status_code, answer.json()["error"]["details"]["intent"]) == (409, "deny")


async def test_writing_needs_a_version_a_role_and_a_known_intent(world):
    answer = await world.editor.put("/studio/intents/affirm", json={"examples": ["x"]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "if_match_missing")
    assert (await world.editor.get("/studio/intents/nothing")).json()["error"]["code"] == "unknown_intent"
    agent = await world.house.agent("ann")
    assert (await agent.get("/studio/intents")).status_code == 403


async def test_a_broken_file_is_named_with_its_line(world):
    (world.data / "nlu" / "zz.yml").write_text("nlu:\n- intent: a\n  examples: |\n    - x\n bad: [\n")
    answer = await world.editor.get("/studio/intents")
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "broken_content"
    assert "zz.yml, line" in answer.json()["error"]["message"]


def test_a_customers_words_become_one_plain_line():
    assert as_example("/start [x](y)\n and\tmore ") == "start (x)(y) and more"
