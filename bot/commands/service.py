"""`baton setup`, `serve`, `worker`, `chat`, `doctor`: the installation and what runs of it."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from bot.commands import chat
from bot.commands.output import emit, plain, words

Host = Annotated[str, typer.Option("--host", help="Address to listen on")]
Port = Annotated[int, typer.Option("--port", min=1, max=65535)]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("setup")(setup_command)
    app.command("serve")(serve_command)
    app.command("worker")(worker_command)
    app.command("doctor")(doctor_command)
    chat.register(app)


def setup_command(json_: AsJson = False) -> None:
    """Make whatever is missing: model, index, databases, demo shop, accounts. Does nothing where all is there."""
    from bot.app import prepare

    done = asyncio.run(prepare(words.print))
    if json_:
        emit(done)


def serve_command(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Gateway and worker: one command, one machine."""
    from bot.app import serve
    from bot.event_loop import run

    run(serve(host, port, lambda line: plain.print(line, markup=False, soft_wrap=True)))


def worker_command(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to listen on")],
    host: Host = "127.0.0.1",
) -> None:
    """A worker alone, for gateways that name it in BATON_WORKER_URLS."""
    from bot.app import worker_options_of_this_installation
    from bot.brain.worker import run_worker

    options = worker_options_of_this_installation(host, port)
    run_worker(options)


def doctor_command(json_: AsJson = False) -> None:
    """What is wrong with this installation, and how to mend it. Exit code 1 if anything is."""
    from bot.app import diagnose

    findings = asyncio.run(diagnose())
    if json_:
        emit({"well": all(f.well for f in findings), "checks": [f.as_dict() for f in findings]})
    else:
        for finding in findings:
            mark, style = ("ok ", "green") if finding.well else ("BAD", "red")
            plain.print(f"[{style}]{mark}[/] {finding.name}: {finding.detail}")
            if finding.mend:
                plain.print(f"      {finding.mend}", style="yellow", markup=False)
    if not all(finding.well for finding in findings):
        raise typer.Exit(1)
