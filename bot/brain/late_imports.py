"""Modules that are loaded only when somebody uses them, and such as are not loaded because somebody might."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

LATE = frozenset({"rasa.utils.train_utils"})
"""Rasa's base class of extractors imports it for the sake of neural ones, and it brings TensorFlow: some 240 MB that no
component of ours uses. A pipeline with a neural component loads both as ever."""

WITHOUT = {"thinc.compat": "torch"}
"""What the first imports only to know whether it is there. spaCy brings torch this way: two seconds and some 130 MB,
for models that run on it. Ours does not; an embedding model that has to run through torch loads it as ever."""

_LOAD = "__load_late__"
_loading = threading.RLock()


class LateModule(ModuleType):
    """A module that is loaded when something of it is asked for. To import it, even again and again, is not to ask:
    there the `LazyLoader` of the standard library would load it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        with _loading:
            loader = self.__dict__.pop(_LOAD, None)
            if loader is not None:
                loader.exec_module(self)
                self.__class__ = ModuleType  # type: ignore[assignment]
        if name in self.__dict__:
            return self.__dict__[name]
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")


class _LateLoader(Loader):
    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return LateModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__[_LOAD] = self._loader


class _LoaderWithout(Loader):
    def __init__(self, loader: Loader, missing: str) -> None:
        self._loader = loader
        self._missing = missing

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        hidden = self._missing not in sys.modules
        if hidden:
            sys.modules[self._missing] = None  # type: ignore[assignment]  # to import it is an ImportError
        try:
            self._loader.exec_module(module)
        finally:
            if hidden:
                del sys.modules[self._missing]


class LateImports(MetaPathFinder):
    """Finds those modules where they are, and changes how they are loaded."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """See `MetaPathFinder`."""
        spec = PathFinder.find_spec(name, path, target) if name in LATE or name in WITHOUT else None
        if spec is None or spec.loader is None:
            return None
        spec.loader = _LateLoader(spec.loader) if name in LATE else _LoaderWithout(spec.loader, WITHOUT[name])
        return spec


def load_late() -> None:
    """From now on; doing it twice does no harm. Imports nothing itself."""
    if not any(isinstance(finder, LateImports) for finder in sys.meta_path):
        sys.meta_path.insert(0, LateImports())
