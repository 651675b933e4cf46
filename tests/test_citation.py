"""How to cite: BibTeX, RIS and CITATION.cff, of the data set's own description."""

from __future__ import annotations

import json
import re

import pytest
from catalogues import DATASET, catalogue, without
from workbench import LIBRARY, ROOT, bynet

from publish.citation import bibtex, cff, ris
from publish.errors import Mistake
from publish.facts import Facts
from publish.licences import licence_of
from publish.model import DCTERMS

FACTS = Facts(catalogue())
AUTHORITY = "http://publications.europa.eu/resource/authority/licence/"
# of the schema of the Citation File Format 1.2.0: what it demands, and all that it allows
REQUIRED = {"authors", "cff-version", "message", "title"}
ALLOWED = REQUIRED | {
    "abstract", "commit", "contact", "date-released", "doi", "identifiers", "keywords", "license", "license-url", "preferred-citation", "references",
    "repository", "repository-artifact", "repository-code", "type", "url", "version",
}  # fmt: skip


def fields_of(entry: str) -> dict[str, str]:
    """Read a BibTeX entry as BibTeX does: a field ends where its braces are balanced, whatever is escaped."""
    found: dict[str, str] = {}
    rest = entry[entry.index(",") + 1 :]
    while match := re.match(r"\s*(\w+) = ", rest):
        rest = rest[match.end() :]
        depth, end = 0, 0
        while end < len(rest) and not (depth == 0 and rest[end] == ","):
            depth += {"{": 1, "}": -1}.get(rest[end], 0)
            assert depth >= 0
            end += 1
        found[match[1]] = rest[:end].removeprefix("{").removesuffix("}")
        rest = rest[end + 1 :]
    assert rest.strip() == "}"
    return found


def yaml_of(text: str) -> dict[str, object]:
    """Read the YAML that is written: keys, and texts or lists as JSON."""
    read: dict[str, object] = {}
    items: list[object] = []
    for line in text.splitlines():
        if not line.startswith(" "):
            name, _colon, value = line.partition(":")
            items = []
            read[name] = json.loads(value) if value.strip() else items
        else:
            value = line.strip().removeprefix("- ")
            items.append(json.loads(value) if value.startswith('"') else {value.partition(":")[0]: json.loads(value.partition(":")[2])})
    return read


def test_bibtex_says_who_what_when_and_where() -> None:
    entry = bibtex(FACTS, DATASET, "da")
    assert entry.startswith("@misc{dataset-1.2.0,\n")
    assert fields_of(entry) == {
        "author": r"{Forlaget} and {Åse \textbraceleft{}Ø\textbraceright{}}",
        "title": "{Byer}",
        "publisher": "Forlaget",
        "version": "1.2.0",
        "year": "2026",
        "month": "mar",
        "url": DATASET,
        "note": "https://creativecommons.org/licenses/by/4.0/",
    }


def test_bibtex_escapes_what_tex_would_read() -> None:
    facts = Facts(catalogue(('"Cities"@en', r'"50% {more\\ & $x_1^2 #1 ~"@en')))
    title = fields_of(bibtex(facts, DATASET, "en"))["title"]
    assert title == r"{50\% \textbraceleft{}more\textbackslash{} \& \$x\_1\textasciicircum{}2 \#1 \textasciitilde{}}"


def test_ris_has_a_line_a_value_and_ends_as_it_has_to() -> None:
    facts = Facts(catalogue(('"Cities"@en', r'"Cities\nER  - \nTY  - BOOK"@en')))
    record = ris(facts, DATASET, "en")
    lines = record.split("\r\n")
    assert lines[0] == "TY  - DATA"
    assert lines[-2:] == ["ER  - ", ""]
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - [^\r\n]*", line) for line in lines[:-1])
    assert [line for line in lines if line.startswith("TY")] == ["TY  - DATA"]
    assert "TI  - Cities ER - TY - BOOK" in lines
    assert {"AU  - The publishers", "PB  - The publishers", "PY  - 2026", "DA  - 2026/03/04", "ET  - 1.2.0", "KW  - town & country", f"UR  - {DATASET}"} < set(
        lines
    )


def test_a_citation_file_has_what_the_format_demands_and_nothing_it_forbids() -> None:
    read = yaml_of(cff(FACTS, DATASET, "en"))
    assert REQUIRED <= set(read) <= ALLOWED
    assert read["authors"] == [{"name": "The publishers"}, {"name": "Åse {Ø}"}]
    assert read["date-released"] == "2026-03-04"
    assert read["license"] == "CC-BY-4.0"
    assert read["keywords"] == ["city", "town & country"]
    assert read["type"] == "dataset"


def test_a_citation_file_keeps_hostile_texts_as_they_are() -> None:
    text = cff(Facts(catalogue(('"Cities"@en', r'"Cities: \"#\n- x\u0085\u2028"@en'))), DATASET, "en")
    assert yaml_of(text)["title"] == 'Cities: "#\n- x\u0085\u2028'
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]", text)


def test_a_licence_that_has_no_name_in_the_spdx_list_is_cited_by_its_address() -> None:
    read = yaml_of(cff(Facts(catalogue((AUTHORITY + "CC_BY_4_0", "https://example.org/licence"))), DATASET, "en"))
    assert read["license-url"] == "https://example.org/licence"
    assert "license" not in read


def test_what_nobody_made_cannot_be_cited_in_a_citation_file() -> None:
    with pytest.raises(Mistake):
        cff(Facts(triple for triple in without(DATASET, DCTERMS + "creator") if triple.predicate.value != DCTERMS + "publisher"), DATASET, "en")


@pytest.mark.parametrize(
    ("iri", "spdx", "url"),
    [
        (AUTHORITY + "CC_BY_4_0", "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
        (AUTHORITY + "CC_BYNCSA_3_0", "CC-BY-NC-SA-3.0", "https://creativecommons.org/licenses/by-nc-sa/3.0/"),
        (AUTHORITY + "CC_BYND_2_5", "CC-BY-ND-2.5", "https://creativecommons.org/licenses/by-nd/2.5/"),
        (AUTHORITY + "CC0", "CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        (AUTHORITY + "ODC_BL", "ODbL-1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
        (AUTHORITY + "COM_REUSE", "", AUTHORITY + "COM_REUSE"),
        ("http://creativecommons.org/licenses/by-sa/4.0/legalcode.en", "CC-BY-SA-4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
        ("https://example.org/CC0", "", "https://example.org/CC0"),
    ],
)
def test_a_licence_is_known_by_its_iri(iri: str, spdx: str, url: str) -> None:
    assert (licence_of(iri).spdx, licence_of(iri).url) == (spdx, url)


def test_the_citation_file_of_the_repository_is_the_one_that_show_prints() -> None:
    assert (ROOT / "CITATION.cff").read_text(encoding="utf-8") == bynet("--root", ROOT, "--lang", "en", "show", "dataset", "--as", "cff").out


def test_show_cites_the_data_set_and_nothing_else() -> None:
    assert bynet("--root", ROOT, "show", "dataset", "--as", "bibtex").out.startswith("@misc{bynet-")
    assert bynet("--root", ROOT, "show", "dataset", "--as", "ris").out.endswith("ER  - \r\n")
    ended = bynet("--root", LIBRARY, "show", "faust", "--as", "cff")
    assert (ended.code, ended.out) == (2, "")
    assert "bynet show" in ended.err
