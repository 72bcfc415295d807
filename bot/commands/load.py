"""`baton replay` and `baton bench`: real sockets against a running service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.commands.output import bar, readable, save_json, words

DEFAULT_URL = "http://127.0.0.1:8000"
Url = Annotated[str, typer.Option("--url", help="Address of the running service")]
Out = Annotated[Path, typer.Option("--json", help="Where to write the report; - is stdout")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("replay")(replay_command)
    app.command("bench")(bench_command)


def replay_command(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help='Lines {"conversation", "text"}')],
    out: Out = Path("-"),
    url: Url = DEFAULT_URL,
    at_once: Annotated[int, typer.Option(min=1, max=100, help="Conversations at a time")] = 4,
) -> None:
    """Send recorded messages as customers through real sockets and count what became of them."""
    from bot.app import operator_proof_of_this_installation
    from bot.event_loop import run
    from bot.load.replay import as_json, read_replay, replay

    conversations = read_replay(readable(file))
    total = sum(len(texts) for texts in conversations.values())
    with bar("replaying", total) as progress:
        report = run(
            replay(
                conversations,
                url,
                operator_proof_of_this_installation(),
                at_once=at_once,
                progress=lambda n: progress.advance(progress.task_ids[0], n),
            )
        )
    save_json(out, as_json(report))


def bench_command(
    users: Annotated[int, typer.Option("--users", min=1, max=2000, help="Customers at once")] = 10,
    seconds: Annotated[float, typer.Option("--seconds", min=1, max=3600)] = 20,
    out: Out = Path("-"),
    url: Url = DEFAULT_URL,
    seed: Annotated[int, typer.Option(help="Draws the messages")] = 0,
    rate: Annotated[float, typer.Option(min=0, help="Messages a second of all customers; 0: as many as go")] = 0,
) -> None:
    """Closed-loop customers: each waits for its answer before it sends the next message."""
    from bot.app import bench_texts, operator_proof_of_this_installation
    from bot.event_loop import run
    from bot.load.bench import as_json, bench

    words.print(f"{users} customers for {seconds:g} s against {url}")
    with bar("measuring", seconds) as progress:
        report = run(
            bench(
                users,
                seconds,
                url,
                operator_proof_of_this_installation(),
                bench_texts(),
                seed=seed,
                rate=rate,
                progress=lambda t: progress.update(progress.task_ids[0], completed=t),
            )
        )
    save_json(out, as_json(report))
