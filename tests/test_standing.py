"""A file that the site before has just so keeps its place on the disk, and nothing else of that site does."""

from __future__ import annotations

import os
from pathlib import Path

from publish.bulk.standing import with_standing
from publish.made import Made, digest
from publish.write import read_manifest, write_site

NAMES = ("same", "other", "moded", "linked", "longer", "named", "piped", "folder/same")


def test_what_is_just_so_already_keeps_its_file_and_nothing_else_does(tmp_path: Path) -> None:
    site, secret = tmp_path / "site", tmp_path / "secret"
    write_site(site, [(name, b"text") for name in NAMES])
    before = {name: (site / name).stat().st_ino for name in NAMES}
    secret.write_bytes(b"text")
    (site / "moded").chmod(0o600)
    (site / "linked").unlink()
    (site / "linked").symlink_to(secret)
    os.link(site / "named", tmp_path / "another-name")
    (site / "piped").unlink()
    os.mkfifo(site / "piped")
    files = [(name, {"other": b"TEXT", "longer": b"texts"}.get(name, b"text")) for name in (*NAMES, "new", "folder/new")]
    found = [*with_standing(files, site)]
    assert {path for path, content in found if isinstance(content, Made)} == {"same", "folder/same"}
    assert [(path, digest(content), len(content)) for path, content in found] == [(path, digest(content), len(content)) for path, content in files]
    (site / "piped").unlink()
    held = os.open(site / "other", os.O_RDONLY)  # so that its number is not given to another file
    write_site(site, found)
    assert {name for name in NAMES if (site / name).stat().st_ino == before[name]} == {"same", "folder/same"}
    assert os.read(held, 9) == b"text"
    os.close(held)
    assert {path: (site / path).read_bytes() for path in read_manifest(site)} == dict(files)
    assert {(path.lstat().st_mode, path.lstat().st_nlink) for path in site.iterdir() if not path.is_dir()} == {(0o100644, 1)}


def test_a_damaged_file_is_written_anew(tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_site(site, [("page", b"text"), ("other", b"a")])
    (site / "page").write_bytes(b"TEXT")
    write_site(site, with_standing([("page", b"text"), ("other", b"b")], site))
    assert (site / "page").read_bytes() == b"text"
