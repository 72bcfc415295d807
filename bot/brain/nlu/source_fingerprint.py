"""A hash of modules' source: Rasa's cache looks only at a component's own class."""

from __future__ import annotations

import hashlib
import inspect
from types import ModuleType


def source_fingerprint(*modules: ModuleType) -> str:
    """Changes whenever the source of one of the modules does; for `fingerprint_addon`."""
    digest = hashlib.sha256()
    for module in modules:
        digest.update(inspect.getsource(module).encode())
    return digest.hexdigest()
