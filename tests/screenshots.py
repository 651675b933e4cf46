"""The pictures of the site in the README; `python tests/screenshots.py` takes them anew."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from browsing import browser
from pagekinds import published
from workbench import ROOT, bynet

Scheme = Literal["light", "dark"]
LARGEST = 200_000
"""The most bytes of a picture."""
SHOTS: dict[str, tuple[str, Scheme]] = {
    "landing": ("index.en.html", "light"),
    "tenure": ("id/tenure/frank-jensen-eurocities-chair.html", "dark"),
}
"""The pages, with the colour scheme, by the name of their picture in `docs/`."""


def take(site: Path, folder: Path) -> list[Path]:
    """Take the pictures of *site* into *folder*, 1280 CSS pixels wide, and return the files."""
    taken = []
    with TemporaryDirectory() as place, browser() as running, published(site, Path(place)) as host:
        for name, (address, scheme) in SHOTS.items():
            page = running.new_page(viewport={"width": 1280, "height": 1100}, color_scheme=scheme, reduced_motion="reduce")
            page.goto(host.url + address)
            taken.append(folder / f"{name}.png")
            page.screenshot(path=taken[-1])
            page.close()
    return taken


if __name__ == "__main__":
    with TemporaryDirectory() as temporary:
        ended = bynet("--root", ROOT, "publish", "--out", f"{temporary}/site")
        if ended.code:
            raise SystemExit(ended.err)
        for file in take(Path(temporary) / "site", ROOT / "docs"):
            if file.stat().st_size > LARGEST:
                raise SystemExit(f"{file} has more than {LARGEST} bytes")
