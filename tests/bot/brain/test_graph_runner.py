"""The direct runner gives what Rasa's own gives, in an order that respects what each node needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from rasa.core.policies.memoization import MemoizationPolicy
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage

from bot.brain.graph_runner import DirectGraphRunner


class Adder(GraphComponent):
    """Adds what it is given to its own number."""

    def __init__(self, number: int) -> None:
        self.number = number

    @classmethod
    def create(cls, config: dict[str, Any], *_: Any, **__: Any) -> Adder:
        return cls(config["number"])

    def add(self, left: int, right: int) -> int:
        return left * 10 + right + self.number


def node(needs: Mapping[str, str], number: int = 0, target: bool = False) -> SchemaNode:
    return SchemaNode(dict(needs), Adder, "create", "add", {"number": number}, eager=True, is_target=target)


SCHEMA = GraphSchema(
    {
        "last": node({"left": "middle", "right": "first"}, 7, target=True),
        "middle": node({"left": "first", "right": "given"}, 3),
        "first": node({"left": "given", "right": "given"}, 1),
        "other": node({"left": "given", "right": "first"}, 5),
    }
)


@pytest.fixture
def runners(tmp_path: Any) -> list[DaskGraphRunner]:
    storage = LocalModelStorage.create(tmp_path)
    context = ExecutionContext(SCHEMA)
    return [kind.create(SCHEMA, storage, context) for kind in (DaskGraphRunner, DirectGraphRunner)]


@pytest.mark.parametrize("targets", [None, ["last"], ["other"], ["other", "last"], ["first"]])
def test_results_are_those_of_rasas_runner(runners: list[DaskGraphRunner], targets: list[str] | None) -> None:
    theirs, ours = (runner.run(inputs={"given": 2}, targets=targets) for runner in runners)
    assert ours == theirs
    again = runners[1].run(inputs={"given": 4}, targets=targets)
    assert again == runners[0].run(inputs={"given": 4}, targets=targets) != ours


def test_a_missing_input_is_an_error(runners: list[DaskGraphRunner]) -> None:
    with pytest.raises(GraphRunError):
        runners[1].run(inputs={}, targets=["first"])


def test_rules_come_before_other_policies_that_need_no_more() -> None:
    def policy(kind: type, needs: Mapping[str, str]) -> SchemaNode:
        return SchemaNode(dict(needs), kind, "create", "predict", {})

    for names in (("a", "b"), ("b", "a")):
        rules, stories = names
        nodes = {
            rules: policy(RulePolicy, {"tracker": "given"}),
            stories: policy(MemoizationPolicy, {"tracker": "given"}),
            "last": policy(Adder, {"left": "a", "right": "b"}),
        }
        runner = DirectGraphRunner.__new__(DirectGraphRunner)
        runner._graph_schema = GraphSchema({name: nodes[name] for name in sorted(nodes)})
        assert [name for name, _ in runner._worked_out(("last",))] == [rules, stories, "last"]
