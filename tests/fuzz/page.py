"""A page as a parser of HTML sees it: every element is one that a template wrote, and is closed; nothing in it runs or leads to a program."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser

from workbench import ROOT

_TEMPLATES = ROOT / "publish/templates"
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_ELEMENT = re.compile(r"<([A-Za-z][A-Za-z0-9-]*)")
_ATTRIBUTE = re.compile(
    r"(?<=[\s\"'}])([A-Za-z][A-Za-z0-9:-]*)(?==)|(?<=\s)(async|checked|controls|defer|disabled|hidden|multiple|novalidate|open|required|selected|spellcheck)(?=[\s>])"
)
_LEADING = {"action", "formaction", "href", "poster", "src", "srcset", "xlink:href"}
_AWAY = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_SAFE = re.compile(r"https?://|mailto:", re.IGNORECASE)


@cache
def _written() -> tuple[frozenset[str], frozenset[str]]:
    """The names of all elements and attributes that stand in templates."""
    text = "\n".join(file.read_text(encoding="utf-8") for file in sorted(_TEMPLATES.rglob("*.*")))
    text += '<button lang="" disabled="">'  # what stands in Python, and after a tag of Jinja's
    return frozenset(name.lower() for name in _ELEMENT.findall(text)), frozenset((one or other).lower() for one, other in _ATTRIBUTE.findall(text))


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._look(tag, attrs)
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._look(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing, on line {self.getpos()[0]}")

    def handle_pi(self, data: str) -> None:
        self.faults.append(f"<?{data[:40]}")

    def unknown_decl(self, data: str) -> None:
        self.faults.append(f"<![{data[:40]}")

    def close(self) -> None:
        super().close()
        self.faults += [f"<{tag}> is not closed" for tag in self._open]

    def _look(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        elements, attributes = _written()
        if tag not in elements:
            self.faults.append(f"<{tag}> stands in no template, line {self.getpos()[0]}")
        names = [name for name, _value in attrs]
        self.faults += [
            f"{name} of <{tag}> stands in no template, line {self.getpos()[0]}" for name in names if name not in attributes or name.startswith("on")
        ]
        self.faults += [f"{name} twice in <{tag}>" for name in {*names} if names.count(name) > 1]
        for name, value in attrs:
            if name in _LEADING and _AWAY.match((value or "").strip()) and not _SAFE.match((value or "").strip()):
                self.faults.append(f"{name} of <{tag}> leads to {value}")


def page_faults(text: str) -> list[str]:
    """Return what is wrong with a page of HTML."""
    page = _Page()
    page.feed(text)
    page.close()
    return page.faults
