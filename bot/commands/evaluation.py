"""`baton eval`: measured on labelled data, through the code that serves, with a page beside every JSON."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from bot.commands.output import bar, emit, plain, quiet_stdout, readable, save_json, words
from bot.errors import BatonError

evaluation = typer.Typer(help="Measure on labelled data.", no_args_is_help=True)
Out = Annotated[Path, typer.Option("--json", help="Where to write the figures, with a page beside; - is stdout")]


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
    from bot.evaluation.nlu_page import nlu_page
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
    if str(out) != "-":
        nlu_page(report, f"Understanding: {test.name}", oos_label).save(_page_beside(out))


@evaluation.command("kb")
def eval_kb(
    faqs: Annotated[Path, typer.Option("--faqs", help="jsonl faq_id, question, answer")],
    queries: Annotated[Path, typer.Option("--queries", help="jsonl query_id, text")],
    qrels: Annotated[Path, typer.Option("--qrels", help="jsonl query_id, faq_id, rel")],
    out: Out = Path("-"),
) -> None:
    """Build an index of questions and answers and measure how it ranks them for other people's questions."""
    from bot.app import serving_encoder
    from bot.evaluation.kb_page import kb_page
    from kb_index.evaluate import evaluate

    for path in (faqs, queries, qrels):
        readable(path)
    with bar("measuring"), quiet_stdout():
        report = evaluate(faqs, queries, qrels, serving_encoder())
    save_json(out, report.figures())
    if str(out) != "-":
        kb_page(report, f"Knowledge base: {queries.parent.name}").save(_page_beside(out))


@evaluation.command("all")
def eval_all(
    public: Annotated[Path, typer.Option("--data", help="Public data sets")] = Path("../shared/data"),
    out: Annotated[Path, typer.Option("--out", help="Folder of the pages")] = Path("reports"),
    quick: Annotated[bool, typer.Option("--quick", help="Only what takes under a minute")] = False,
    only: Annotated[list[str] | None, typer.Option("--only", help="Name of an evaluation; may be repeated")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
) -> None:
    """Run every evaluation whose data is there, print one table, and fail below the floors."""
    from bot.app import installation, serving_encoder, training_paths
    from bot.evaluation.suite import HEADS, Surroundings, evaluations, run_all, table

    offered = evaluations(Surroundings(training_paths(), public, serving_encoder, installation().places.index))
    chosen = [each for each in offered if (each.quick or not quick) and (not only or each.name in only)]
    if not chosen:
        raise BatonError(f"Choose of: {', '.join(each.name for each in offered)}.", code="no_evaluation")
    out.mkdir(parents=True, exist_ok=True)
    with quiet_stdout():
        done = run_all(chosen, out, words.print)
    if as_json:
        figures = [asdict(line) | {"missed": line.missed} for line in done.lines]
        emit({"figures": figures, "left_out": done.absent, "broke_off": done.failed})
    else:
        printed = Table(*HEADS, box=None)
        for row in table(done.lines):
            printed.add_row(*row)
        plain.print(printed)
    words.print(f"Pages: {out / 'index.html'}")
    if done.failed:
        raise BatonError(f"Broke off: {'; '.join(done.failed)}.", code="evaluation_failed")
    missed = [f"{line.evaluation} {line.figure}" for line in done.lines if line.missed]
    if missed:
        raise BatonError(f"Below the floor: {', '.join(missed)}.", code="below_floor")


def _page_beside(out: Path) -> Path:
    return out.with_suffix(".html")
