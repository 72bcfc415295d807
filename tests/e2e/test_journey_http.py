"""A customer and an agent over the contracts of the outside, on the running service with its real bot."""

import pytest

pytestmark = pytest.mark.slow


def test_answer_order_anger_agent_and_rating(service, agent):
    customer = service.customer()

    answer = customer.say("What is your return policy?")[0]
    assert "60 days" in answer["text"]
    assert any(source["url"].startswith("/help/") for source in answer["sources"])

    asked = customer.say("where is my order 1042?")[-1]
    assert "e-mail" in asked["text"]
    shown = customer.say("anna.keller@example.com")[0]
    assert "Ridgeline 2" in shown["text"]
    card = shown["cards"][0]
    assert (card["type"], card["order_number"]) == ("order", "1042")
    assert card["link"]["url"].startswith("https://tracking.example.com/")

    customer.say("This is ridiculous, I am so angry, this is the worst service ever and you are useless!!!")
    if customer.state == "bot":
        customer.say("I have had enough of this stupid bot!!!")
    customer.settle()
    assert customer.state == "queued"

    waiting = agent.get("/agent/conversations", state="queued").json()["items"]
    mine = next(item for item in waiting if item["id"] == customer.id)
    assert mine["position"] >= 1
    packet = agent.get(f"/agent/conversations/{customer.id}").json()["handoff"]
    assert packet["reason"] in {"frustration", "customer_request"}
    assert packet["evidence"][0]["quote"]
    assert any(order.get("order_number") == "1042" for order in packet["orders"])
    assert any("return policy" in line["text"] for line in packet["transcript"])

    assert agent.post(f"/agent/conversations/{customer.id}/claim").status_code == 200
    second = service.staff("admin").post(f"/agent/conversations/{customer.id}/claim")
    assert (second.status_code, second.json()["error"]["code"]) == (409, "already_claimed")
    assert second.json()["error"]["details"]["agent"]["name"]

    agent.post(f"/agent/conversations/{customer.id}/messages", client_message_id="m-1", text="I am looking into it.")
    agent.post(f"/agent/conversations/{customer.id}/notes", text="Secret: be kind to this one.")
    customer.until(lambda f: f.get("event", {}).get("text") == "I am looking into it.")
    customer.post("Thank you, that helps")
    done = agent.post(f"/agent/conversations/{customer.id}/resolve", outcome="solved")
    assert done.status_code == 200, done.text
    customer.until(lambda f: f.get("event", {}).get("kind") == "feedback_request")
    assert not any("Secret" in text for text in customer.texts())
    customer.send(type="feedback", kind="csat", score=5, comment="Sorted.")
    customer.settle()

    summary = service.staff("admin").get("/insight/summary")
    assert summary.status_code == 200, summary.text
    assert "frustration" in summary.text
    customer.close()


def test_wrong_mail_and_unknown_order_get_the_same_answer(service):
    answers = []
    for number, mail in (("1042", "mallory@example.com"), ("99999", "anna.keller@example.com")):
        customer = service.customer()
        customer.say(f"where is my order {number}")
        answers.append([message["text"].replace(number, "N") for message in customer.say(mail)])
        customer.close()
    assert answers[0] == answers[1]
    assert "Ridgeline" not in str(answers)


def test_returned_to_the_bot_with_a_clean_context(service, agent):
    customer = service.customer()
    customer.say("I want to talk to a human")
    customer.settle()
    assert customer.state == "queued"
    assert agent.post(f"/agent/conversations/{customer.id}/claim").status_code == 200
    assert agent.post(f"/agent/conversations/{customer.id}/return-to-bot").status_code == 200
    customer.until(lambda f: f.get("event", {}).get("to") == "bot")
    answer = customer.say("how long does delivery take?")[0]
    assert "3 to 5 working days" in answer["text"]
    assert customer.state == "bot"
    customer.close()


def test_nobody_there_takes_the_message_and_the_address(service):
    customer = service.customer()
    customer.say("let me speak to a real person please")
    customer.settle()
    assert customer.state == "offline"
    customer.post("you can reach me at jo.reader@example.com")
    customer.settle()  # what is said in the same breath may come before the acknowledgement or after it
    assert any("jo.reader@example.com" in text for text in customer.texts("system"))
    customer.close()
