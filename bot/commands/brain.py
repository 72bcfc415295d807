"""`baton train`, `models`, `index`, `parse`, `ask`: teaching the bot and trying it."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer

from bot.commands.output import bar, emit, plain, quiet_stdout, words

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout")]
models = typer.Typer(help="Trained models: list, promote, roll back.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("train")(train_command)
    app.command("index")(index_command)
    app.command("parse")(parse_command)
    app.command("ask")(ask_command)
    app.add_typer(models, name="models")


def train_command(
    promote: Annotated[bool, typer.Option("--promote", help="Make it live if it passes")] = False,
    json_: AsJson = False,
) -> None:
    """Train on `data/`, measure on held-out examples, register a candidate."""
    from bot.app import training_paths
    from bot.training.job import train
    from bot.training.registry import Registry

    paths = training_paths()
    with bar("training", 1.0) as progress:
        task = progress.task_ids[0]
        candidate = train(
            paths, lambda step: progress.update(task, completed=step.share, description=step.message or step.stage)
        )
    record = candidate.record
    if promote:
        record = Registry(paths.models).promote(record.id)
    for warning in candidate.warnings:
        words.print(f"note: {warning}", markup=False)
    if json_:
        emit(_record(record) | {"seconds": candidate.seconds, "warnings": list(candidate.warnings)})
    else:
        plain.print(f"{record.id} {record.status}, trained in {candidate.seconds} s", markup=False)


@models.command("list")
def models_list(json_: AsJson = False) -> None:
    """Every model, newest first."""
    records = _registry().list()
    if json_:
        emit({"models": [_record(record) for record in records]})
        return
    for record in records:
        accuracy = record.metrics.get("accuracy")
        shown = f"  right on held-out examples {accuracy:.1%}" if isinstance(accuracy, float) else ""
        plain.print(f"{record.id}  {record.status:9}  {record.created_at[:16]}{shown}", markup=False)
    if not records:
        words.print("No models yet. Run 'baton train --promote'.")


@models.command("promote")
def models_promote(
    model_id: Annotated[str, typer.Argument(metavar="ID")],
    force: Annotated[bool, typer.Option("--force", help="Also one that failed the held-out gate")] = False,
    json_: AsJson = False,
) -> None:
    """Make a model the live one; a running service takes it up without losing a message."""
    _tell(_registry().promote(model_id, force=force), json_)


@models.command("rollback")
def models_rollback(json_: AsJson = False) -> None:
    """Go back to the model that was live before."""
    _tell(_registry().rollback(), json_)


def index_command(
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Even if nothing changed")] = False, json_: AsJson = False
) -> None:
    """Build the knowledge base's index; a running service takes it up at once."""
    from bot.app import build_index

    with bar("indexing") as progress:
        task = progress.task_ids[0]
        report = build_index(
            rebuild, lambda stage, done, of: progress.update(task, description=stage, completed=done, total=of)
        )
    if json_:
        emit(report)
    else:
        state = "indexed" if report["changed"] else "up to date"
        plain.print(
            f"{report['articles']} articles, {report['passages']} passages {state} in {report['seconds']:.1f} s"
        )


def parse_command(text: Annotated[str, typer.Argument(metavar="TEXT")], json_: AsJson = False) -> None:
    """How the live model understands a message."""
    from bot.app import parse_text

    with quiet_stdout():
        result = asyncio.run(parse_text(text))
    if json_:
        emit(result)
        return
    for meaning in result["ranking"][:5]:
        plain.print(f"{meaning['confidence']:6.1%}  {meaning['name']}", markup=False)
    for entity in result["entities"]:
        plain.print(f"        {entity['entity']} = {entity['value']}", markup=False)
    plain.print(f"out of scope: {result['out_of_scope']}  frustration: {result['frustration']:.2f}")


def ask_command(text: Annotated[str, typer.Argument(metavar="TEXT")], json_: AsJson = False) -> None:
    """What the knowledge base answers, with its sources."""
    from bot.app import ask_knowledge

    with quiet_stdout():
        result = ask_knowledge(text)
    if json_:
        emit(result)
        return
    plain.print(result["answer"] if result["answerable"] else "I don't know.", markup=False)
    for source in result["sources"]:
        plain.print(f"  {source['score']:.2f}  {source['title']}  {source['url']}", style="dim", markup=False)
    plain.print(f"  how sure: {result['confidence']:.0%}", style="dim")


def _registry() -> Any:
    from bot.app import training_paths
    from bot.training.registry import Registry

    return Registry(training_paths().models)


def _record(record: Any) -> dict[str, Any]:
    return {
        "id": record.id,
        "status": record.status,
        "created_at": record.created_at,
        "sha256": record.sha256,
        "metrics": dict(record.metrics),
    }


def _tell(record: Any, json_: bool) -> None:
    if json_:
        emit(_record(record))
    else:
        plain.print(f"{record.id} is {record.status}", markup=False)
