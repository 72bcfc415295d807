"""The agents' HTTP contract over a real database."""

import asyncio
from datetime import timedelta

from bot.conversation.model import CustomerProfile
from bot.identity.accounts import Role

JSON = {"Content-Type": "application/json"}
LEA = CustomerProfile(name="Lea Berg", email="lea@example.com")


async def test_an_agent_sees_who_waits_with_reason_position_and_time(house):
    ann = await house.agent("ann")
    first = await house.waiting("my tent is torn", LEA)
    house.clock.forward(seconds=30)
    await house.waiting("hello")
    house.clock.forward(seconds=30)
    listed = (await ann.get("/agent/conversations", params={"state": "queued"})).json()
    top = listed["items"][0]
    assert [item["position"] for item in listed["items"]] == [1, 2]
    assert (top["id"], top["state"], top["reason"], top["waiting_seconds"]) == (first, "queued", "customer_request", 60)
    assert top["customer"]["name"] == "Lea Berg"
    assert (top["last_message"], top["unread"], top["assignee"]) == ("my tent is torn", 1, None)
    assert listed["counts"]["queued"] == 2


async def test_the_more_urgent_comes_first(house):
    ann = await house.agent("ann")
    early, late = await house.waiting(), await house.waiting()
    house.clock.forward(seconds=5)
    answer = await ann.post(f"/agent/conversations/{late}/priority", json={"priority": "urgent"})
    assert answer.json()["position"] == 1
    listed = (await ann.get("/agent/conversations?state=queued")).json()["items"]
    assert [item["id"] for item in listed] == [late, early]


async def test_those_who_were_promised_a_reply_stand_before_who_came_later(house):
    promised = await house.waiting("nobody was here")
    assert await house.state(promised) == "offline"
    house.clock.forward(minutes=10)
    ann = await house.agent("ann")
    fresh = await house.waiting("now")
    listed = (await ann.get("/agent/conversations")).json()["items"]
    assert [item["id"] for item in listed] == [promised, fresh]
    assert [item["position"] for item in listed] == [None, 1]


async def test_one_claim_wins_and_the_other_learns_who_has_it(house):
    ann, ben = await house.agent("ann"), await house.agent("ben")
    conversation = await house.waiting()
    answers = await asyncio.gather(*(a.post(f"/agent/conversations/{conversation}/claim") for a in (ann, ben)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert lost.json()["error"]["code"] == "already_claimed"
    assert lost.json()["error"]["details"]["agent"] == won.json()["assignee"]
    mine = await asyncio.gather(*(a.get("/agent/conversations?assignee=me") for a in (ann, ben)))
    assert sorted(len(answer.json()["items"]) for answer in mine) == [0, 1]


async def test_a_conversation_opens_with_packet_transcript_events_and_other_conversations(house):
    ann = await house.agent("ann")
    conversation = await house.waiting("my tent is torn", LEA)
    detail = (await ann.get(f"/agent/conversations/{conversation}")).json()
    handoff = detail["handoff"]
    assert handoff["reason"] == "customer_request"
    assert {"evidence", "summary", "intents", "sentiment", "failed_attempts", "slots", "orders", "customer"} <= set(
        handoff
    )
    assert "my tent is torn" in [line["text"] for line in handoff["transcript"]]
    assert [event["seq"] for event in detail["events"]] == list(range(1, detail["last_seq"] + 1))
    assert detail["events"][0]["event"]["kind"] == "message"
    assert detail["earlier"] == []
    missing = await ann.get("/agent/conversations/nothing")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "conversation_not_found")


async def test_an_answer_is_stored_once_however_often_it_is_sent(house):
    ann = await house.agent("ann")
    conversation = await house.waiting()
    await ann.post(f"/agent/conversations/{conversation}/claim")
    body = {"client_message_id": "c-1", "text": "Hello, I am looking at it."}
    first, again = [await ann.post(f"/agent/conversations/{conversation}/messages", json=body) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() | {"duplicate": True} == again.json()
    other = await ann.post(f"/agent/conversations/{conversation}/messages", json=body | {"text": "else"})
    assert (other.status_code, other.json()["error"]["code"]) == (409, "client_message_id_reused")
    said = [e.data["text"] for e in await house.service.events(conversation) if e.kind == "message"]
    assert said.count("Hello, I am looking at it.") == 1


async def test_only_who_has_it_can_answer_but_anybody_can_leave_a_note_that_no_customer_sees(house):
    ann, ben = await house.agent("ann"), await house.agent("ben")
    conversation = await house.waiting()
    await ann.post(f"/agent/conversations/{conversation}/claim")
    body = {"client_message_id": "c-1", "text": "me first"}
    refused = await ben.post(f"/agent/conversations/{conversation}/messages", json=body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not_assigned")
    noted = await ben.post(f"/agent/conversations/{conversation}/notes", json={"text": "she called yesterday"})
    assert (noted.status_code, noted.json()["private"]) == (201, True)
    shown = await house.service.events(conversation, private=False)
    assert all("yesterday" not in str(event.data) for event in shown)
    plain = await ann.get(f"/agent/conversations/{conversation}/transcript")
    with_notes = await ann.get(f"/agent/conversations/{conversation}/transcript?notes=true")
    assert "she called yesterday" not in plain.text
    assert "she called yesterday" in with_notes.text


async def test_unread_counts_what_nobody_answered_or_read(house):
    ann = await house.agent("ann")
    conversation = await house.waiting()
    await ann.post(f"/agent/conversations/{conversation}/claim")

    async def listed():
        return (await ann.get("/agent/conversations?assignee=me")).json()["items"][0]

    body = {"client_message_id": "c-1", "text": "Hello"}
    await ann.post(f"/agent/conversations/{conversation}/messages", json=body)
    assert ((await listed())["unread"], (await listed())["unanswered_since"]) == (0, None)
    await house.says(conversation, "are you there?")
    last = await house.says(conversation, "hello?")
    assert (await listed())["unread"] == 2
    assert (await listed())["unanswered_since"] is not None
    assert (await ann.post(f"/agent/conversations/{conversation}/read", json={"seq": last})).status_code == 204
    assert (await listed())["unread"] == 0


async def test_transfer_goes_to_the_line_ahead_and_names_who_is_wanted(house):
    ann, ben = await house.agent("ann"), await house.agent("ben", teams=("returns",))
    conversation = await house.waiting()
    await ann.post(f"/agent/conversations/{conversation}/claim")
    unknown = await ann.post(f"/agent/conversations/{conversation}/transfer", json={"agent": "nobody"})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (422, "unknown_agent")
    nowhere = await ann.post(f"/agent/conversations/{conversation}/transfer", json={})
    assert nowhere.json()["error"]["code"] == "no_target"
    house.clock.forward(minutes=3)
    await house.waiting("later")
    moved = await ann.post(f"/agent/conversations/{conversation}/transfer", json={"agent": "BEN@example.com"})
    assert (moved.json()["state"], moved.json()["position"]) == ("queued", 1)
    assert moved.json()["wanted_agent_id"] == ben.account.id
    assert (await ben.post(f"/agent/conversations/{conversation}/claim")).status_code == 200


async def test_return_to_the_bot_resolve_labels_and_snooze(house):
    ann = await house.agent("ann")
    first, second = await house.waiting(), await house.waiting()
    await ann.post(f"/agent/conversations/{first}/claim")
    assert (await ann.post(f"/agent/conversations/{first}/return-to-bot")).json()["state"] == "bot"
    await ann.post(f"/agent/conversations/{second}/claim")
    labelled = await ann.post(f"/agent/conversations/{second}/labels", json={"labels": ["vip", " tent ", "vip"]})
    assert labelled.json()["labels"] == ["vip", "tent"]
    until = (house.clock.now() + timedelta(hours=2)).isoformat()
    assert (await ann.post(f"/agent/conversations/{second}/snooze", json={"until": until})).json()["snoozed_until"]
    past = await ann.post(f"/agent/conversations/{second}/snooze", json={"until": "2020-01-01T00:00:00Z"})
    assert past.json()["error"]["code"] == "bad_time"
    body = {"outcome": "resolved", "comment": "new poles sent"}
    assert (await ann.post(f"/agent/conversations/{second}/resolve", json=body)).json()["state"] == "closed"
    again = await ann.post(f"/agent/conversations/{second}/resolve", json=body)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "wrong_state")
    bad = await ann.post(f"/agent/conversations/{first}/resolve", json={"outcome": "Very Good"})
    assert bad.json()["error"]["code"] == "bad_outcome"


async def test_drafts_are_kept_for_each_agent_and_survive_a_new_owner(house):
    ann, ben = await house.agent("ann"), await house.agent("ben")
    conversation = await house.waiting()
    await ann.post(f"/agent/conversations/{conversation}/claim")
    await ann.put(f"/agent/conversations/{conversation}/draft", json={"text": "Dear Lea, we"})
    assert (await ben.get(f"/agent/conversations/{conversation}")).json()["draft"] is None
    await ann.post(f"/agent/conversations/{conversation}/transfer", json={"agent": ben.account.id})
    await ben.post(f"/agent/conversations/{conversation}/claim")
    left = (await ben.get(f"/agent/conversations/{conversation}")).json()["draft"]
    assert (left["text"], left["author"]["name"]) == ("Dear Lea, we", "Ann")
    gone = await ann.put(f"/agent/conversations/{conversation}/draft", json={"text": ""})
    assert gone.json() == {"draft": None}


async def test_search_finds_names_addresses_and_texts_whatever_the_case(house):
    ann = await house.agent("ann")
    lea = await house.waiting("my tent is torn", LEA)
    await house.waiting("100% sure_thing")

    async def found(q):
        return [item["id"] for item in (await ann.get("/agent/conversations", params={"q": q})).json()["items"]]

    for q in ("BERG", "lea@", "Tent IS", lea):
        assert await found(q) == [lea]
    assert await found("nothing like it") == []
    assert await found("%") != [lea]
    assert len(await found("%")) == 1
    assert len(await found("t_nt")) == 0


async def test_bad_questions_get_designed_answers(house):
    ann = await house.agent("ann")
    wrong = await ann.get("/agent/conversations?state=waiting")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (422, "bad_state")
    conversation = await house.waiting()
    await ann.post(f"/agent/conversations/{conversation}/claim")
    for text, code in [("  ", "empty_text"), ("x" * 4001, "text_too_long")]:
        body = {"client_message_id": "c", "text": text}
        answer = await ann.post(f"/agent/conversations/{conversation}/messages", json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)
    nonsense = await ann.post(f"/agent/conversations/{conversation}/messages", content=b"{", headers=JSON)
    assert nonsense.status_code == 400
    assert (await ann.put("/agent/presence", json={"status": "busy"})).status_code == 422
    assert (await ann.put("/agent/presence", json={"status": "online", "capacity": 0})).json()["error"]["code"] == (
        "bad_capacity"
    )


async def test_agents_only(house):
    editor = await house.signed_in("ed", Role.EDITOR)
    assert (await editor.get("/agent/conversations")).status_code == 403
    assert (await house.client().get("/agent/conversations")).status_code == 401


async def test_canned_replies_are_filled_and_show_what_is_missing(house):
    ann = await house.agent("ann")
    conversation = await house.waiting("my tent", LEA)
    items = (await ann.get("/agent/canned", params={"conversation_id": conversation})).json()["items"]
    by_shortcut = {item["shortcut"]: item for item in items}
    assert by_shortcut["hello"]["filled"].startswith("Hello Lea, this is Ann.")
    assert "[order]" in by_shortcut["order"]["filled"]
    assert "{customer}" in by_shortcut["hello"]["text"]


async def test_colleagues_and_teams_to_pass_to(house):
    ann = await house.agent("ann")
    await house.agent("ben", "away", teams=("returns",))
    await house.signed_in("ed", Role.EDITOR)
    found = (await ann.get("/agent/colleagues")).json()
    assert [(one["name"], one["status"], one["me"]) for one in found["items"]] == [
        ("Ann", "online", True),
        ("Ben", "away", False),
    ]
    assert found["teams"] == ["returns"]


async def test_what_agents_do_is_written_down_without_their_words(house):
    ann, admin = await house.agent("ann"), await house.signed_in("root", Role.ADMIN)
    conversation = await house.waiting()
    await ann.post(f"/agent/conversations/{conversation}/claim")
    house.clock.forward(seconds=1)
    await ann.post(
        f"/agent/conversations/{conversation}/resolve", json={"outcome": "resolved", "comment": "secret words"}
    )
    assert (await ann.get("/audit")).status_code == 403
    deeds = (await admin.get("/audit", params={"subject": conversation})).json()["items"]
    assert [(deed["action"], deed["actor"]["name"]) for deed in deeds] == [("resolve", "Ann"), ("claim", "Ann")]
    assert "secret words" not in str(deeds)
