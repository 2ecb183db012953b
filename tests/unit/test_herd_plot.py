"""The plot of the herd effect: a line an algorithm, in whole and valid SVG."""

from xml.etree import ElementTree

from benchmarks.herd_plot import HEIGHT, WIDTH, plot

SVG = "{http://www.w3.org/2000/svg}"


def test_every_line_is_drawn_within_its_panel() -> None:
    lines = {"herd": [(3, 2), (50, 49)], "predecessor": [(3, 1), (50, 1)]}
    drawn = ElementTree.fromstring(plot({"events": lines, "requests": lines}))
    assert drawn.get("viewBox") == f"0 0 {2 * WIDTH} {HEIGHT}"
    panels = drawn.findall(f"{SVG}g")
    assert [panel.findall(f"{SVG}text")[0].text for panel in panels] == ["events", "requests"]
    for panel in panels:
        steep, flat = (line.get("points", "").split() for line in panel.findall(f"{SVG}polyline"))
        places = [tuple(map(float, point.split(","))) for point in steep + flat]
        assert all(0 < x < WIDTH and 0 < y < HEIGHT for x, y in places)
        assert places[1][1] < places[0][1]
        assert places[2][1] == places[3][1]
