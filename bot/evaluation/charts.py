"""Small charts as inline SVG: no script, no file beside the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 520, 270, 46, 36, 24
_LETTER, _LEGEND_GAP = 6, 18


@dataclass(frozen=True)
class Line:
    """Points of one line, x and y from 0 to 1; `style` is the number of its colour, `dashed` for a reference."""

    name: str
    points: Sequence[tuple[float, float]]
    style: int = 1
    dashed: bool = False


def lines(title: str, x_name: str, y_name: str, drawn: Sequence[Line]) -> str:
    """Lines over the unit square, with a legend."""
    parts = [*_grid(), _axis_names(x_name, y_name)]
    left = _LEFT
    for line in drawn:
        path = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in line.points)
        dash = ' stroke-dasharray="4 4"' if line.dashed else ""
        parts.append(f'<polyline class="line c{line.style}" points="{path}"{dash}/>')
        parts.append(f'<text class="legend c{line.style}" x="{left}" y="12">{escape(line.name)}</text>')
        left += _LETTER * len(line.name) + _LEGEND_GAP
    return _svg(title, parts)


def bars(title: str, x_name: str, y_name: str, columns: Sequence[tuple[str, float]]) -> str:
    """Columns from zero to the highest, each with its name below and its value above."""
    highest = max((value for _, value in columns), default=0.0) or 1.0
    room = (_WIDTH - _LEFT - 10) / max(len(columns), 1)
    parts = [_axis_names(x_name, y_name)]
    for number, (name, value) in enumerate(columns):
        left, top = _LEFT + number * room, _y(0.92 * value / highest)
        parts.append(
            f'<rect class="bar" x="{left + 2:.1f}" y="{top:.1f}" width="{room - 4:.1f}" height="{_y(0) - top:.1f}"/>'
        )
        middle = left + room / 2
        parts.append(f'<text class="tick" x="{middle:.1f}" y="{_y(0) + 14:.1f}">{escape(name)}</text>')
        parts.append(f'<text class="tick" x="{middle:.1f}" y="{top - 3:.1f}">{value:g}</text>')
    return _svg(title, parts)


def _x(share: float) -> float:
    return _LEFT + min(max(share, 0.0), 1.0) * (_WIDTH - _LEFT - 10)


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - min(max(share, 0.0), 1.0) * (_HEIGHT - _BOTTOM - _TOP)


def _grid() -> list[str]:
    parts = []
    for step in range(6):
        share = step / 5
        parts.append(f'<line class="grid" x1="{_x(0)}" x2="{_x(1)}" y1="{_y(share):.1f}" y2="{_y(share):.1f}"/>')
        parts.append(f'<text class="tick right" x="{_LEFT - 6}" y="{_y(share) + 4:.1f}">{share:.1f}</text>')
        parts.append(f'<text class="tick" x="{_x(share):.1f}" y="{_y(0) + 14:.1f}">{share:.1f}</text>')
    return parts


def _axis_names(x_name: str, y_name: str) -> str:
    middle = (_y(0) + _y(1)) / 2
    return (
        f'<text class="axis" x="{(_x(0) + _x(1)) / 2:.1f}" y="{_HEIGHT - 4}">{escape(x_name)}</text>'
        f'<text class="axis" transform="translate(10 {middle:.1f}) rotate(-90)">{escape(y_name)}</text>'
    )


def _svg(title: str, parts: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}">{"".join(parts)}</svg>'
