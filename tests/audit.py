"""What is known against the packages that bynet is run and tested with: ``make audit``, where the network allows.

Every package that requirements.lock pins, or that Spark needs, is asked for, whatever system it is for. Status 0: all were asked for and nothing is known
against them; 1: something is known; 2: not all could be asked for, so that nothing is proved. A check that did not run never passes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from locks import Pinned, locked

LOCKS = (Path(__file__).parents[1] / "requirements.lock", Path(__file__).parent / "requirements-spark.txt")


def asked(packages: Sequence[Pinned]) -> tuple[Sequence[Mapping[str, Any]], str]:
    """Return what pip-audit found out about each of *packages*, and what it said where it found out nothing."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.writelines(_line(package) for package in packages)
        file.flush()
        options = ["--require-hashes", "--disable-pip", "--format=json", "--progress-spinner=off"]
        command = [sys.executable, "-m", "pip_audit", "--requirement", file.name, *options]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    try:
        return json.loads(ended.stdout)["dependencies"], ""
    except ValueError:
        said = [line for line in ended.stderr.splitlines() if line.strip()]
        return [], said[-1] if said else f"pip-audit ended with status {ended.returncode}"


def told(packages: Sequence[Pinned], found: Sequence[Mapping[str, Any]], reason: str) -> tuple[list[str], int]:
    """Return the lines to print, and the exit status."""
    known = [line for one in found for line in _known(one)]
    audited = [one for one in found if "vulns" in one]
    if known:
        return [*known, f"{len(known)} known vulnerabilities in {len(audited)} of {len(packages)} packages that were audited."], 1
    if len(audited) < len(packages):
        why = reason or next((one["skip_reason"] for one in found if "skip_reason" in one), "no answer")
        return [f"Not audited: {len(packages) - len(audited)} of {len(packages)} packages, so nothing is proved ({why}). Run it where the network allows."], 2
    return [f"No known vulnerabilities in {len(audited)} packages."], 0


def _line(package: Pinned) -> str:
    return f"{package.name}=={package.version} {' '.join(f'--hash=sha256:{content}' for content in package.hashes)}\n"


def _known(found: Mapping[str, Any]) -> Iterator[str]:
    for one in found.get("vulns", ()):
        yield f"{found['name']} {found['version']}: {one['id']}, put right in {', '.join(one['fix_versions']) or 'no version yet'}"


if __name__ == "__main__":
    pinned = list({name: package for lock in LOCKS for name, package in locked(lock).items()}.values())
    lines, status = told(pinned, *asked(pinned))
    print(*lines, sep="\n")
    sys.exit(status)
