"""The agents' HTTP contract, below `/api/v1`: lists, conversations, verbs, presence, canned replies, the socket."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response, WebSocket
from pydantic import BaseModel, ConfigDict, Field

from bot.conversation.model import Conversation, Priority
from bot.conversation.transcript import MEDIA_TYPES, render_transcript
from bot.desk.agent_frames import event_body
from bot.desk.agent_socket import AgentSocket
from bot.desk.canned import filled, values_for
from bot.desk.detail import detail_body, draft_body
from bot.desk.feed import agent_body
from bot.desk.parts import Desk
from bot.desk.presence import Status
from bot.desk.queue import LIST_LIMIT, QUERY_LIMIT, Wanted, item, items, states_of
from bot.errors import InvalidInput
from bot.identity.accounts import Account, Role

ALL_EVENTS = 100_000


class Body(BaseModel):
    """Base of the bodies: what is not known is left aside."""

    model_config = ConfigDict(extra="ignore")


class MessageBody(Body):
    """A message to the customer."""

    client_message_id: str
    text: str


class TextBody(Body):
    """A note or a draft."""

    text: str


class TransferBody(Body):
    """To whom; `agent` is an account id or e-mail address."""

    team: str | None = Field(None, max_length=80)
    agent: str | None = Field(None, max_length=320)


class ResolveBody(Body):
    """How it ended."""

    outcome: str = Field(max_length=40)
    comment: str | None = None


class SnoozeBody(Body):
    """Until when it is put aside; null wakes it."""

    until: datetime | None


class LabelsBody(Body):
    """All labels it shall have."""

    labels: list[str] = Field(max_length=100)


class PriorityBody(Body):
    """How urgent it is."""

    priority: Priority


class ReadBody(Body):
    """Seen up to here."""

    seq: int


class PresenceBody(Body):
    """An agent's own word."""

    status: Status
    capacity: int | None = None


def desk_router(desk: Desk) -> APIRouter:
    """Everything an agent's page talks to."""
    router = APIRouter(prefix="/agent", tags=["agent"])
    agent_of = _heard_of(desk)
    _add_reading(router, desk, agent_of)
    _add_floor(router, desk, agent_of)
    _add_marks(router, desk, agent_of)
    _add_writing(router, desk, agent_of)
    _add_people(router, desk, agent_of)

    @router.websocket("/ws")
    async def agent_socket(websocket: WebSocket) -> None:
        await AgentSocket(websocket, desk).serve()

    return router


AgentOf = Callable[..., Awaitable[Account]]


def _heard_of(desk: Desk) -> AgentOf:
    """The agent of a request, who by asking shows that they are there."""
    require = desk.access.require(Role.AGENT)

    async def agent_of(account: Annotated[Account, Depends(require)]) -> Account:
        await desk.presence.heartbeat(account.as_staff())
        return account

    return agent_of


def _add_reading(router: APIRouter, desk: Desk, agent_of: Any) -> None:
    Agent = Annotated[Account, Depends(agent_of)]

    @router.get("/conversations")
    async def conversations(
        account: Agent,
        *,
        state: str | None = None,
        assignee: Annotated[str | None, Query(max_length=64)] = None,
        q: Annotated[str | None, Query(max_length=QUERY_LIMIT)] = None,
        customer: Annotated[str | None, Query(max_length=64)] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = LIST_LIMIT,
    ) -> dict[str, Any]:
        """Those that fit, waiting ones first. `state` may name several, comma separated; `assignee` is `me`, `none` or
        an id; `q` is looked for in name, e-mail and texts."""
        wanted = Wanted(
            states=states_of(state),
            assignee={"me": account.id, "none": None, "": None}.get(assignee or "", assignee),
            unassigned=assignee == "none",
            customer_id=customer or None,
            q=(q or "").replace("\x00", "").strip() or None,
            limit=limit,
        )
        found = await desk.listing.find(wanted)
        counts = {at.value: number for at, number in (await desk.listing.counts()).items()}
        return {"items": items(found, desk.clock.now()), "counts": counts}

    @router.get("/conversations/{conversation_id}")
    async def conversation(conversation_id: str, account: Agent) -> dict[str, Any]:
        """One conversation with its packet, every event (private ones too), drafts and earlier conversations."""
        return await detail_body(desk, conversation_id, account.as_staff())

    @router.get("/conversations/{conversation_id}/events")
    async def events(conversation_id: str, account: Agent, after: Annotated[int, Query(ge=0)] = 0) -> dict[str, Any]:
        """Events after a cursor, private ones too."""
        found = await desk.conversations.events(conversation_id, after, 500, private=True)
        return {"events": [event_body(event) for event in found]}

    @router.get("/conversations/{conversation_id}/transcript")
    async def transcript(
        conversation_id: str, account: Agent, format: Literal["txt", "html", "json"] = "txt", notes: bool = False
    ) -> Response:
        """The conversation as a file. Private notes are in it only with `notes=true`."""
        found = await desk.conversations.conversation(conversation_id)
        log = await desk.conversations.events(conversation_id, 0, ALL_EVENTS, private=notes)
        await desk.audit.record(account, "export_transcript", "conversation", conversation_id, format=format)
        return Response(
            render_transcript(found, log, format, private=notes),
            media_type=MEDIA_TYPES[format],
            headers={"Content-Disposition": f'attachment; filename="conversation.{format}"'},
        )


async def _shown(desk: Desk, conversation: Conversation) -> dict[str, Any]:
    return item(await desk.listing.one(conversation.id), desk.clock.now())


def _add_floor(router: APIRouter, desk: Desk, agent_of: Any) -> None:
    Agent = Annotated[Account, Depends(agent_of)]
    service, base = desk.conversations, "/conversations/{conversation_id}"

    @router.post(base + "/claim")
    async def claim(conversation_id: str, account: Agent) -> dict[str, Any]:
        """Take it. One claim wins; the others get 409 `already_claimed` with `details.agent`."""
        claimed = await service.claim(conversation_id, account.as_staff())
        await desk.audit.record(account, "claim", "conversation", conversation_id)
        return await _shown(desk, claimed)

    @router.post(base + "/transfer")
    async def transfer(conversation_id: str, body: TransferBody, account: Agent) -> dict[str, Any]:
        """Back in line for a team or a colleague, ahead of newer ones."""
        to = await _colleague(desk, body.agent) if body.agent else None
        moved = await service.transfer(
            conversation_id, account.as_staff(), team=(body.team or "").strip() or None, agent_id=to.id if to else None
        )
        await desk.audit.record(
            account, "transfer", "conversation", conversation_id, team=body.team, agent=to.id if to else None
        )
        return await _shown(desk, moved)

    @router.post(base + "/decline")
    async def decline(conversation_id: str, account: Agent) -> dict[str, Any]:
        """Leave what was offered to you to the next agent with room."""
        left = await service.decline(conversation_id, account.as_staff())
        await desk.audit.record(account, "decline", "conversation", conversation_id)
        return await _shown(desk, left)

    @router.post(base + "/return-to-bot")
    async def return_to_bot(conversation_id: str, account: Agent) -> dict[str, Any]:
        """The bot goes on in a clean dialogue."""
        returned = await service.return_to_bot(conversation_id, account.as_staff())
        await desk.audit.record(account, "return_to_bot", "conversation", conversation_id)
        return await _shown(desk, returned)

    @router.post(base + "/resolve")
    async def resolve(conversation_id: str, body: ResolveBody, account: Agent) -> dict[str, Any]:
        """Close it with an outcome such as `resolved`; the customer is asked how it was."""
        closed = await service.resolve(conversation_id, account.as_staff(), body.outcome, body.comment)
        await desk.audit.record(account, "resolve", "conversation", conversation_id, outcome=body.outcome)
        return await _shown(desk, closed)


def _add_marks(router: APIRouter, desk: Desk, agent_of: Any) -> None:
    Agent = Annotated[Account, Depends(agent_of)]
    service, base = desk.conversations, "/conversations/{conversation_id}"

    @router.post(base + "/snooze")
    async def snooze(conversation_id: str, body: SnoozeBody, account: Agent) -> dict[str, Any]:
        """Put it aside until a time, or until the customer writes."""
        return await _shown(desk, await service.snooze(conversation_id, account.as_staff(), body.until))

    @router.post(base + "/labels")
    async def labels(conversation_id: str, body: LabelsBody, account: Agent) -> dict[str, Any]:
        """Replace its labels."""
        return await _shown(desk, await service.set_labels(conversation_id, account.as_staff(), body.labels))

    @router.post(base + "/priority")
    async def priority(conversation_id: str, body: PriorityBody, account: Agent) -> dict[str, Any]:
        """Set how urgent it is."""
        return await _shown(desk, await service.set_priority(conversation_id, account.as_staff(), body.priority))


def _add_writing(router: APIRouter, desk: Desk, agent_of: Any) -> None:
    Agent = Annotated[Account, Depends(agent_of)]
    service, base = desk.conversations, "/conversations/{conversation_id}"

    @router.post(base + "/messages")
    async def post_message(
        conversation_id: str, body: MessageBody, account: Agent, response: Response
    ) -> dict[str, Any]:
        """Write to the customer; the same `client_message_id` again is answered with the first result."""
        accepted = await service.post_agent_message(
            conversation_id, account.as_staff(), body.client_message_id, body.text
        )
        response.status_code = 200 if accepted.duplicate else 201
        return {
            "client_message_id": body.client_message_id,
            "message_id": accepted.message_id,
            "seq": accepted.seq,
            "duplicate": accepted.duplicate,
        }

    @router.post(base + "/notes", status_code=201)
    async def note(conversation_id: str, body: TextBody, account: Agent) -> dict[str, Any]:
        """Keep a private note; no customer ever sees it."""
        return event_body(await service.add_note(conversation_id, account.as_staff(), body.text))

    @router.post(base + "/read", status_code=204)
    async def read(conversation_id: str, body: ReadBody, account: Agent) -> None:
        """The assignee has seen everything up to `seq`; anybody else's look is not told to the customer."""
        if (await service.conversation(conversation_id)).assignee_id == account.id:
            await service.mark_read(conversation_id, "agent", body.seq)

    @router.put(base + "/draft")
    async def save_draft(conversation_id: str, body: TextBody, account: Agent) -> dict[str, Any]:
        """Keep unsent words; an empty text forgets them."""
        staff = account.as_staff()
        await service.save_draft(conversation_id, staff, body.text)
        return {"draft": draft_body(await service.draft(conversation_id, staff))}

    @router.get(base + "/draft")
    async def draft(conversation_id: str, account: Agent) -> dict[str, Any]:
        """One's own unsent words; the assignee without any gets those a colleague left."""
        return {"draft": draft_body(await service.draft(conversation_id, account.as_staff()))}


def _add_people(router: APIRouter, desk: Desk, agent_of: Any) -> None:
    Agent = Annotated[Account, Depends(agent_of)]

    @router.put("/presence")
    async def set_presence(body: PresenceBody, account: Agent) -> dict[str, Any]:
        """Say whether one is there, and for how many conversations at once."""
        return agent_body(await desk.presence.set(account.as_staff(), body.status, body.capacity))

    @router.get("/presence")
    async def presence(account: Agent) -> dict[str, Any]:
        """Oneself, and everybody who ever was at the desk."""
        me = agent_body(await desk.presence.of(account.as_staff()))
        return {"me": me, "agents": [agent_body(agent) for agent in await desk.presence.everyone()]}

    @router.get("/colleagues")
    async def colleagues(account: Agent) -> dict[str, Any]:
        """To whom a conversation can be passed: agents and teams."""
        here = {agent.account_id: agent.status for agent in await desk.presence.everyone()}
        everybody = sorted(await desk.accounts.all(), key=lambda other: other.name.casefold())
        people = [other for other in everybody if other.active and other.role.may(Role.AGENT)]
        return {
            "items": [
                {
                    "id": other.id,
                    "name": other.name,
                    "email": other.email,
                    "teams": list(other.teams),
                    "status": here.get(other.id, Status.OFFLINE).value,
                    "me": other.id == account.id,
                }
                for other in people
            ],
            "teams": sorted({team for other in people for team in other.teams}),
        }

    @router.get("/canned")
    async def canned(account: Agent, conversation_id: str | None = None) -> dict[str, Any]:
        """Ready replies; with a conversation `filled` has its variables filled in."""
        found = await desk.conversations.conversation(conversation_id) if conversation_id else None
        values = values_for(found, account.name)
        return {
            "items": [
                {
                    "shortcut": reply.shortcut,
                    "title": reply.title,
                    "text": reply.text,
                    "filled": filled(reply.text, values),
                }
                for reply in desk.canned.all()
            ]
        }


async def _colleague(desk: Desk, named: str) -> Account:
    account = await desk.accounts.by_id(named) or await desk.accounts.by_email(named.strip().lower())
    if account is None or not account.active or not account.role.may(Role.AGENT):
        raise InvalidInput("There is no agent of that name. Choose one from the list.", code="unknown_agent")
    return account
