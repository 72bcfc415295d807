"""`baton export` and `baton erase`: a customer's own data."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from bot.commands.output import emit, plain

Customer = Annotated[str, typer.Argument(metavar="CUSTOMER", help="Customer id, external id or e-mail")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("export")(export_command)
    app.command("erase")(erase_command)


def export_command(customer: Customer) -> None:
    """Everything kept about a customer, as one JSON object."""
    from bot.app import export_customer

    emit(asyncio.run(export_customer(customer)))


def erase_command(
    customer: Customer,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
    json_: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Erase a customer with all conversations, sessions and drafts. Cannot be undone."""
    from bot.app import erase_customer

    if not yes:
        typer.confirm(f"Erase everything about {customer}?", abort=True, err=True)
    done = asyncio.run(erase_customer(customer))
    if json_:
        emit(done)
    else:
        plain.print(f"Erased {done['conversations']} conversations with {done['events']} events.")
