"""How many files and sockets this process may hold open."""

from __future__ import annotations

import resource

WANTED = 65_536


def allow_many(wanted: int = WANTED) -> int:
    """Raise the soft limit as far as the hard one and `wanted` allow; what it is then. A shell gives a process 1,024 as
    a rule, which a gateway has used up with some 900 pages open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        return most
    return soft
