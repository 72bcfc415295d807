"""A guided tour: one customer's message on its way through the house. Read it from top to bottom.

Everything here is real (server, socket, conversation core, dispatcher) except two edges: the store is the in-memory one
and the brain is scripted, so that each step can be seen by itself. `tests/e2e` goes the same way for real.
"""

from bot.conversation.model import HandoffRequest, Reason, Reply, Signals, Staff, TurnResult
from tests.support.house import House, is_message

AGENT = Staff("agent-1", "Sam")


def passes_on(request):
    """A brain that hands over as soon as somebody is angry."""
    angry = request.messages[-1]
    quote = {"seq": angry.seq, "quote": angry.text, "signal": "frustration", "value": 0.93}
    handoff = HandoffRequest(Reason.FRUSTRATION, evidence=(quote,))
    reply = Reply("I am sorry about this. A person takes it from here.")
    return TurnResult((reply,), [], Signals(outcome="escalated", handoff=handoff), "test")


async def test_one_message_through_the_house():
    async with House() as house:
        # 1. The widget opens a session. The answer names the conversation; its first event, the greeting, is stored.
        session = await house.session(page_url="https://shop.example.com/boots")
        assert (session["state"], session["last_seq"]) == ("bot", 1)

        # 2. It says hello on the socket and gets everything after the cursor it has: here, the greeting.
        async with house.socket(session["session_token"]) as widget:
            assert (await widget.frame())["type"] == "welcome"
            assert is_message("bot")(await widget.frame())

            # 3. A message is stored before it is acknowledged, and with it the turn that owes an answer.
            client_message_id = await widget.say("Where is my tent?")
            frames = await widget.until(is_message("bot", "You said: Where is my tent?"))
            ack = next(frame for frame in frames if frame["type"] == "ack")
            assert (ack["client_message_id"], ack["seq"]) == (client_message_id, 2)

            # 4. The dispatcher gave the brain everything it needs in one request; the brain keeps nothing.
            request = house.brain.requests[-1]
            assert [message.text for message in request.messages] == ["Where is my tent?"]
            assert request.known["customer"]["id"] == session["customer"]["id"]

            # 5. The customer loses patience. What the brain says and the handover are stored together: the bot's last
            #    words, then the floor is gone.
            house.brain.script = passes_on
            await widget.say("This is the third time I ask, useless!")
            frames = await widget.until(lambda f: f["type"] == "event" and f["event"]["kind"] == "state")
            assert frames[-1]["event"] | {"queue": None} == {
                "kind": "state",
                "from": "bot",
                "to": "queued",
                "reason": "frustration",
                "queue": None,
            }

            # 6. The agent finds a packet: why, on what evidence, and the whole conversation.
            packet = (await house.service.conversation(session["conversation_id"])).handoff
            assert packet["reason"] == "frustration"
            assert packet["evidence"][0]["quote"] == "This is the third time I ask, useless!"

            # 7. One claim wins. From here the bot cannot say a word.
            await house.service.claim(session["conversation_id"], AGENT)
            await house.service.post_agent_message(session["conversation_id"], AGENT, "a-1", "I have your parcel here.")
            frames = await widget.until(is_message("agent", "I have your parcel here."))
            assert frames[-1]["event"]["author"] == {"kind": "agent", "name": "Sam"}
            turns_before = len(house.brain.requests)
            await widget.say("Thank you!")
            await widget.until("ack")
            assert len(house.brain.requests) == turns_before

            # 8. A note is for colleagues: it is in the log and never on the customer's socket.
            await house.service.add_note(session["conversation_id"], AGENT, "Courier lost it, new one sent.")

            # 9. Resolved, the customer is asked how it was, and the figures know.
            await house.service.resolve(session["conversation_id"], AGENT, "solved")
            frames = await widget.until(lambda f: f["type"] == "event" and f["event"]["kind"] == "feedback_request")
            assert "Courier lost it" not in str(frames)
            await widget.send(type="feedback", kind="csat", score=5)

        # 10. On another day, on another page: the whole conversation comes back by its token.
        async with house.socket(session["session_token"]) as later:
            frames = await later.until(lambda f: f["type"] == "event" and f["event"]["kind"] == "feedback_request")
            texts = [f["event"]["text"] for f in frames if f["type"] == "event" and f["event"]["kind"] == "message"]
            assert "Where is my tent?" in texts
            assert "I have your parcel here." in texts
