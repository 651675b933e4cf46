"""A real browser and the query page in it: what is typed and clicked there, what it shows, and what it asks of the network."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect, sync_playwright

from publish.querypage import DEADLINE

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 8_000
"""Milliseconds that anything may take on a machine that has much else to do."""
_LEFT = ("net::ERR_ABORTED",)
"""How a request fails that was under way when the visitor went to another page."""
_VIOLATED = re.compile(r"Content Security Policy|violates the following", re.IGNORECASE)


@contextmanager
def browser() -> Iterator[Browser]:
    """Debian's Chromium without a window, until the block ends; where it is not installed the test is skipped, saying so, and fails where CI is set."""
    program = shutil.which("chromium")
    if program is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("chromium is not installed: apt-get install chromium")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, headless=True, args=FLAGS)
        try:
            yield running
        finally:
            running.close()


@dataclass(slots=True)
class Host:
    """A plain web host: its address, which ends in ``/``, what it was asked for, what it holds back or has not, and its page for what is not there."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)
    held: dict[str, Event] = field(default_factory=dict)
    lost: Path | None = None


@contextmanager
def plain_host(folder: Path) -> Iterator[Host]:
    """Serve *folder* on loopback by Python's own web server, which knows of no endpoint, until the block ends."""
    host = Host()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, host, directory=str(folder))) as server:
        host.url = f"http://127.0.0.1:{server.server_port}/"
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield host
        finally:
            for event in host.held.values():
                event.set()
            server.shutdown()
            thread.join()


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, host: Host, *arguments: object, **options: object) -> None:
        self._host = host
        super().__init__(*arguments, **options)  # type: ignore[arg-type]  # as they came

    def do_GET(self) -> None:
        name = self.path.rsplit("/", 1)[-1]
        self._host.asked.append(self.path)
        if name in self._host.missing:
            return self.send_error(503)
        if name in self._host.held:
            self._host.held[name].wait(PATIENCE / 1000)
        return super().do_GET()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        if code == HTTPStatus.NOT_FOUND and self._host.lost:
            self.error_message_format = self._host.lost.read_text(encoding="utf-8").replace("%", "%%")
        super().send_error(code, message, explain)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@dataclass(slots=True)
class Seen:
    """What went on in a browser's context: the addresses that were asked for and those that gave nothing, what the console says (the
    breaches of the page's policy once more by themselves), the errors of its scripts."""

    requests: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def elsewhere(self, url: str) -> set[str]:
        """The addresses that are not on the host of *url*."""
        return {address for address in self.requests if urlsplit(address).scheme in {"http", "https", "ws", "wss"} and not _same_host(address, url)}


def _same_host(one: str, other: str) -> bool:
    return urlsplit(one).netloc == urlsplit(other).netloc


def watch(context: BrowserContext) -> Seen:
    """Return what will be seen in *context* from now on."""
    seen = Seen()

    def console(message: ConsoleMessage) -> None:
        seen.said.append(message.text)
        if _VIOLATED.search(message.text):
            seen.breaches.append(message.text)

    context.on("request", lambda request: seen.requests.append(request.url))
    context.on("requestfailed", lambda request: None if request.failure in _LEFT else seen.failed.append(f"{request.failure} {request.url}"))
    context.on("response", lambda response: None if response.status < HTTPStatus.BAD_REQUEST else seen.failed.append(f"{response.status} {response.url}"))
    context.on("console", console)
    context.on("weberror", lambda error: seen.errors.append(str(error.error)))
    return seen


@dataclass(frozen=True, slots=True)
class QueryPage:
    """The query page as somebody sees it who uses it."""

    page: Page

    def open(self, url: str) -> None:
        """Go to the page at *url*, until it can answer."""
        self.page.goto(url)
        expect(self.status).to_have_text(re.compile(r"^(Ready|Klar|Bereit)\.|^The query came with the link|^Forespørgslen fulgte med"))

    def at(self, name: str) -> Locator:
        """The element with the id *name*."""
        return self.page.locator(f"#{name}")

    @property
    def status(self) -> Locator:
        return self.at("status")

    @property
    def mistake(self) -> Locator:
        return self.at("mistake")

    @property
    def result(self) -> Locator:
        return self.at("result")

    @property
    def rows(self) -> Locator:
        return self.result.locator("tbody tr")

    @property
    def written(self) -> str:
        """The query in the editor."""
        text: str = self.page.evaluate("document.querySelector('#editor .CodeMirror').CodeMirror.getValue()")
        return text

    def write(self, query: str) -> None:
        """Replace the query in the editor, as a keyboard does."""
        self.at("editor").locator(".CodeMirror-scroll").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(query)

    def start(self, query: str) -> None:
        """Write *query* and run it; it may go on running."""
        self.write(query)
        self.at("run").click()

    def ask(self, query: str) -> None:
        """Write *query* and run it, until there is an answer or a mistake."""
        self.start(query)
        self.wait()

    def wait(self) -> None:
        """Wait until nothing runs, at the latest when the page itself has ended it."""
        expect(self.at("stop")).to_be_hidden(timeout=DEADLINE * 1000 + PATIENCE)

    def download(self, name: str) -> bytes:
        """What the button that keeps the answer as *name* (CSV, JSON, Turtle) gives."""
        with self.page.expect_download() as waiting:
            self.result.get_by_role("button", name=name).click()
        return Path(waiting.value.path()).read_bytes()
