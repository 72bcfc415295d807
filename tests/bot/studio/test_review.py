"""The inbox: what the bot was unsure of becomes work for editors."""

import asyncio

import pytest

from bot.identity.accounts import Role
from tests.bot.conversation.world import result


def understood(confidence, outcome="answered", **more):
    def answer(request):
        seq = request.messages[-1].seq
        intents = ({"seq": seq, "name": "greet", "confidence": confidence},)
        return result("An answer.", outcome=outcome, intents=intents, **more)

    return answer


@pytest.fixture
async def heard(world):
    """Three messages: one understood, one unsure, one failed."""
    house, said = world.house, {}
    for name, text, answer in [
        ("sure", "hello there", understood(0.95)),
        ("unsure", "my [pole] has snapped in two", understood(0.31)),
        ("failed", "qwerty", understood(0.2, "failed")),
    ]:
        house.brain.next(answer)
        said[name] = await house.customer(text)
        house.clock.forward(seconds=1)
        await house.answered()
    return said


async def test_the_inbox_lists_what_is_worth_a_look_newest_first(world, heard):
    items = (await world.editor.get("/studio/review")).json()["items"]
    assert [item["text"] for item in items] == ["qwerty", "my [pole] has snapped in two"]
    assert [item["why"] for item in items] == [["low_confidence", "failed"], ["low_confidence"]]
    assert items[1]["intents"] == [{"name": "greet", "confidence": 0.31}]
    assert items[1]["conversation_id"] == heard["unsure"]
    only = (await world.editor.get("/studio/review?why=failed")).json()["items"]
    assert [item["text"] for item in only] == ["qwerty"]
    first = (await world.editor.get("/studio/review?limit=1")).json()
    older = (await world.editor.get("/studio/review", params={"before": first["next"]})).json()
    assert [item["text"] for item in first["items"]] == ["qwerty"]
    assert ([item["text"] for item in older["items"]], older["next"]) == (["my [pole] has snapped in two"], None)
    assert (await world.editor.get("/studio/review?why=odd")).status_code == 422


async def test_a_label_becomes_an_example_and_leaves_the_inbox(world, heard):
    item = (await world.editor.get("/studio/review")).json()["items"][1]
    answer = await world.editor.post(f"/studio/review/{item['id']}/label", json={"intent": "complaint"})
    assert answer.status_code == 200
    marked = answer.json()["item"]
    assert (marked["status"], marked["marked"]["intent"], marked["marked"]["by"]["name"]) == (
        "labelled",
        "complaint",
        "Ed",
    )
    examples = (await world.editor.get("/studio/intents/complaint")).json()["examples"]
    assert examples[-1] == "my (pole) has snapped in two"
    assert len((await world.editor.get("/studio/review")).json()["items"]) == 1
    done = (await world.editor.get("/studio/review?status=labelled")).json()["items"]
    assert [one["id"] for one in done] == [item["id"]]


async def test_only_one_editor_deals_with_a_message(world, heard):
    other = await world.house.signed_in("flo", Role.EDITOR)
    item = (await world.editor.get("/studio/review")).json()["items"][0]
    path = f"/studio/review/{item['id']}/label"
    answers = await asyncio.gather(*(e.post(path, json={"intent": "complaint"}) for e in (world.editor, other)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    lost = next(answer for answer in answers if answer.status_code == 409)
    assert lost.json()["error"]["code"] == "already_reviewed"
    examples = (await world.editor.get("/studio/intents/complaint")).json()["examples"]
    assert examples.count("qwerty") == 1


async def test_a_label_that_cannot_be_written_leaves_the_message_in_the_inbox(world, heard):
    item = (await world.editor.get("/studio/review")).json()["items"][0]
    path = f"/studio/review/{item['id']}/label"
    assert (await world.editor.post(path, json={"intent": "nothing"})).json()["error"]["code"] == "unknown_intent"
    deny = (await world.editor.get("/studio/intents/deny")).json()["examples"][0]
    taken = await world.editor.post(path, json={"intent": "affirm", "text": deny})
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "example_elsewhere")
    assert item["id"] in [one["id"] for one in (await world.editor.get("/studio/review")).json()["items"]]
    moved = await world.editor.post(path, json={"intent": "affirm", "text": deny, "move": True})
    assert moved.status_code == 200
    assert deny not in (await world.editor.get("/studio/intents/deny")).json()["examples"]


async def test_dismissed_and_put_back(world, heard):
    item = (await world.editor.get("/studio/review")).json()["items"][0]
    assert (await world.editor.post(f"/studio/review/{item['id']}/dismiss")).json()["item"]["status"] == "dismissed"
    assert len((await world.editor.get("/studio/review")).json()["items"]) == 1
    await world.editor.post(f"/studio/review/{item['id']}/reopen")
    assert len((await world.editor.get("/studio/review")).json()["items"]) == 2


@pytest.mark.parametrize("item_id", ["nothing", "a.b", "a.1", "x.99999999999999"])
async def test_unknown_messages_are_not_found(world, item_id):
    answer = await world.editor.post(f"/studio/review/{item_id}/dismiss")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_message")
