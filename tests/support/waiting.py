"""Waiting for a condition instead of sleeping."""

import asyncio
import inspect


async def eventually(condition, timeout: float = 30.0, every: float = 0.02):
    """Wait until `condition()` (sync or async) is truthy and return its value; fail after `timeout` seconds."""
    end = asyncio.get_running_loop().time() + timeout
    while True:
        value = condition()
        if inspect.isawaitable(value):
            value = await value
        if value:
            return value
        if asyncio.get_running_loop().time() > end:
            raise AssertionError(f"did not become true within {timeout} s")
        await asyncio.sleep(every)
