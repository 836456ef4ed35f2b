"""The offline book as files: its pages, what they link to, and what they weigh."""

from __future__ import annotations

import html
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parents[2]
BOOK = ROOT / "_build" / "offline"


def pages(book: Path = BOOK) -> list[str]:
    """Every page of the book, by its path inside it. (Themes leave templates in _static, which are no pages.)"""
    paths = [path.relative_to(book) for path in book.rglob("*.html")]
    return sorted(path.as_posix() for path in paths if path.parts[0] != "_static")


def pages_with(text: str, book: Path = BOOK) -> list[str]:
    """Pages that have a text in their source."""
    return [page for page in pages(book) if text in (book / page).read_text(encoding="utf-8")]


def article(path: Path) -> str:
    """Text of a page's article, roughly."""
    found = re.search(r"<article.*</article>", path.read_text(encoding="utf-8"), re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", found.group())) if found else ""


def weight(book: Path = BOOK) -> int:
    """Bytes of all files."""
    return sum(path.stat().st_size for path in book.rglob("*") if path.is_file())


def stale(book: Path = BOOK, root: Path = ROOT) -> str:
    """A source that has changed since the book was built, if there is one."""
    built = (book / "index.html").stat().st_mtime
    folders = [root / "book", root / "noisac"]
    sources = [path for folder in folders for path in folder.rglob("*") if path.suffix not in {"", ".pyc"}]
    for path in [root / "_config.yml", root / "_toc.yml", *sorted(sources)]:
        if path.is_file() and path.stat().st_mtime > built:
            return path.relative_to(root).as_posix()
    return ""


class Links(NamedTuple):
    """What a page offers to links, and what it links to."""

    fragments: frozenset[str]
    targets: tuple[str, ...]


class _Reader(HTMLParser):
    ADDRESSES = (("a", "href"), ("link", "href"), ("img", "src"), ("script", "src"), ("iframe", "src"))

    def __init__(self) -> None:
        super().__init__()
        self.fragments: set[str] = set()
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.fragments |= {values[key] or "" for key in ("id", "name") if key in values}
        self.targets += [values[key] or "" for name, key in self.ADDRESSES if name == tag and key in values]


@cache
def links(path: Path) -> Links:
    """Read the links of a page."""
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return Links(frozenset(reader.fragments), tuple(reader.targets))


class Checked(NamedTuple):
    """Links of a page: how many lead where, and which lead nowhere."""

    internal: int
    external: int
    broken: list[str]


def check_links(page: str, book: Path = BOOK) -> Checked:
    """Follow a page's links inside the book; those to other hosts are only counted."""
    internal = external = 0
    broken = []
    for target in links(book / page).targets:
        address = urlsplit(target)
        if address.scheme in {"http", "https"} or target.startswith("//"):
            external += 1
            continue
        if address.scheme in {"mailto", "data", "javascript"}:
            continue
        internal += 1
        path = (book / page).parent / unquote(address.path) if address.path else book / page
        fragment = unquote(address.fragment)
        if not path.is_file() or not path.resolve().is_relative_to(book.resolve()):
            broken.append(f"{target}: no such file in the book")
        elif fragment and path.suffix == ".html" and fragment not in links(path.resolve()).fragments:
            broken.append(f"{target}: nothing on the page has that id")
    return Checked(internal, external, broken)
