"""`baton user`: accounts of agents, editors and admins."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import typer

from bot.commands.output import emit, plain
from bot.identity.accounts import Role

user = typer.Typer(help="Accounts of staff.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.add_typer(user, name="user")


@user.command("add")
def user_add(
    email: Annotated[str, typer.Argument(metavar="EMAIL")],
    role: Annotated[Role, typer.Option("--role")],
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from stdin")] = False,
    name: Annotated[str | None, typer.Option("--name", help="As customers see it")] = None,
    team: Annotated[list[str] | None, typer.Option("--team", help="Repeat for several")] = None,
    json_: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Make an account. Without --password-stdin the password is asked for; it is never an argument."""
    from bot.app import add_account

    if password_stdin:
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    account = asyncio.run(add_account(email, role, password, name=name, teams=tuple(team or ())))
    if json_:
        emit({"id": account.id, "email": account.email, "name": account.name, "role": account.role.value})
    else:
        plain.print(f"{account.email} is now {account.role.value}", markup=False)
