"""`bynet check --reach` tells of each shape what it can see, and of which shapes that is not all."""

from __future__ import annotations

from pathlib import Path

import pytest
from workbench import bynet, make_project, turtle

HEAD = "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
SHAPES = """
<https://example.org/shapes/near> a sh:NodeShape ; sh:targetClass def:Thing ; sh:property <https://example.org/shapes/near-place> .
<https://example.org/shapes/near-place> sh:path ( def:in [ sh:inversePath def:has ] ) ; sh:class def:Place .
<https://example.org/shapes/far> a sh:NodeShape ; sh:targetClass def:Thing ; sh:sparql <https://example.org/shapes/far-all> .
<https://example.org/shapes/far-all> sh:select "SELECT $this WHERE { $this a ?kind . ?other <https://example.org/def/in> ?place }" .
"""


@pytest.mark.parametrize(("language", "words"), [("en", "unbounded reach"), ("da", "ubegrænset rækkevidde")])
def test_a_shape_of_unbounded_reach_is_said_to_be_so(language: str, words: str, tmp_path: Path) -> None:
    project = make_project(tmp_path, {"shapes/a.ttl": turtle(SHAPES).replace("sh: <", "sh: <") if "prefix sh:" in turtle(SHAPES) else HEAD + turtle(SHAPES)})
    told = bynet("--lang", language, "--root", project, "check", "--reach")
    assert told.code == 0
    lines = told.out.splitlines()
    (far,) = (number for number, line in enumerate(lines) if words in line)
    assert "far" in lines[far]
    assert any("?other def:in ?place" in line for line in lines[far:])
    near = next(number for number, line in enumerate(lines) if "near-place" in line)
    assert "  def:in/^def:has/rdf:type" in lines[near:]
