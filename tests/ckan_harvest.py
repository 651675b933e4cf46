"""Read a catalogue as CKAN's harvester does, and print what it makes of it as JSON: one object a data set.

It runs in an environment of its own (`make ckan`): ``python tests/ckan_harvest.py catalog.rdf``. The parser is ckanext-dcat's
(its RDFParser, with the profile for DCAT-AP 3), on CKAN's own code; nothing of either is replaced.
"""

import json
import sys
from pathlib import Path

from ckanext.dcat.processors import RDFParser

FORMATS = {".rdf": "xml", ".ttl": "turtle", ".jsonld": "json-ld"}


def harvest(file: Path) -> list[dict[str, object]]:
    parser = RDFParser(profiles=["euro_dcat_ap_3"])
    parser.parse(file.read_text(encoding="utf-8"), FORMATS[file.suffix])
    return list(parser.datasets())


print(json.dumps(harvest(Path(sys.argv[1]))))
