"""Reading the audit log: `GET /audit`, for admins."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from bot.identity.access import StaffAccess
from bot.identity.accounts import Account, Role
from bot.identity.audit import AuditLog


def audit_router(audit: AuditLog, access: StaffAccess) -> APIRouter:
    """The audit log's routes, below `/api/v1`."""
    router = APIRouter(tags=["staff"])
    admin = access.require(Role.ADMIN)

    @router.get("/audit")
    async def entries(
        account: Annotated[Account, Depends(admin)],
        actor: str | None = None,
        subject: str | None = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> dict[str, Any]:
        """Who did what to what, newest first; of one actor or about one subject if given."""
        found = await audit.entries(actor_id=actor, subject_id=subject, limit=limit)
        return {
            "items": [
                {
                    "id": entry.id,
                    "at": entry.at,
                    "actor": {"id": entry.actor_id, "name": entry.actor_name},
                    "action": entry.action,
                    "subject": {"kind": entry.subject_kind, "id": entry.subject_id},
                    "details": dict(entry.details),
                }
                for entry in found
            ]
        }

    return router
