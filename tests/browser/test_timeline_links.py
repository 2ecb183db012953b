"""The address holds the view: a link opens it again, Back goes back, and anchors stay anchors."""

import pytest

from tests.browser.opened import OpenReport
from tests.browser.timeline_page import TimelinePage, violated_run
from tests.unit.sample_history import sample_run

TOLD = ("from", "to", "shown", "selection", "pins", "visited", "alone", "alike")


def everything(timeline: TimelinePage) -> dict[str, str]:
    return {name: timeline.told(name) for name in TOLD}


def test_a_link_opens_the_same_view_filters_pins_and_selection(opened: OpenReport) -> None:
    timeline = TimelinePage(opened(*violated_run(rate=1)))
    page = timeline.page
    assert timeline.page.url.endswith("report.html")
    page.locator("[data-filter=process]").fill("app*")
    timeline.hash("process=")
    page.locator("[data-filter=server]").select_option("zk2")
    page.locator("[data-type='1']").click()
    timeline.press("ArrowRight", "+", ".", "Enter", "ArrowDown", "Enter", "s", "-")
    page.get_by_role("button", name="Same session").first.click()
    page.get_by_role("button", name="Copy link").click()
    address = timeline.hash("like=")
    wanted = everything(timeline)
    assert all(f"{part}=" in address for part in ("t", "select", "server", "type", "pin", "same"))
    assert len(wanted["pins"].split()) == 2
    again = TimelinePage(opened(*violated_run(rate=1), fragment=f"#{address}"))
    assert again.page.locator("[data-filter=process]").input_value() == "app*"
    assert again.page.locator("[data-filter=server]").input_value() == "zk2"
    assert again.page.locator("[data-type='1']").get_attribute("aria-pressed") == "false"
    then = everything(again)
    assert [float(then.pop(name)) for name in ("from", "to")] == pytest.approx(
        [float(wanted.pop(name)) for name in ("from", "to")], abs=1e-5
    )
    selected = [[float(n) for n in told.pop("selection").split(",")] for told in (wanted, then)]
    assert selected[0] == pytest.approx(selected[1], abs=1e-5)
    assert then == wanted
    again.report.be_quiet()


@pytest.mark.parametrize(("fragment", "alone"), [("#violation=2", "yes"), ("#violation=2&show=all", "")])
def test_a_link_to_a_violation_is_enough(opened: OpenReport, fragment: str, alone: str) -> None:
    timeline = TimelinePage(opened(*violated_run(rate=1), fragment=fragment))
    assert timeline.told("visited") == "2"
    assert timeline.told("alone") == alone
    assert timeline.page.locator("#visit").is_visible()
    start, end = timeline.span()
    assert end - start < 3


def test_back_takes_a_deed_away_and_forward_brings_it_again(opened: OpenReport) -> None:
    timeline = TimelinePage(opened(*violated_run(rate=1)))
    home = timeline.span()
    timeline.page.keyboard.press("n")
    visited = timeline.span()
    timeline.hash("violation=1")
    timeline.press("s")
    timeline.hash("select=")
    timeline.page.go_back()
    assert timeline.selection() is None
    assert timeline.told("visited") == "1"
    timeline.page.go_back()
    assert timeline.told("visited") == ""
    assert timeline.span() == home
    timeline.page.go_forward()
    assert timeline.told("visited") == "1"
    assert timeline.span() == pytest.approx(visited, abs=1e-5)


def test_moving_about_leaves_no_trail(opened: OpenReport) -> None:
    timeline = TimelinePage(opened(*sample_run(rate=0.4)))
    length = timeline.page.evaluate("history.length")
    timeline.press("+", "ArrowRight", "ArrowRight", "-")
    timeline.hash("t=")
    assert timeline.page.evaluate("history.length") == length


def test_anchors_of_the_page_go_on_working(opened: OpenReport) -> None:
    timeline = TimelinePage(opened(*violated_run(rate=0.4), fragment="#faults"))
    page = timeline.page
    home = timeline.span()
    page.keyboard.press("n")
    timeline.hash("violation=1")
    visited = timeline.span()
    page.locator("nav a[href='#operations']").click()
    assert page.url.endswith("#operations")
    assert page.locator("#operations").evaluate("e => Math.abs(e.getBoundingClientRect().top) < innerHeight")
    assert timeline.span() == visited
    page.go_back()
    assert timeline.told("visited") == "1"
    page.go_back()
    assert page.url.endswith("#faults")
    assert timeline.span() == visited != home


@pytest.mark.parametrize(
    "fragment",
    [
        "#t=x_y&select=9&violation=99&pin=999999&pin=a~bands~7&type=&like=3&same=nonsense",
        "#=&&=",
        "#%=%E0%A4%A",
    ],
)
def test_a_link_that_fits_nothing_opens_what_it_can(opened: OpenReport, fragment: str) -> None:
    history, results = sample_run(rate=0.4)
    timeline = TimelinePage(opened(history, results, fragment=fragment))
    plain = TimelinePage(opened(history, results))
    assert timeline.span() == plain.span()
    assert timeline.told("pins") == timeline.told("visited") == ""
    timeline.report.be_quiet()


def test_what_pins_have_in_common_is_no_name_that_every_object_has(opened: OpenReport) -> None:
    timeline = TimelinePage(opened(*violated_run(rate=1)))
    timeline.press(".", "Enter")
    address = timeline.hash("pin=")
    again = TimelinePage(opened(*violated_run(rate=1), fragment=f"#{address}&same=toString"))
    assert again.told("alike") == "0"
    again.report.be_quiet()


def test_the_link_is_copied(opened: OpenReport) -> None:
    timeline = TimelinePage(opened(*sample_run(rate=0.4), permissions=["clipboard-read", "clipboard-write"]))
    timeline.press("+")
    button = timeline.page.locator("[data-do=link]")
    button.click()
    timeline.page.wait_for_function("document.querySelector('[data-do=link]').textContent !== 'Copy link'")
    assert "#t=" in timeline.page.url
    if button.inner_text() == "Copied":
        assert timeline.page.evaluate("navigator.clipboard.readText()") == timeline.page.url
    else:
        assert button.inner_text() == "It is in the address bar"
