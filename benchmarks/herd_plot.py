"""A small plot as SVG: what a departure costs, by the number of candidates, one line an algorithm."""

from collections.abc import Iterator, Mapping, Sequence

Points = Sequence[tuple[float, float]]
"""(candidates, cost)"""

WIDTH, HEIGHT = 340, 240
LEFT, RIGHT, TOP, BOTTOM = 44, 16, 34, 40
STEP = 10
"""Between two marks of an axis."""

COLOURS = ("#c2410c", "#1d4ed8", "#047857", "#7c3aed")
DASHES = ("", "", "6 4", "2 3")
"""Lines that lie on each other can still be told apart."""


def plot(panels: Mapping[str, Mapping[str, Points]]) -> str:
    """Return an SVG with one panel beside the other: {title: {line: its points}}."""
    width = WIDTH * len(panels)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" width="{width}" '
        f'height="{HEIGHT}" font-family="sans-serif" font-size="11" fill="#333">',
        f'<rect width="{width}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for place, (title, lines) in enumerate(panels.items()):
        parts += [f'<g transform="translate({place * WIDTH} 0)">', *_panel(title, lines), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def _panel(title: str, lines: Mapping[str, Points]) -> Iterator[str]:
    highest = max(value for points in lines.values() for point in points for value in point)
    top = -(-highest // STEP) * STEP
    yield f'<text x="{LEFT}" y="18" font-size="13" font-weight="bold">{title}</text>'
    for mark in range(0, int(top) + 1, STEP):
        x, y = _place(mark, mark, top)
        yield f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{mark}</text>'
        yield f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 15}" text-anchor="middle">{mark}</text>'
    yield f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">candidates</text>'
    for number, (name, points) in enumerate(lines.items()):
        colour, dash = COLOURS[number], DASHES[number]
        places = [_place(x, y, top) for x, y in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        yield (
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" '
            f'stroke-dasharray="{dash or "none"}"/>'
        )
        yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>' for x, y in places)
        yield f'<text x="{LEFT + 10}" y="{TOP + 14 + 15 * number}" fill="{colour}">{name}</text>'


def _place(x: float, y: float, top: float) -> tuple[float, float]:
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    return LEFT + wide * x / top, TOP + high * (1 - y / top)
