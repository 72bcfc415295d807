"""Runs a model's graph for prediction without a scheduler: the order of its nodes never changes, so it is worked out
once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from graphlib import TopologicalSorter
from typing import Any, TypeVar

from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.runner.dask import DaskGraphRunner

T = TypeVar("T")


class DirectGraphRunner(DaskGraphRunner):
    """Calls the nodes one after the other, in an order worked out once for each set of targets.

    Rasa's own runner builds a task graph for every prediction, has dask order it and prints the whole dialogue for a
    debug message that nobody sees: over a millisecond a prediction, three or four times a turn.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._order = lru_cache(maxsize=8)(self._worked_out)

    def run(self, inputs: Mapping[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """See Rasa's `GraphRunner.run`; inputs are named after the placeholders that nodes need."""
        wanted = tuple(targets or self._graph_schema.target_names)
        done = {name: (name, value) for name, value in (inputs or {}).items()}
        for name, needs in self._order(wanted):
            done[name] = self._instantiated_nodes[name](*[done.get(need, need) for need in needs])
        return dict(done[name] for name in wanted)

    def components(self, kind: type[T]) -> list[T]:
        """The components of that kind in the graph, as they are loaded."""
        loaded = (node._component for node in self._instantiated_nodes.values())
        return [component for component in loaded if isinstance(component, kind)]

    def _worked_out(self, targets: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
        nodes = self._graph_schema.minimal_graph_schema(list(targets)).nodes
        needs = {name: tuple(node.needs.values()) for name, node in nodes.items()}
        sorter = TopologicalSorter(needs)
        sorter.prepare()
        order: list[str] = []
        while sorter.is_active():
            # Rules before other policies: a rule that is certain spares the others their work.
            ready = sorted(sorter.get_ready(), key=lambda name: name in nodes and nodes[name].uses is not RulePolicy)
            order += ready
            sorter.done(*ready)
        return [(name, needs[name]) for name in order if name in needs]
