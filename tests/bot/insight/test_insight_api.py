"""Figures of real conversations through HTTP."""

import csv
import io

import pytest

from bot.identity.accounts import Role
from tests.bot.conversation.world import result


@pytest.fixture
async def day(house):
    """One conversation the bot answered, one an agent resolved and the customer rated, one who left the line."""
    ann = await house.agent("ann")
    contained = await house.customer("how do I return a tent")
    house.brain.next(result("Within 60 days.", outcome="answered"))
    house.clock.forward(seconds=2)
    await house.answered()
    await house.service.end(contained)
    helped = await house.waiting("my tent is torn")
    house.clock.forward(seconds=40)
    await ann.post(f"/agent/conversations/{helped}/claim")
    house.clock.forward(seconds=20)
    body = {"client_message_id": "1", "text": "Hello"}
    await ann.post(f"/agent/conversations/{helped}/messages", json=body)
    house.clock.forward(seconds=100)
    await ann.post(f"/agent/conversations/{helped}/resolve", json={"outcome": "resolved"})
    await house.service.feedback(helped, "csat", 5)
    left = await house.waiting("hello")
    await house.service.back_to_bot(left)
    await house.service.open(None)  # who never wrote is not counted
    return {"contained": contained, "helped": helped, "left": left, "ann": ann}


async def test_the_summary_counts_what_happened(house, day):
    found = (await day["ann"].get("/insight/summary")).json()
    values = {name: figure["value"] for name, figure in found.items() if isinstance(figure, dict)}
    assert values["conversations"] == 3
    assert (found["containment"]["numerator"], found["containment"]["denominator"]) == (1, 2)
    assert found["escalations"]["numerator"] == 2
    assert (values["csat"], found["csat"]["count"]) == (5, 1)
    assert (found["waiting"]["median_seconds"], found["waiting"]["denominator"]) == (40, 2)
    assert values["handling"] == 120
    assert values["first_response_bot"] == 2
    assert values["first_response_agent"] == 60
    assert (found["abandoned"]["numerator"], found["abandoned"]["denominator"]) == (1, 2)
    assert found["first_contact_resolution"]["denominator"] == 0
    assert found["reasons"][0]["reason"] == "customer_request"
    assert (found["from"], found["to"], len(found["daily"])) == ("2026-02-24", "2026-03-02", 7)


async def test_a_day_outside_of_the_period_is_not_counted(house, day):
    answer = await day["ann"].get("/insight/summary", params={"from": "2026-02-01", "to": "2026-03-01"})
    assert answer.json()["conversations"]["value"] == 0


async def test_coming_back_within_a_week_is_no_first_contact_resolution(house, day):
    house.clock.forward(days=6)
    await house.says(day["contained"], "it came back")
    house.clock.forward(days=10)
    ann = await house.signed_in("carl")
    found = (await ann.get("/insight/summary", params={"from": "2026-03-02", "to": "2026-03-02"})).json()
    # helped: settled; contained: came back; left: still in the line's aftermath, ended by silence, but had left
    figure = found["first_contact_resolution"]
    assert (figure["numerator"], figure["denominator"]) == (1, 2)


async def test_every_table_has_its_csv_and_the_list_leads_to_the_conversations(house, day):
    ann = day["ann"]
    listed = (await ann.get("/insight/conversations")).json()
    assert listed["total"] == 3
    assert {item["conversation_id"] for item in listed["items"]} == {day["contained"], day["helped"], day["left"]}
    rated = (await ann.get("/insight/conversations?only=rated")).json()["items"]
    assert [(item["conversation_id"], item["csat"], item["agent"]) for item in rated] == [(day["helped"], 5, "Ann")]
    for name, rows in [("daily", 7), ("reasons", 1), ("conversations", 3)]:
        answer = await ann.get(f"/insight/{name}.csv")
        assert answer.headers["content-type"].startswith("text/csv")
        assert len(list(csv.DictReader(io.StringIO(answer.text)))) == rows
    admin = await house.signed_in("root", Role.ADMIN)
    deeds = (await admin.get("/audit")).json()["items"]
    assert sum(deed["action"] == "export_csv" for deed in deeds) == 3


async def test_bad_periods_are_refused_in_words_and_strangers_at_all(house):
    ann = await house.agent("ann")
    swapped = await ann.get("/insight/summary?from=2026-03-05&to=2026-03-01")
    assert (swapped.status_code, swapped.json()["error"]["code"]) == (422, "bad_period")
    assert (await ann.get("/insight/summary?from=yesterday")).status_code == 422
    assert (await house.client().get("/insight/summary")).status_code == 401
