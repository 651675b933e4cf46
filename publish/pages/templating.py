"""The templates of one language: what all of them know, and how a page is made of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from traceback import walk_tb

from jinja2 import ChoiceLoader, Environment, FunctionLoader, PackageLoader, PrefixLoader, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup
from pyoxigraph import NamedNode, Triple

from publish.confined import Limits, bounded
from publish.errors import BadTheme
from publish.licences import licence_of
from publish.model import DCTERMS, LABEL, TITLE, XSD, Published, best_label
from publish.pages.compiled import environment_of
from publish.pages.showing import WEB, Showing
from publish.paths import whole_name
from publish.pictures import Drawing
from publish.shown import Value
from publish.texts import LANGUAGES, table
from publish.theme import FOLDER
from publish.wording import number_text, size_text

File = tuple[str, bytes]

_TEMPLATES = f"{FOLDER}templates/"
_FAILURES = (TemplateError, ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, TimeoutError, TypeError, ValueError)
"""What a template can raise when it is rendered."""
_LIMITS = Limits(seconds=10, memory=1024)
"""What one page may take where a template may be somebody else's."""
_SHORT = 200  # characters of a page's description, for those who list pages


class Templates:
    """The templates in the language of *showing*, those of the site's theme before bynet's own, which are called ``bynet/...`` too.

    *menu* names the pages that every page leads to, each with the name of its text; those whose text begins with ``menu-`` stand at the head.
    """

    def __init__(self, showing: Showing, menu: Sequence[tuple[str, str]]) -> None:
        self._showing = showing
        self._site = showing.site
        own = self._site.dataset.own
        self.title = best_label(of_predicate(own, TITLE), showing.language) or showing.name(self._site.dataset.iri)
        own_templates, others = FunctionLoader(self._own_template), PackageLoader("publish")
        self._names = [start + name for start in ("", "bynet/") for name in others.list_templates()]
        # the sandbox looks at everything that a template does, which takes a third of its time: bynet's own need none
        kind = _Sandbox if self._site.theme.files else Environment
        self._templates = environment_of(kind, ChoiceLoader([own_templates, PrefixLoader({"bynet": others}), others]), self._site.compiled)
        self._templates.globals.update(self._known(menu))

    def load(self) -> None:
        """Load all templates that can be loaded, so that nothing has to be opened later; what is wrong with one is told by the first page that uses it."""
        for name in self._names:
            with suppress(TemplateError):
                self._templates.get_template(name)

    def page(self, template: str, path: str, **values: object) -> File:
        """The file of the page at *path*, made of *template* with *values*."""
        lead = values.get("lead")
        summary = lead[0].value.text[:_SHORT] if isinstance(lead, list) and lead else ""
        links = self._site.links(path, self._showing.language, str(values["iri"])) if "iri" in values else ()
        own = {"root": "../" * path.count("/"), "structured": "", "summary": summary, "links": links}
        return path + self._ending(path), self.rendered(template, path, **{**own, **values})

    def rendered(self, template: str, path: str, **values: object) -> bytes:
        """*template* with *values*, which have the way to the site's folder as ``root``."""
        name = path.rsplit("/", 1)[-1]
        pages = [(other, f"../{other}/index.html" if self._is_own_landing(path) else name + self._showing.suffix(other)) for other in self._site.languages]
        known = {"structured": "", "summary": "", "links": (), "path": path, "alternates": pages}
        return self._made(template, {**known, **values}).encode()

    def picture(self, drawing: Drawing, caption: str) -> Markup:
        """A drawing as part of a page."""
        return Markup(self._made(drawing.template, {"picture": drawing, "caption": caption}))  # noqa: S704  # escaped

    def _made(self, template: str, values: Mapping[str, object]) -> str:
        """*template* with *values*; `BadTheme` where the theme has templates and one of them may be why it fails."""
        if not self._site.theme.templates:
            return self._templates.get_template(template).render(**values)
        try:
            with bounded(_LIMITS):
                return self._templates.get_template(template).render(**values)
        except _FAILURES as error:
            words = " ".join(str(error).split()).rstrip(".") or type(error).__name__
            raise BadTheme("theme-fails", place=_place(error, template), words=words) from error

    def _own_template(self, name: str) -> tuple[str, str, None] | None:
        """The theme's template *name*, and the file that it stands in."""
        text = self._site.theme.templates.get(name)
        return None if text is None else (text, f"{_TEMPLATES}{name}", None)

    def _known(self, menu: Sequence[tuple[str, str]]) -> Mapping[str, object]:
        """What every template knows."""
        showing, site, words = self._showing, self._site, self._showing.words
        spoken = Markup(' lang="{}"').format(showing.spoken) if showing.spoken != showing.language else Markup()
        return {
            "words": words,
            "language": showing.language,
            "suffix": showing.suffix(showing.language),
            "spoken": showing.spoken,
            "spoken_in": lambda: spoken,
            "languages": [(other, _own_name(Showing(site, other))) for other in site.languages],
            "title": self.title,
            "brand": next(iter(site.facts.texts(site.dataset.iri, LABEL.value, showing.language)), self.title),
            "menu": [(place, words[name]) for place, name in menu if name.startswith("menu-")],
            "more": [(place, words[name]) for place, name in menu if not name.startswith("menu-")],
            "licence": self._licence(),
            "version": site.version,
            "size": lambda size: size_text(size, showing.speech),
            "about_file": self._about_file,
            "in_parts": _in_parts,
            "number": lambda number: number_text(str(number), XSD + "integer", showing.speech) or str(number),
        }

    def _licence(self) -> Value | None:
        """The data set's licence with a link to its text; nothing where there is none on the web."""
        for iri in self._site.facts.iris(self._site.dataset.iri, DCTERMS + "license"):
            licence = licence_of(iri)
            if licence.url.startswith(WEB):
                return Value(licence.spdx or self._showing.name(iri), licence.url)
        return None

    def _about_file(self, path: str) -> Value:
        """What a file for download holds, in bynet's own words; an empty text where that is not known."""
        tongue = self._showing.spoken if self._showing.spoken in LANGUAGES else "en"
        name = path.rsplit("/", 1)[-1].partition(".")[0]
        return Value(table(tongue, "catalogue").get(f"about-{name}", ""), language=tongue if tongue != self._showing.language else "")

    def _ending(self, path: str) -> str:
        return ".html" if self._is_own_landing(path) else self._showing.suffix(self._showing.language)

    def _is_own_landing(self, path: str) -> bool:
        """Whether *path* is that of a landing page whose folder says its language already."""
        return path == f"{self._showing.language}/index"


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, without powers: of numbers as large as one likes, they are the one step of a template that nothing can interrupt."""

    intercepted_binops = frozenset(("**",))

    def call_binop(self, _context: object, _operator: str, left: object, right: object) -> object:
        """Return *left* to the power of *right*, as a float."""
        return float(left) ** float(right)  # type: ignore[arg-type]  # what is no number is a TypeError, which is told


def of_predicate(triples: Iterable[Triple], predicate: NamedNode) -> list[Triple]:
    """Those of *triples* that have *predicate*."""
    return [triple for triple in triples if triple.predicate == predicate]


def _in_parts(files: Sequence[Published]) -> list[tuple[str, list[Published]]]:
    """Files in their order, those together that are parts of one, with the path of that one."""
    wholes: dict[str, list[Published]] = {}
    for file in files:
        wholes.setdefault(whole_name(file.path), []).append(file)
    return [*wholes.items()]


def _place(error: BaseException, template: str) -> str:
    """The file of the theme and its line where *error* came up; *template* where that is in none of its files."""
    lines = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__) if frame.f_code.co_filename.startswith(_TEMPLATES)]
    return f"{lines[-1][0]}:{lines[-1][1]}" if lines else f"{_TEMPLATES}** ({template})"


def _own_name(showing: Showing) -> str:
    """What a language calls itself, else its tag."""
    return showing.words["language"] if showing.spoken == showing.language else showing.language
