"""The libraries of others that bynet carries, in ``vendor/``: the table there, ``vendor.toml``, says what each is for."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.resources import files

TABLE = "vendor.toml"


def libraries(purpose: str) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the packages that are for *purpose* (``sparql``, ``search``, ``build``), their licences and the table, by name."""
    folder = files(__package__).joinpath("vendor")
    packages = tomllib.loads(folder.joinpath(TABLE).read_text(encoding="utf-8"))["package"]
    wanted = [package for package in packages if package["for"] == purpose]
    names = {TABLE} | {name for package in wanted for name in (*package["text"], *(file["name"] for file in package["file"]))}
    yield from ((name, folder.joinpath(name).read_bytes()) for name in sorted(names))
