"""Seconds against triples as a picture in SVG: two logarithmic scales, a line for each system with its name at the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import ceil, floor, log10

Point = tuple[int, float]
WIDTH, HEIGHT = 860, 480
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 250, 20, 50
_APART = 17
"""The least distance of two names, in pixels."""
_COLOURS = ("#0b5394", "#c2410c", "#15803d", "#7e22ce", "#a16207", "#0e7490", "#be185d", "#475569", "#111827")
_DASHES = ("", "7 3", "2 3")


class _Scale:
    """Places on the picture."""

    def __init__(self, points: Sequence[Point]) -> None:
        self.across = floor(log10(min(x for x, _y in points))), ceil(log10(max(x for x, _y in points)))
        self.up = floor(log10(min(y for _x, y in points))), ceil(log10(max(y for _x, y in points)))

    def x(self, triples: float) -> float:
        low, high = self.across
        return round(_LEFT + (log10(triples) - low) / max(1, high - low) * (WIDTH - _LEFT - _RIGHT), 1)

    def y(self, seconds: float) -> float:
        low, high = self.up
        return round(HEIGHT - _BOTTOM - (log10(seconds) - low) / max(1, high - low) * (HEIGHT - _TOP - _BOTTOM), 1)


def draw(lines: Mapping[str, Sequence[Point]], title: str) -> str:
    """Return the picture of *lines*: by name, their points from left to right."""
    scale = _Scale([point for points in lines.values() for point in points])
    parts = [*_grid(scale), *_lines(lines, scale)]
    start = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13" role="img">\n'
    return f'{start}<title>{escape(title)}</title>\n<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>\n' + "\n".join(parts) + "\n</svg>\n"


def _grid(scale: _Scale) -> Iterator[str]:
    left, right, top, bottom = _LEFT, WIDTH - _RIGHT, _TOP, HEIGHT - _BOTTOM
    for power in range(scale.across[0], scale.across[1] + 1):
        x = scale.x(10**power)
        yield f'<line x1="{x}" y1="{top}" x2="{x}" y2="{bottom}" stroke="#ddd"/>'
        yield f'<text x="{x}" y="{bottom + 18}" text-anchor="middle" fill="#333">{10**power:,}</text>'
    for power in range(scale.up[0], scale.up[1] + 1):
        y = scale.y(10.0**power)
        yield f'<line x1="{left}" y1="{y}" x2="{right}" y2="{y}" stroke="#ddd"/>'
        yield f'<text x="{left - 8}" y="{y + 4}" text-anchor="end" fill="#333">{10.0**power:g}</text>'
    yield f'<text x="{(left + right) / 2}" y="{HEIGHT - 10}" text-anchor="middle" fill="#333">triples</text>'
    yield f'<text x="16" y="{(top + bottom) / 2}" text-anchor="middle" fill="#333" transform="rotate(-90 16 {(top + bottom) / 2})">seconds</text>'


def _lines(lines: Mapping[str, Sequence[Point]], scale: _Scale) -> Iterator[str]:
    places = _apart({name: scale.y(points[-1][1]) for name, points in lines.items()})
    for number, (name, points) in enumerate(lines.items()):
        colour, dash = _COLOURS[number % len(_COLOURS)], _DASHES[number % len(_DASHES)]
        way = " ".join(f"{scale.x(x)},{scale.y(y)}" for x, y in points)
        yield f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>'
        yield from (f'<circle cx="{scale.x(x)}" cy="{scale.y(y)}" r="3.5" fill="{colour}"/>' for x, y in points)
        last, edge = points[-1], WIDTH - _RIGHT
        to_name = f'x2="{edge + 12}" y2="{places[name]}" stroke="{colour}" stroke-width="0.7" stroke-dasharray="1 3"'
        yield f'<line x1="{scale.x(last[0])}" y1="{scale.y(last[1])}" {to_name}/>'
        yield f'<text x="{edge + 16}" y="{places[name] + 4}" fill="{colour}">{escape(name)}</text>'


def _apart(wanted: Mapping[str, float]) -> dict[str, float]:
    """The heights of names, near those that are wanted, so that none covers another."""
    placed: dict[str, float] = {}
    lowest = float(_TOP)
    for name, height in sorted(wanted.items(), key=lambda pair: (pair[1], pair[0])):
        placed[name] = max(height, lowest)
        lowest = placed[name] + _APART
    over = max(0.0, lowest - _APART - (HEIGHT - _BOTTOM))
    return {name: round(height - over * (rank + 1) / len(placed), 1) for rank, (name, height) in enumerate(placed.items())}
