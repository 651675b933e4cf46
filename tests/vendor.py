"""The libraries that bynet carries beside the npm packages that they come from.

``python tests/vendor.py`` says what differs between the two. ``python tests/vendor.py renew`` takes files and hashes from the packages,
in the versions that vendor.toml names: change a version there first, and see to the licences afterwards.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "publish/vendor"
TABLE = "vendor.toml"

_MODULE = re.compile(r"node_modules/((?:@[^/]+/)?[^/]+)/(?!.*node_modules/)")


@dataclass(frozen=True, slots=True)
class Package:
    """A package of npm: its name, version and purpose; the files that tell of its licence; of each file taken from it, where it lay and its SHA-256."""

    name: str
    version: str
    purpose: str
    texts: Sequence[str]
    sources: Mapping[str, str]
    hashes: Mapping[str, str]


class NotFetched(Exception):
    """What npm said when it did not give a package."""


def packages(folder: Path = FOLDER) -> list[Package]:
    """Return what the table in *folder* says."""
    table = tomllib.loads((folder / TABLE).read_text(encoding="utf-8"))
    return [
        Package(
            package["name"],
            package["version"],
            package["for"],
            package["text"],
            {file["name"]: file["from"] for file in package["file"]},
            {file["name"]: file["sha256"] for file in package["file"]},
        )
        for package in table["package"]
    ]


def fetched(package: Package) -> dict[str, bytes]:
    """Return the files of *package* as npm gives them, by path. Raises `NotFetched`."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--ignore-scripts", f"{package.name}@{package.version}"]
        ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
        archives = list(Path(folder).glob("*.tgz"))
        if ended.returncode or len(archives) != 1:
            raise NotFetched(ended.stderr.strip())
        with tarfile.open(fileobj=io.BytesIO(archives[0].read_bytes())) as archive:
            files = {member.name: archive.extractfile(member) for member in archive.getmembers() if member.isfile()}
            return {name.partition("/")[2]: file.read() for name, file in files.items() if file}


def changed(package: Package, files: Mapping[str, bytes], folder: Path = FOLDER) -> list[str]:
    """Return the names of those files of *package* in *folder* that are not what *files* holds."""
    return [name for name, source in package.sources.items() if (folder / name).read_bytes() != files[source]]


def renew(package: Package, files: Mapping[str, bytes], folder: Path = FOLDER) -> None:
    """Put the files of *package* into *folder*, and their hashes into the table there."""
    for name, source in package.sources.items():
        (folder / name).write_bytes(files[source])
        table = (folder / TABLE).read_text(encoding="utf-8")
        (folder / TABLE).write_text(table.replace(package.hashes[name], sha256(files[source])), encoding="utf-8")


def unmentioned(package: Package, files: Mapping[str, bytes], folder: Path = FOLDER) -> set[str]:
    """Return the packages whose code is in *files*, as their source maps say, and that the licences of *package* do not name."""
    maps = [json.loads(files[f"{source}.map"]) for source in package.sources.values() if f"{source}.map" in files]
    inside = {name for content in maps for path in content["sources"] for name in _MODULE.findall(path)}
    told = "\n".join((folder / text).read_text(encoding="utf-8") for text in package.texts)
    return {name for name in inside if f"\n{name}: " not in told}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _lines(arguments: Sequence[str]) -> Iterator[str]:
    for package in packages():
        files = fetched(package)
        if "renew" in arguments:
            renew(package, files)
        differing = changed(package, files)
        yield f"{package.name} {package.version}: {'differs: ' + ', '.join(differing) if differing else 'byte for byte'}"
        yield from (f"  no licence of {name} in {', '.join(package.texts)}" for name in sorted(unmentioned(package, files)))


if __name__ == "__main__":
    try:
        told = list(_lines(sys.argv[1:]))
    except (NotFetched, FileNotFoundError) as error:
        sys.exit(f"npm gives no packages: {error}")
    print(*told, sep="\n")
    sys.exit(any("differs" in line or "no licence" in line for line in told))
