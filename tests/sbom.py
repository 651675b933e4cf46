"""The bill of materials of a release: what whoever installs the wheel gets, in CycloneDX 1.6.

``python tests/sbom.py [FOLDER]`` writes ``bynet-VERSION.cdx.json`` to ``dist/``, or to FOLDER: the packages that bynet needs to run, as
requirements.lock pins them, and the libraries that it carries in publish/vendor/. It takes nothing from the clock, from chance or from what is
installed, so that it is the same on every machine. It runs in an environment of its own: ``make sbom``.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from locks import Pinned, locked
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from vendor import FOLDER as CARRIED
from vendor import TABLE
from vendor import sha256 as digest

ROOT = Path(__file__).parents[1]
PACKAGES = ROOT / "tests/sbom.toml"

_SPOKEN_FOR = re.compile(r"^=+\n(\S+): ([^;\n]+?)(?:; .*)?\n=+$", re.MULTILINE)


def materials() -> Bom:
    """Return the bill: bynet, what it needs and what it carries, and which of them needs which."""
    packages = tomllib.loads(PACKAGES.read_text(encoding="utf-8"))
    lock = locked(ROOT / "requirements.lock")
    needed = {name: _package(lock[name], said["licence"]) for name, said in packages.items()}
    carried = [_library(package) for package in tomllib.loads((CARRIED / TABLE).read_text(encoding="utf-8"))["package"]]
    bynet, asked = _bynet()
    bill = Bom(components=[*needed.values(), *carried], metadata=BomMetaData(component=bynet), serial_number=UUID(int=0))
    bill.register_dependency(bynet, [*(needed[name] for name in asked), *carried])
    for name, said in packages.items():
        bill.register_dependency(needed[name], [needed[other] for other in said["needs"]])
    return bill


def written(bill: Bom) -> bytes:
    """Return the bill as JSON: without a time, and with a number that its content gives it. Raises `ValueError` where CycloneDX's schema does not allow it."""
    document = json.loads(JsonV1Dot6(bill).output_as_string())
    del document["metadata"]["timestamp"]
    content = sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
    document["serialNumber"] = f"urn:uuid:{uuid5(NAMESPACE_URL, content)}"
    text = json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    if wrong := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise ValueError(wrong)
    return text.encode()


def _bynet() -> tuple[Component, list[str]]:
    """The project itself, and the names of the packages that it needs."""
    project: Mapping[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name, version = project["name"], project["version"]
    itself = Component(
        name=name,
        version=version,
        type=ComponentType.APPLICATION,
        description=project["description"],
        licenses=[_licence("MIT AND CC-BY-4.0")],
        bom_ref=str(PackageURL("pypi", None, name, version)),
        purl=PackageURL("pypi", None, name, version),
    )
    return itself, [canonicalize_name(Requirement(line).name) for line in project["dependencies"]]


def _package(package: Pinned, licence: str) -> Component:
    """A package of the index. Its hashes are those of its files, one of which is installed, so they stand at its distribution."""
    place = PackageURL("pypi", None, package.name, package.version)
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=content) for content in package.hashes]
    files = ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=XsUri(str(place)), hashes=hashes, comment="One of these files is installed.")
    return Component(
        name=package.name,
        version=package.version,
        licenses=[_licence(licence)],
        bom_ref=str(place),
        purl=place,
        external_references=[files],
        properties=[Property(name="bynet:needed-where", value=package.marker)] if package.marker else [],
    )


def _library(package: Mapping[str, Any]) -> Component:
    """A library that bynet carries: its files, and the packages that its makers put into them, as its notices name them."""
    group, _slash, name = package["name"].rpartition("/")
    place = PackageURL("npm", group or None, name, package["version"])
    files = [
        Component(
            name=f"publish/vendor/{file['name']}",
            type=ComponentType.FILE,
            bom_ref=f"{place}#{file['name']}",
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest((CARRIED / file["name"]).read_bytes()))],
        )
        for file in package["file"]
    ]
    return Component(
        group=group or None,
        name=name,
        version=package["version"],
        licenses=[_licence(package["licence"])],
        bom_ref=str(place),
        purl=place,
        components=[*files, *_inside(package, str(place))],
    )


def _inside(package: Mapping[str, Any], place: str) -> Iterator[Component]:
    """The packages that are inside a library. Its makers do not say in which versions."""
    for text in package["text"]:
        for full, licence in _SPOKEN_FOR.findall((CARRIED / text).read_text(encoding="utf-8")):
            group, _slash, name = full.rpartition("/")
            purl = PackageURL("npm", group or None, name)
            yield Component(group=group or None, name=name, licenses=[_licence(licence.strip("()"))], bom_ref=f"{place}#{full}", purl=purl)


def _licence(words: str) -> DisjunctiveLicense | LicenseExpression:
    return LicenseExpression(words) if " " in words else DisjunctiveLicense(id=words)


def main(folder: Path) -> Path:
    """Write the bill to *folder* and return the file."""
    bill = materials()
    file = folder / f"{bill.metadata.component.name}-{bill.metadata.component.version}.cdx.json"
    folder.mkdir(parents=True, exist_ok=True)
    file.write_bytes(written(bill))
    return file


if __name__ == "__main__":
    print(main(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "dist"))
