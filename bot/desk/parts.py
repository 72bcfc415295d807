"""The desk put together from its ports: who is there, what is listed, what happens by itself, what agents can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.conversation.ports import Clock, Signals
from bot.conversation.service import ConversationService
from bot.desk.agent_frames import event_frame
from bot.desk.availability import DeskAvailability
from bot.desk.canned import CannedReplies
from bot.desk.feed import DeskFeed
from bot.desk.hours import OpeningHours
from bot.desk.presence import Presence, PresenceStore
from bot.desk.queue import ConversationList
from bot.desk.routing import Leases, Patience, Routing
from bot.event_frames import EventFrames
from bot.identity.access import StaffAccess
from bot.identity.accounts import AccountStore
from bot.identity.audit import AuditLog
from bot.identity.tokens import StaffTokens


@dataclass(frozen=True, slots=True)
class Staffing:
    """Who is there and when: the core's `Availability` and `AgentPresence`."""

    presence: Presence
    availability: DeskAvailability


def make_staffing(store: PresenceStore, signals: Signals, clock: Clock, opening_hours: str | None) -> Staffing:
    """Needed by the conversation service, so made before it. `InvalidInput` `bad_opening_hours` for hours that cannot
    be read."""
    hours = OpeningHours.parse(opening_hours) if opening_hours else None
    presence = Presence(store, signals, clock)
    return Staffing(presence, DeskAvailability(presence, hours, clock))


def make_routing(
    *,
    conversations: ConversationService,
    staffing: Staffing,
    listing: ConversationList,
    leases: Leases,
    signals: Signals,
    clock: Clock,
    patience: Patience | None = None,
    line_seen: Callable[[int, float], None] = lambda length, longest_seconds: None,
) -> Routing:
    """The loop to run as a task beside the gateway (`routing.run()`), cancelled to stop; each round tells `line_seen`
    how many wait for a person and the longest wait."""
    return Routing(
        conversations,
        listing=listing,
        presence=staffing.presence,
        availability=staffing.availability,
        leases=leases,
        signals=signals,
        clock=clock,
        patience=patience,
        line_seen=line_seen,
    )


@dataclass(frozen=True, slots=True)
class Desk:
    """What the agents' routes and sockets share."""

    conversations: ConversationService
    listing: ConversationList
    staffing: Staffing
    accounts: AccountStore
    tokens: StaffTokens
    access: StaffAccess
    audit: AuditLog
    canned: CannedReplies
    signals: Signals
    clock: Clock
    feed: DeskFeed
    frames: EventFrames = field(default_factory=lambda: EventFrames(event_frame))

    @property
    def presence(self) -> Presence:
        """Who is there."""
        return self.staffing.presence


def make_desk(
    *,
    conversations: ConversationService,
    staffing: Staffing,
    listing: ConversationList,
    accounts: AccountStore,
    tokens: StaffTokens,
    access: StaffAccess,
    audit: AuditLog,
    canned: CannedReplies,
    signals: Signals,
    clock: Clock,
) -> Desk:
    """The desk for `bot.desk.agent_api.desk_router`."""
    feed = DeskFeed(listing, staffing.presence, signals, clock)
    return Desk(
        conversations=conversations,
        listing=listing,
        staffing=staffing,
        accounts=accounts,
        tokens=tokens,
        access=access,
        audit=audit,
        canned=canned,
        signals=signals,
        clock=clock,
        feed=feed,
    )
