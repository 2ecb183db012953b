"""A page in a real browser that records everything it must not do."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Dialog, Page, Route

DRAWN = "#timeline[data-drawn]"
"""What is there once a report has drawn itself."""


class Opened:
    """A page and its complaints: errors, dialogs, breaches of its policy, requests to anybody else."""

    def __init__(self, context: BrowserContext, url: str, *, ready: str = DRAWN):
        """Open a URL, which may have a hash, and wait for the selector `ready`."""
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.url = url.split("#", maxsplit=1)[0]
        context.route("**/*", self._route)
        self.page: Page = context.new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._dialog)
        self.page.add_init_script(
            "addEventListener('securitypolicyviolation', e => console.error('policy', e.violatedDirective))"
        )
        self.page.goto(url)
        self.page.wait_for_selector(ready)

    def _route(self, route: Route) -> None:
        if route.request.url.split("#")[0] == self.url:
            route.continue_()
            return
        self.requests.append(route.request.url)
        route.abort()

    def _dialog(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def span(self) -> tuple[float, float]:
        """Return the stretch of time that the report's timeline shows, in seconds."""
        self.page.wait_for_timeout(120)
        told = self.page.evaluate("({...document.getElementById('timeline').dataset})")
        return float(told["from"]), float(told["to"])

    def be_quiet(self) -> None:
        """Assert that nothing was complained of and nobody asked."""
        assert self.complaints == []
        assert self.requests == []


OpenReport = Callable[..., Opened]
"""`opened(history, results, **options of a browser context)`"""
