"""Trainings and models through HTTP."""

from bot.errors import BatonError
from bot.studio.models import Understood
from tests.support.waiting import eventually


async def training(world, training_id):
    return (await world.editor.get(f"/studio/trainings/{training_id}")).json()


async def test_a_training_shows_its_progress_and_ends_with_a_candidate(world):
    begun = await world.editor.post("/studio/trainings")
    assert (begun.status_code, begun.json()["status"], begun.json()["started_by"]) == (202, "running", "Ed")
    training_id = begun.json()["id"]

    async def learning():
        return (await training(world, training_id))["message"] == "Learning"

    await eventually(learning)
    second = await world.editor.post("/studio/trainings")
    assert (second.status_code, second.json()["error"]["code"]) == (409, "training_running")
    assert second.json()["error"]["details"]["id"] == training_id
    world.trainer.go.set()
    found = await eventually(lambda: _ended(world, training_id))
    assert (found["status"], found["model_id"], found["share"], found["passed_gate"]) == ("done", "model-2", 1.0, True)
    assert [step["stage"] for step in found["steps"]] == ["training", "testing"]
    assert found["warnings"] == ["Intent x has few examples."]
    listed = (await world.editor.get("/studio/trainings")).json()["items"]
    assert [one["id"] for one in listed] == [training_id]


async def _ended(world, training_id):
    found = await training(world, training_id)
    return found if found["status"] != "running" else None


async def test_broken_content_is_named_and_the_next_training_can_begin(world):
    problems = [{"file": "nlu/a.yml", "line": 3, "message": "Close the bracket."}]
    world.trainer.error = BatonError("No model.", code="training_failed", details={"problems": problems})
    world.trainer.go.set()
    training_id = (await world.editor.post("/studio/trainings")).json()["id"]
    found = await eventually(lambda: _ended(world, training_id))
    assert (found["status"], found["error"]["code"]) == ("failed", "training_failed")
    assert found["error"]["details"]["problems"] == problems
    assert (await world.editor.post("/studio/trainings")).status_code == 202


async def test_a_training_whose_process_is_gone_does_not_block_the_next(world):
    first = (await world.editor.post("/studio/trainings")).json()["id"]
    world.house.clock.forward(minutes=3)
    assert (await training(world, first))["error"]["code"] == "interrupted"
    assert (await world.editor.post("/studio/trainings")).status_code == 202


async def test_stopping_the_service_ends_the_training(world):
    training_id = (await world.editor.post("/studio/trainings")).json()["id"]
    await world.studio.close()
    found = await training(world, training_id)
    assert (found["status"], found["error"]["code"]) == ("failed", "interrupted")


async def test_models_are_promoted_rolled_back_and_the_gate_is_kept(world):
    first, second = world.model(), world.model()
    bad = world.model(gate={"passed": False, "reasons": ["worse by 4 points"]})
    for model in (first, second):
        assert (await world.editor.post(f"/studio/models/{model}/promote")).json()["status"] == "live"
    assert world.reloads == 2
    refused = await world.editor.post(f"/studio/models/{bad}/promote")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "gate_failed")
    assert (await world.editor.post(f"/studio/models/{bad}/promote", json={"force": True})).status_code == 200
    assert (await world.editor.post("/studio/models/rollback")).json()["id"] == second
    listed = (await world.editor.get("/studio/models")).json()
    assert listed["live"] == second
    assert {item["id"]: item["status"] for item in listed["items"]}[bad] == "previous"
    missing = await world.editor.post("/studio/models/nothing/promote")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "model_not_found")


async def test_two_models_are_compared_on_what_customers_wrote(world):
    first, second = world.model(), world.model()
    for text in ("hello", "hello", "my pole snapped"):
        await world.house.customer(text)
        await world.house.answered()
    world.readings[second, "my pole snapped"] = Understood("complaint", 0.7)
    found = (await world.editor.get(f"/studio/models/{first}/compare", params={"with": second})).json()
    assert (found["messages"], found["same"]) == (2, 1)
    assert found["different"] == [
        {
            "text": "my pole snapped",
            "a": {"intent": "greet", "confidence": 0.9},
            "b": {"intent": "complaint", "confidence": 0.7},
        }
    ]
    same = await world.editor.get(f"/studio/models/{first}/compare", params={"with": first})
    assert same.json()["error"]["code"] == "same_model"
    missing = await world.editor.get(f"/studio/models/{first}/compare", params={"with": "nothing"})
    assert missing.status_code == 404
