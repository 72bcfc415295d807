from pathlib import Path

import pytest

from bot.training.content_files import Problem
from bot.training.paths import Paths
from bot.training.validate import check_content, errors_of

ROOT = Path(__file__).resolve().parents[3]


def _change(path: Path, old: str, new: str) -> int:
    """Replaces once; gives the line in which the new text begins."""
    text = path.read_text()
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new))
    return text[: text.index(old)].count("\n") + 1


def _only(problems: list[Problem]) -> Problem:
    assert len(problems) == 1, [str(one) for one in problems]
    return problems[0]


def test_sound_content_has_no_problem(project: Paths) -> None:
    assert check_content(project) == []


def test_the_content_of_this_repository_can_be_trained() -> None:
    assert [str(problem) for problem in errors_of(check_content(Paths.of_project(ROOT)))] == []


def test_a_syntax_error_names_file_and_line(project: Paths, nlu_file: Path) -> None:
    line = _change(nlu_file, "- intent: complaint\n", '- intent: "complaint\n')
    problem = _only(check_content(project))
    assert problem.file == str(nlu_file)
    assert problem.line is not None
    assert problem.line >= line
    assert "cannot be read" in problem.message


def test_text_that_is_not_utf_8_names_its_line(project: Paths, nlu_file: Path) -> None:
    nlu_file.write_bytes(nlu_file.read_bytes().replace(b"good morning", b"good m\xf6rning"))
    problem = _only(check_content(project))
    assert problem.line == 7
    assert "UTF-8" in problem.message


def test_a_file_that_is_a_list_is_named(project: Paths, nlu_file: Path) -> None:
    nlu_file.write_text("- intent: greet\n")
    assert _only(check_content(project)).file == str(nlu_file)


def test_an_intent_with_one_example_is_named(project: Paths, nlu_file: Path) -> None:
    line = _change(nlu_file, "- synonym: tent", "- intent: lonely\n  examples: |\n    - only this\n- synonym: tent")
    _change(project.domain / "all.yml", "complaint]", "complaint, lonely]")
    problem = _only(errors_of(check_content(project)))
    assert "'lonely' has only one example" in problem.message
    assert problem.line == line + 2


def test_an_intent_that_the_domain_does_not_know_is_named(project: Paths, nlu_file: Path) -> None:
    line = _change(nlu_file, "- intent: complaint", "- intent: complaints")
    problem = errors_of(check_content(project))[0]
    assert "'complaints' is not in the domain" in problem.message
    assert problem.line == line + 2


def test_an_entity_that_the_domain_does_not_know_is_named(project: Paths, nlu_file: Path) -> None:
    line = _change(nlu_file, "[tent](product)", "[tent](produkt)")
    problem = errors_of(check_content(project))[0]
    assert "'produkt'" in problem.message
    assert (problem.file, problem.line) == (str(nlu_file), line)


def test_a_line_that_is_no_example_is_named(project: Paths, nlu_file: Path) -> None:
    line = _change(nlu_file, "    - good morning\n", "    good morning\n")
    problems = errors_of(check_content(project))
    assert (problems[0].file, problems[0].line) == (str(nlu_file), line)


def test_examples_as_a_list_are_explained(project: Paths, nlu_file: Path) -> None:
    _change(nlu_file, "- intent: greet\n  examples: |\n", "- intent: greet\n  examples:\n")
    problem = errors_of(check_content(project))[0]
    assert problem.file == str(nlu_file)
    assert problem.line is not None


def test_the_same_example_in_two_intents_is_a_warning_that_names_both(project: Paths, nlu_file: Path) -> None:
    line = _change(nlu_file, "    - you keep making mistakes\n", "    - Where is my  order\n")
    problem = _only(check_content(project))
    assert problem.severity == "warning"
    assert "'complaint'" in problem.message
    assert "'order_status' (all.yml, line 12)" in problem.message
    assert problem.line == line


def test_an_unclosed_annotation_is_a_warning(project: Paths, nlu_file: Path) -> None:
    _change(nlu_file, "[tent](product)", "[tent](product")
    assert "not closed" in check_content(project)[0].message


def test_a_rule_with_an_unknown_action_is_an_error(project: Paths) -> None:
    _change(project.data / "rules" / "all.yml", "action: utter_status", "action: action_nowhere")
    problem = errors_of(check_content(project))[0]
    assert "action_nowhere" in problem.message


def test_a_domain_that_breaks_the_schema_is_named(project: Paths) -> None:
    _change(project.domain / "all.yml", "intents: [greet,", "intents: 7\nunused: [greet,")
    problem = errors_of(check_content(project))[0]
    assert problem.file == str(project.domain / "all.yml")


@pytest.mark.parametrize("missing", ["config.yml", "data/domain/all.yml", "data/nlu/all.yml"])
def test_a_missing_file_is_an_error(project: Paths, missing: str) -> None:
    path = project.config.parent / missing
    path.unlink()
    if not any(path.parent.iterdir()):
        path.parent.rmdir()
    assert errors_of(check_content(project)) != []
