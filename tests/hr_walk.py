"""The way of somebody from HR through Prefect's own pages: list, form, run, contact sheet."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as TooSlowError

Shoot = Callable[[str], None]
_ONE_TRY = 30_000  # milliseconds
_PATIENCE = 300_000  # milliseconds, on a machine that works


@dataclass(frozen=True, slots=True)
class Walk:
    """A browser's page on a server at ``at``; ``shoot(name)`` is called where a picture is worth taking."""

    page: Page
    at: str
    shoot: Shoot = lambda _: None

    def enter(self, password: str) -> None:
        """Give the password, which the browser keeps from then on."""
        self.page.set_default_timeout(_PATIENCE)
        self.page.goto(f"{self.at}/v2/deployments")
        field = self.page.locator("input[type=password]")
        field.fill(password)
        field.press("Enter")
        self.page.get_by_role("link", name="Deployments").wait_for()

    def open_form(self, deployment: str = "Refresh portraits") -> None:
        """Go from the list of what can be started to the form."""
        self.page.set_default_timeout(_PATIENCE)
        self.page.goto(f"{self.at}/v2/deployments")
        self.page.get_by_role("link", name=deployment, exact=True).wait_for()
        self.shoot("list")
        self.page.get_by_role("link", name=deployment, exact=True).click()
        self.page.get_by_role("button", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Custom run").click()
        self.page.get_by_text("Parameters", exact=True).wait_for()

    def fields(self) -> list[str]:
        """Return what the form asks, in its order."""
        self.page.get_by_text("Brand preset").wait_for()
        labels = self.page.locator("label").all_inner_texts()
        return [one.removesuffix(" (Optional)") for one in labels]

    def choose(self, field: str, value: str) -> None:
        """Choose a value from a field's list."""
        self._control(field).click()
        self.page.get_by_role("option", name=value, exact=True).click()
        self.page.keyboard.press("Escape")

    def switch(self, field: str) -> None:
        """Turn a switch on."""
        self._control(field).click()

    def _control(self, field: str) -> Locator:
        label = self.page.locator("label", has_text=field)
        return self.page.locator(f"[id='{label.get_attribute('for')}']")

    def start(self) -> None:
        """Submit the form and open the run that it made."""
        self.shoot("form")
        while not (made := self._submitted()):
            pass
        self.page.goto(f"{self.at}/v2/runs/flow-run/{made}")
        self.page.get_by_role("tab", name="Logs").wait_for()

    def _submitted(self) -> str:
        """Press *Submit*, return the run's id; the page swallows a click that comes while it still works on the last field."""
        try:
            with self.page.expect_response(lambda one: "create_flow_run" in one.url, timeout=_ONE_TRY) as got:
                self.page.get_by_role("button", name="Submit").click()
        except TooSlowError:
            return ""
        assert got.value.ok, got.value.text()
        return str(got.value.json()["id"])

    def finish(self, state: str = "Completed") -> None:
        """Wait until the run has ended."""
        expect(self.page.get_by_text(state, exact=True).first).to_be_visible(timeout=_PATIENCE)

    def open_artifact(self, key: str) -> None:
        """Open one of the things that the run left."""
        self.page.get_by_role("tab", name="Artifacts").click()
        self.page.get_by_text(key, exact=True).last.wait_for()
        self.shoot(f"artifacts-{key}")
        self.page.get_by_text(key, exact=True).last.click()
        self.page.wait_for_url("**/artifacts/**")
