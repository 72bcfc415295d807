"""The shop's values as JSON and back, checked: the form on the wire and in the record of changes made."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from actions.shop.errors import ShopUnavailable

Value = TypeVar("Value")
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def to_json(value: object) -> bytes:
    """A value of the port as JSON: amounts as decimal strings, days as 'YYYY-MM-DD'."""
    return _adapter(type(value)).dump_json(value)


def to_data(value: object) -> Any:
    """The same as plain data."""
    return _adapter(type(value)).dump_python(value, mode="json")


def from_json(kind: type[Value], text: bytes | str) -> Value:
    """A value of that type; raises `ShopUnavailable` when the text is none."""
    try:
        return _adapter(kind).validate_json(text)
    except ValidationError as error:
        raise _broken(kind, error) from error


def from_data(kind: type[Value], data: object) -> Value:
    """The same from plain data."""
    try:
        return _adapter(kind).validate_python(data)
    except ValidationError as error:
        raise _broken(kind, error) from error


def _adapter(kind: type[Value]) -> TypeAdapter[Value]:
    # Building one takes longer than a whole look-up.
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def _broken(kind: type[Any], error: ValidationError) -> ShopUnavailable:
    where = ", ".join(sorted({".".join(str(part) for part in item["loc"]) or "all" for item in error.errors()}))
    name = getattr(kind, "__name__", str(kind))
    return ShopUnavailable(f"The shop's reply is no valid {name} (at {where}).", code="shop_reply_invalid")
