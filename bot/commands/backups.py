"""`baton backup` and `baton restore`: a whole SQLite installation in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.output import emit, plain

File = Annotated[Path, typer.Argument(metavar="FILE")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("backup")(backup_command)
    app.command("restore")(restore_command)


def backup_command(file: File, json_: AsJson = False) -> None:
    """Databases, secrets and models in one new file (.tar.gz, mode 600), while the service runs."""
    from bot.app import back_up_installation

    done = back_up_installation(file)
    if json_:
        emit(done)
    else:
        plain.print(
            f"{file}: {len(done['files'])} files, {done['bytes']:,} bytes, schema {done['schema']}", markup=False
        )


def restore_command(
    file: File,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
    json_: AsJson = False,
) -> None:
    """Put a backup in the place of this installation, which must not be running; what was there is kept aside."""
    from bot.app import restore_installation

    if not yes:
        typer.confirm("Replace this installation's databases, secrets and models?", abort=True, err=True)
    done = restore_installation(file)
    if json_:
        emit(done)
    else:
        plain.print(f"Restored what was backed up at {done['made_at']} (schema {done['schema']}).", markup=False)
        if done["replaced"]:
            plain.print(f"What was there before is in {done['replaced']}.", markup=False)
