"""What is wrong in a bot's content, before anything is trained on it."""

from __future__ import annotations

import logging
import re
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from rasa.shared.core.domain import Domain
from rasa.shared.exceptions import RasaException
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.formats import RasaYAMLReader
from rasa.shared.utils.validation import YamlValidationException
from rasa.validator import Validator

from bot.training.content_files import ContentFile, Example, Problem, examples_of, read_content, yaml_files
from bot.training.paths import Paths

FEWEST_EXAMPLES = 2

_NOISE = re.compile(r"is not used in any story or rule|Slot auto-fill has been removed")
_TAIL = re.compile(r"\s*More info at .*$", re.DOTALL)


def check_content(project: Paths) -> list[Problem]:
    """Every problem found, errors first. With an error in it the content cannot be trained on.

    Files are read one by one first, so that a broken one is named with its line; what needs all of them
    together is asked only when each of them can be read.
    """
    files = [read_content(path) for path in yaml_files([project.domain, *project.training_folders])]
    problems = [file.problem for file in files if file.problem]
    if not problems:
        problems = [*_missing(project), *_schema_problems(project, files)]
    if not problems:
        problems = [*_intent_problems(project, files), *_problems_by_rasa(project)]
    return sorted(problems, key=lambda problem: (problem.severity != "error", problem.file, problem.line or 0))


def errors_of(problems: Iterable[Problem]) -> list[Problem]:
    """Those that forbid a training."""
    return [problem for problem in problems if problem.severity == "error"]


def _missing(project: Paths) -> Iterator[Problem]:
    for path, what in ((project.config, "The configuration"), (project.domain, "The domain")):
        if not path.exists():
            yield Problem(f"{what} is missing. Restore it from version control.", str(path))
    if not (project.data / "nlu").is_dir():
        yield Problem("There are no training utterances. Put files with 'nlu:' there.", str(project.data / "nlu"))


def _schema_problems(project: Paths, files: Iterable[ContentFile]) -> Iterator[Problem]:
    for file in files:
        if project.domain in (file.path, *file.path.parents):
            yield from _problems_of_reading(Domain.from_file, file.path)
        elif "nlu" in file.content:
            yield from _problems_of_reading(RasaYAMLReader().read, file.path)


def _problems_of_reading(read: Callable[[str], object], path: Path) -> Iterator[Problem]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read(str(path))
    except YamlValidationException as error:
        for wrong in error.validation_errors or []:
            line = error._line_number_for_path(error.content, wrong.path)
            yield Problem(f"{wrong}. See the neighbouring entries for the form that is expected.", str(path), line)
    except (RasaException, ValueError, KeyError, TypeError, AttributeError) as error:
        # Rasa's readers raise whatever an unexpected shape leads to.
        yield Problem(f"Rasa cannot read this file: {_first_line(error)}", str(path))


def _intent_problems(project: Paths, files: Iterable[ContentFile]) -> Iterator[Problem]:
    by_intent: dict[str, list[Example]] = defaultdict(list)
    by_text: dict[str, list[Example]] = defaultdict(list)
    for file in files:
        for one in examples_of(file):
            if isinstance(one, Problem):
                yield one
            else:
                by_intent[one.intent].append(one)
                by_text[" ".join(one.text.lower().split())].append(one)
    yield from _domain_problems(project, by_intent)
    yield from _too_few(by_intent)
    for same in by_text.values():
        yield from _contradictions(same)


def _domain_problems(project: Paths, by_intent: Mapping[str, list[Example]]) -> Iterator[Problem]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        domain = Domain.load(str(project.domain))
    for intent, examples in by_intent.items():
        first = examples[0]
        if intent not in domain.intents:
            yield Problem(
                f"The intent '{intent}' is not in the domain. Add it there, or correct its name.",
                first.file,
                first.line,
            )
        for example in examples:
            for entity in set(example.entities) - set(domain.entities):
                yield Problem(
                    f"The entity '{entity}' is not in the domain. Add it there, or correct the annotation.",
                    example.file,
                    example.line,
                )


def _too_few(by_intent: Mapping[str, list[Example]]) -> Iterator[Problem]:
    if len(by_intent) < 2:
        yield Problem("There must be at least two intents with examples.")
    for intent, examples in by_intent.items():
        if len({example.text for example in examples}) < FEWEST_EXAMPLES:
            yield Problem(
                f"The intent '{intent}' has only one example. Give it at least {FEWEST_EXAMPLES} different ones, "
                "better ten, or remove it.",
                examples[0].file,
                examples[0].line,
            )


def _contradictions(same: list[Example]) -> Iterator[Problem]:
    intents = sorted({example.intent for example in same})
    if len(intents) > 1:
        last = same[-1]
        others = ", ".join(f"'{one.intent}' ({Path(one.file).name}, line {one.line})" for one in same[:-1])
        yield Problem(
            f"The same example stands under '{last.intent}' and under {others}. Keep it in one.",
            last.file,
            last.line,
            "warning",
        )


def _problems_by_rasa(project: Paths) -> Iterator[Problem]:
    folders = [str(folder) for folder in project.training_folders]
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            importer = TrainingDataImporter.load_from_config(str(project.config), str(project.domain), folders)
            validator = Validator.from_importer(importer)
            sound = _verified(validator)
        except (RasaException, SystemExit, ValueError, KeyError) as error:
            yield Problem(f"Rasa cannot put the content together: {_first_line(error)}")
            return
    for warning in said:
        message = _TAIL.sub("", str(warning.message)).strip()
        if issubclass(warning.category, UserWarning) and not _NOISE.search(message) and "rasa" in warning.filename:
            yield Problem(message, severity="warning" if sound else "error")


def _verified(validator: Validator) -> bool:
    logging.getLogger("rasa.validator").setLevel(logging.ERROR)
    checks = (
        validator.verify_domain_validity,
        validator.verify_intents_in_stories,
        validator.verify_utterances_in_stories,
        validator.verify_actions_in_stories_rules,
        validator.verify_forms_in_stories_rules,
        validator.verify_form_slots,
        validator.verify_slot_mappings,
    )
    # Every check has to speak, so none may be skipped because an earlier one failed.
    outcomes = [check() for check in checks]
    return all(outcomes)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
