"""Until when a site is valid, and its signature, as a publisher has them: what `bynet publish` writes, keeps and takes away, and what hosts send."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hosts import SERVERS, Host, free_port, open_folder, program, seal
from hosts import serving as hosted
from serving import serving
from signing import Key, make_key, sign
from urllib3 import PoolManager
from workbench import Ended, bynet, make_project, release, tree, turtle, write_files

from publish.validity import Validity, as_json, is_day, read_validity

TODAY = datetime.now(UTC).date()
LATER, LATEST, BEFORE = ((TODAY + timedelta(days)).isoformat() for days in (100, 200, -1))
THING = 'ex:a a rdfs:Resource ; rdfs:label "A thing"@en .'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    made = make_project(tmp_path / "project", {"data/things.ttl": turtle(THING)})
    release(made, "1.0.0", "2026-01-01")
    return made


@pytest.fixture
def key(tmp_path: Path) -> Key:
    return make_key(tmp_path, "anna@example.org")


def publish(project: Path, *options: str) -> Ended:
    ended = bynet("--root", project, "publish", "--out", project.parent / "site", *options)
    assert ended.code == 0, ended.err
    return ended


def said(project: Path) -> dict[str, str]:
    content: dict[str, str] = json.loads((project.parent / "site/validity.json").read_bytes())
    return content


def test_a_site_says_which_data_set_and_release_it_is_and_until_when_it_is_valid(project: Path) -> None:
    ended = publish(project, "--expires", LATER)
    identity = {"base": "https://example.org/", "dataset": "https://example.org/dataset", "version": "1.0.0", "released": "2026-01-01"}
    assert said(project) == {**identity, "validUntil": LATER}
    assert ended.out.splitlines()[-1] == f"Copies of the site are valid until {LATER}."
    assert "  validity.json\n" in (project.parent / "site/MANIFEST").read_text()
    publish(project, "--expires", "never")
    assert said(project) == identity


def test_a_draft_says_no_version(tmp_path: Path) -> None:
    draft = make_project(tmp_path / "draft", {"data/things.ttl": turtle(THING)})
    publish(draft, "--expires", LATER)
    publish(draft)
    assert said(draft) == {"base": "https://example.org/", "dataset": "https://example.org/dataset", "validUntil": LATER}


def test_the_day_stays_until_another_is_given_also_in_the_next_release_and_from_elsewhere(project: Path, tmp_path: Path) -> None:
    publish(project, "--expires", LATER)
    assert publish(project).out.startswith("Nothing has changed")
    release(project, "1.1.0", "2026-02-02")
    publish(project)
    assert (said(project)["version"], said(project)["validUntil"]) == ("1.1.0", LATER)
    bynet("--root", project, "publish", "--out", tmp_path / "elsewhere", "--previous", tmp_path / "site")
    assert (tmp_path / "elsewhere/validity.json").read_bytes() == (tmp_path / "site/validity.json").read_bytes()


def test_another_day_is_no_change_of_the_data(project: Path, tmp_path: Path) -> None:
    publish(project, "--expires", LATER)
    shutil.copytree(tmp_path / "site", tmp_path / "before")
    assert publish(project, "--expires", LATEST).out.startswith("Published")
    compared = bynet("diff", tmp_path / "before", tmp_path / "site")
    assert compared.code == 0, compared.out
    before, after = tree(tmp_path / "before"), tree(tmp_path / "site")
    changed = {path for path in before | after if before.get(path) != after.get(path)}
    assert changed == {"MANIFEST", "validity.json"}


def test_a_day_that_is_over_is_written_and_warned_of(project: Path) -> None:
    for options in (("--expires", BEFORE), ()):
        assert publish(project, *options).out.splitlines()[-1] == f"Copies of the site were valid until {BEFORE} only. Name a later day with --expires."
    assert bynet("verify", project.parent / "site").code == 1


@pytest.mark.parametrize(
    "day", ["tomorrow", "2027-02-30", "01-05-2027", "2027-5-1", "2027-05-01Z", "20270501", "2027-W10-1", "", "\u0662027-05-01", "0000-01-01"]
)
def test_a_day_that_is_none_is_refused_before_anything_is_done(project: Path, day: str) -> None:
    ended = bynet("--root", project, "publish", "--out", project.parent / "site", "--expires", day)
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)
    assert "such as 2027-05-01" in ended.err
    assert not (project.parent / "site").exists()


def test_a_copy_is_valid_until_the_end_of_the_day_in_utc() -> None:
    validity = Validity("", "https://example.org/dataset", "", "", "2026-12-31")
    assert [validity.is_over(date(year, month, day)) for year, month, day in ((2026, 12, 30), (2026, 12, 31), (2027, 1, 1))] == [False, False, True]


ODD = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"7",
    b"{}",
    b'{"dataset": ""}',
    b'{"dataset": 7}',
    b'{"dataset": "x", "validUntil": "soon"}',
    b'{"dataset": "x", "version": []}',
]
ODD += [b'{"dataset": "x", "validUntil": 20270501}', b"[" * 100_000, b'{"dataset": "\xff"}', b'{"dataset": "x", "validUntil": "2027-05-01T00:00:00"}']


@pytest.mark.parametrize("content", ODD, ids=range(len(ODD)))
def test_a_file_that_says_nothing_of_that_kind_is_told_from_one(content: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # the kind of mistake is what callers rely on
        read_validity(content)


def test_what_a_later_bynet_may_say_beside_does_no_harm() -> None:
    validity = Validity("https://example.org/", "https://example.org/dataset", "1", "2026-01-01", LATER)
    assert read_validity(as_json(validity).replace("{", '{"more": [1],', 1).encode()) == validity
    assert is_day(LATER)


def test_a_signed_file_that_can_t_be_read_proves_nothing(project: Path, key: Key) -> None:
    publish(project)
    site = project.parent / "site"
    (site / "validity.json").write_text("{}")
    reseal(site)
    sign(key, site / "MANIFEST")
    ended = bynet("verify", site, "--signers", key.public)
    assert (ended.code, ended.out) == (1, "validity.json: can't be read as bynet writes it; publish the site again.\n")
    refused = bynet("--root", project, "publish", "--out", site)
    assert (refused.code, "does not say until when the site is valid" in refused.err) == (2, True)


def reseal(site: Path) -> None:
    (site / "MANIFEST.sig").unlink(missing_ok=True)
    seal(site)


def test_a_site_of_before_says_nothing_and_is_right_but_is_not_taken_for_the_one_asked_for(project: Path, key: Key) -> None:
    publish(project)
    site = project.parent / "site"
    (site / "validity.json").unlink()
    reseal(site)
    sign(key, site / "MANIFEST")
    assert bynet("verify", site, "--signers", key.public, "--at-least", "1.0.0").code == 0
    ended = bynet("verify", site, "--signers", key.public, "--dataset", "https://example.org/dataset")
    assert (ended.code, ended.out) == (
        1,
        "validity.json: is missing, so this copy does not say which dataset it is; have it published anew with the present bynet.\n",
    )


def test_to_publish_what_is_there_leaves_the_signature_and_anything_else_takes_it_away(project: Path, key: Key) -> None:
    publish(project, "--expires", LATER)
    site = project.parent / "site"
    sign(key, site / "MANIFEST")
    before = tree(site)
    same = publish(project)
    assert (same.out.splitlines()[0], "MANIFEST.sig" in before, tree(site) == before) == (f"Nothing has changed in {site}: nothing was written.", True, True)
    new = publish(project, "--expires", LATEST)
    assert new.err.splitlines()[-1] == f"The signature went with the site before. Sign the new one: ssh-keygen -Y sign -n bynet -f KEY {site}/MANIFEST"
    assert not (site / "MANIFEST.sig").exists()
    assert "signature" not in publish(project, "--expires", LATER).err


def test_a_signature_alone_makes_no_folder_a_site(project: Path) -> None:
    write_files(project.parent / "site", {"MANIFEST.sig": "mine"})
    ended = bynet("--root", project, "publish", "--out", project.parent / "site")
    assert (ended.code, (project.parent / "site/MANIFEST.sig").read_text()) == (2, "mine")


def test_bynet_sends_a_signature_that_is_made_while_it_serves(project: Path, key: Key) -> None:
    publish(project)
    pool = PoolManager(retries=False)
    with serving(project.parent / "site") as server:
        address = f"{server.url}MANIFEST.sig"
        assert pool.request("GET", address).status == 404
        signature = sign(key, project.parent / "site/MANIFEST").read_bytes()
        answer = pool.request("GET", address)
        assert (answer.status, answer.data, answer.headers["Content-Type"]) == (200, signature, "text/plain; charset=utf-8")
        assert pool.request("GET", address, headers={"If-None-Match": answer.headers["ETag"]}).status == 304
        assert pool.request("HEAD", address).data == b""
        sign(key, project.parent / "site/MANIFEST", "other")
        assert pool.request("GET", address, headers={"If-None-Match": answer.headers["ETag"]}).status == 200


@pytest.fixture
def folder() -> Iterator[Path]:
    with open_folder() as made:
        yield made


@pytest.mark.no_cover
@pytest.mark.parametrize("server", SERVERS)
def test_hosts_send_the_signature_as_text_and_the_copy_is_proved(project: Path, key: Key, folder: Path, server: str) -> None:
    program(server)
    host = Host(server, folder / "root", "/", free_port())
    bynet("--root", project, "publish", "--out", host.site, "--base-iri", host.address)
    sign(key, host.site / "MANIFEST")
    with hosted(host) as address:
        answer = PoolManager(retries=False).request("GET", f"{address}MANIFEST.sig")
        ended = bynet("verify", address, "--signers", key.public)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert (ended.code, ended.out) == (0, ""), ended.out
