"""`baton eval nlu` and `baton eval kb`: measured on labelled data, through the code that serves."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.output import bar, quiet_stdout, readable, save_json

evaluation = typer.Typer(help="Measure on labelled data.", no_args_is_help=True)
Out = Annotated[Path, typer.Option("--json", help="Where to write the report; - is stdout")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.add_typer(evaluation, name="eval")


@evaluation.command("nlu")
def eval_nlu(
    train: Annotated[Path, typer.Option("--train", help="csv text,label")],
    test: Annotated[Path, typer.Option("--test", help="csv text,label")],
    oos_label: Annotated[str | None, typer.Option("--oos-label", help="Label of out-of-scope test rows")] = None,
    out: Out = Path("-"),
) -> None:
    """Train the pipeline of `config.yml` on one file and measure it on another."""
    from bot.app import training_paths
    from bot.training.evaluate_nlu import evaluate_nlu
    from bot.training.labelled_rows import read_rows

    train_rows, test_rows = read_rows(readable(train)), read_rows(readable(test))
    with bar("training", 1.0) as progress, quiet_stdout():
        report = evaluate_nlu(
            training_paths().config,
            train_rows,
            test_rows,
            oos_label,
            progress=lambda stage, share: progress.update(progress.task_ids[0], description=stage, completed=share),
        )
    save_json(out, report.figures())


@evaluation.command("kb")
def eval_kb(
    faqs: Annotated[Path, typer.Option("--faqs", help="jsonl faq_id, question, answer")],
    queries: Annotated[Path, typer.Option("--queries", help="jsonl query_id, text")],
    qrels: Annotated[Path, typer.Option("--qrels", help="jsonl query_id, faq_id, rel")],
    out: Out = Path("-"),
) -> None:
    """Build an index of questions and answers and measure how it ranks them for other people's questions."""
    from bot.app import serving_encoder
    from kb_index.evaluate import evaluate

    for path in (faqs, queries, qrels):
        readable(path)
    with bar("measuring"), quiet_stdout():
        report = evaluate(faqs, queries, qrels, serving_encoder())
    save_json(out, asdict(report))
