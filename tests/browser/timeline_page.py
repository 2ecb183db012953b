"""The timeline of an open report, as tests handle it: by seconds and names of rows instead of pixels."""

from typing import Any

from msgspec import structs

from checkers.result import Result, Results, Verdict, Violation
from harness.history import History
from tests.browser.opened import Opened
from tests.unit.sample_history import BOOT, sample_run

FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"

PIXELS = """([name, top, height]) => {
  const probe = document.body.appendChild(document.createElement('i'));
  probe.style.color = `var(--${name})`;
  const wanted = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
  probe.remove();
  const canvas = document.getElementById('canvas');
  const pixels = canvas.getContext('2d').getImageData(0, top, canvas.width, height).data;
  let count = 0;
  for (let i = 0; i < pixels.length; i += 4) if (wanted.every((n, k) => pixels[i + k] === n)) count += 1;
  return count;
}"""


class TimelinePage:
    """What a report's timeline tells, and what one does to it."""

    def __init__(self, report: Opened):
        self.report = report
        self.page = report.page
        self.canvas = self.page.locator("#canvas")
        self.canvas.scroll_into_view_if_needed()

    def told(self, name: str) -> str:
        """Return a `data-` attribute of the figure once everything is drawn."""
        self.page.evaluate(FRAMES)
        return self.page.locator("#timeline").get_attribute(f"data-{name}") or ""

    def span(self) -> tuple[float, float]:
        """Return the stretch on show, in seconds."""
        return float(self.told("from")), float(self.told("to"))

    def selection(self) -> tuple[float, float] | None:
        """Return the selected stretch, in seconds."""
        told = self.told("selection").split(",")
        return (float(told[0]), float(told[1])) if len(told) == 2 else None

    def hash(self, part: str) -> str:
        """Wait until the part of the address after `#` holds some text, and return that part."""
        self.page.wait_for_function("part => location.hash.includes(part)", arg=part)
        return self.page.url.partition("#")[2]

    def row(self, name: str) -> tuple[float, float]:
        """Return top and height of a row, in pixels of the canvas."""
        cell = (
            self.page.locator("#gutter div").filter(has=self.page.locator("span.name", has_text=name)).first
        )
        top, height = cell.evaluate("cell => [cell.offsetTop, cell.offsetHeight]")
        return float(top), float(height)

    def x(self, second: float, of: str = "#canvas") -> float:
        """Return where a second is drawn, in pixels of the canvas."""
        start, end = self.span()
        width: float = self.page.locator(of).evaluate("canvas => canvas.clientWidth")
        return (second - start) / (end - start) * width

    def pixels(self, colour: str, name: str) -> int:
        """Count the pixels of a row that have a colour of the theme."""
        self.page.evaluate(FRAMES)
        count: int = self.page.evaluate(PIXELS, [colour, *self.row(name)])
        return count

    def drag(self, of: str, start: float, end: float, y: float = 20) -> None:
        """Drag on a canvas from one x to another."""
        self.page.locator(of).scroll_into_view_if_needed()
        box = self.page.locator(of).bounding_box()
        assert box is not None
        self.page.mouse.move(box["x"] + start, box["y"] + y)
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + (start + end) / 2, box["y"] + y, steps=2)
        self.page.mouse.move(box["x"] + end, box["y"] + y, steps=2)
        self.page.mouse.up()

    def press(self, *keys: str) -> None:
        """Press keys, one after the other, while the canvas has the focus."""
        self.canvas.focus()
        for key in keys:
            self.page.keyboard.press(key)


SENTENCES = ("app4 became leader", "A lone call was wrong.", "Two calls contradict.")
"""How the sentences of the violations of `violated_run` begin, in the report's order."""


def violated_run(**options: Any) -> tuple[History, Results]:
    """Return the sample run with three violations: beliefs at 42 to 63 s, a lone call of app1, two calls.

    The second's witness is the first call of app1 after 20 s, the third's calls of app2 and app5 after 40 s.
    """
    history, results = sample_run(**options)
    one, two, three = (_call(history, *which) for which in (("app1", 20), ("app2", 40), ("app5", 40)))
    violations = (
        _violation(history, SENTENCES[1], one, ("app1",)),
        _violation(history, SENTENCES[2], two + three, ("app2", "app5")),
    )
    more = Result(
        name="write-order", verdict=Verdict.VIOLATION, sentence="Wrong.", checked=2, violations=violations
    )
    return history, structs.replace(results, results=(*results.results, more))


def _call(history: History, node: str, second: float) -> tuple[int, ...]:
    """Return the indexes of a node's first answered call after a second."""
    for operation in history.operations:
        late = operation.invoke.time > BOOT + second * 1e9
        if late and operation.invoke.node == node and operation.complete is not None:
            return operation.invoke.index, operation.complete.index
    raise AssertionError(f"no call of {node}")


def _violation(
    history: History, sentence: str, witness: tuple[int, ...], nodes: tuple[str, ...]
) -> Violation:
    times = [history.events[index].time for index in witness]
    return Violation(
        kind="order", sentence=sentence, witness=witness, time=min(times), until=max(times), nodes=nodes
    )
