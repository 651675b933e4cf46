"""What browsers measure of a page: how wide it is, what moved while it came, what can be reached, how it is judged by axe-core."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice")
"""The tags of the rules of axe-core that pages have to keep."""
CONTRAST = ("color-contrast",)
"""The rule that colours have to keep."""
_JUDGE = """
async (rules) => {
  const more = rules.length > 1 ? { rules: { "target-size": { enabled: true } } } : {};
  const options = { resultTypes: ["violations"], runOnly: rules, ...more };
  const { violations } = await axe.run(document, options);
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary}`));
}
"""
SPACED = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; } p { margin-bottom: 2em !important; }"
"""The spacing of text that WCAG 1.4.12 wants to be borne."""
_WIDEST = """
() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  const beyond = (element) => element.getBoundingClientRect().right > room + 1 && !element.closest(".scroll, pre, .hidden");
  const wide = [...document.body.querySelectorAll("*")].filter(beyond);
  return [`${document.documentElement.scrollWidth} > ${room}`, ...wide.slice(0, 3).map((element) => element.outerHTML.slice(0, 150))];
}
"""
_SHIFTS = """
() => new Promise((answer) => {
  let shifted = 0;
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) shifted += entry.value; }).observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => setTimeout(() => answer(shifted), 60));
})
"""
REACHABLE = """
() => {
  const wanted = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  const seen = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.disabled && element.tabIndex >= 0;
  const all = [...document.querySelectorAll(wanted)].filter(seen);
  all.forEach((element, number) => (element.dataset.number = number));
  return all.length;
}
"""
"""Numbers all that a keyboard has to reach, in the order of the page, and gives how many there are."""
FOCUSED = """
() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const shape = element.closest("svg") && element.querySelector("rect, path, circle");
  const style = getComputedStyle(element);
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const marked = ring || (shape && (parseFloat(getComputedStyle(shape).strokeWidth) >= 3 || element.matches(".coverage *")));
  const box = element.getBoundingClientRect();
  const inside = box.bottom > 0 && box.top < innerHeight;
  return { number: Number(element.dataset.number), html: element.outerHTML.slice(0, 120), marked, inside };
}
"""
"""What has the focus: its number, whether one sees that it has, and whether it is in the window."""


def judge(page: Page, rules: Sequence[str] = RULES) -> list[str]:
    """Return what axe-core finds wrong with *page*, whose context has to bypass its policy, by *rules* (or their tags)."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE)
    found: list[str] = page.evaluate(_JUDGE, list(rules))
    return found


def too_wide(page: Page) -> list[str]:
    """Return how wide *page* is and what makes it so; nothing where it does not scroll sideways."""
    found: list[str] = page.evaluate(_WIDEST)
    return found


def shifted(page: Page) -> float:
    """Return the cumulative layout shift of *page* so far."""
    value: float = page.evaluate(_SHIFTS)
    return value


def stored(page: Page) -> dict[str, Any]:
    """Return what *page* keeps in the browser."""
    found: dict[str, Any] = page.evaluate("({ cookie: document.cookie, local: Object.keys(localStorage), session: Object.keys(sessionStorage) })")
    return found
