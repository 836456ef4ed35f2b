"""Fetch the JavaScript that a book without a network carries with it, and what the tests in a browser need.

The packages, their versions and the hashes of their archives stand below. npm finds them wherever it is
configured to look. An archive whose hash differs is refused, wherever it came from. Nothing of it is
committed: archives and files are kept in ``_build/assets`` and verified again by every build.

    python book/_ext/fetch_assets.py                # everything
    python book/_ext/fetch_assets.py axe-core       # one of them; prints the folder that holds its files
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "_build" / "assets"


class AssetError(RuntimeError):
    """A package that cannot be obtained, or is not the one expected."""


@dataclass(frozen=True)
class Package:
    """An npm package, and the files of it that are used."""

    name: str  # of the folder that its files are unpacked to
    package: str
    version: str
    sha512: str  # base64, as in npm's lock files
    files: tuple[str, ...]  # in the archive's folder `package`

    @property
    def archive(self) -> str:
        """Name of the archive, as npm gives it."""
        return f"{self.package.removeprefix('@').replace('/', '-')}-{self.version}.tgz"


PACKAGES = {
    package.name: package
    for package in (
        Package(
            "mathjax",
            "mathjax",
            "3.2.2",
            "Bt+SSVU8eBG27zChVewOicYs7Xsdt40qm4+UpHyX7k0/O9NliPc+x77k1/FEsPsjKPZGJvtRZM1vO+geW0OhGw==",
            ("es5/tex-svg-full.js", "LICENSE"),
        ),
        Package(
            "html-manager",
            "@jupyter-widgets/html-manager",
            "1.0.15",
            "5thBIV6ymNgmPVOHvzx+gGy8ZSKmSazhtGw4/c4xJDVzRhG9PTeQsRjF3FUTopvFi//SABeNz1yp47bCrJ3CQA==",
            (
                "dist/embed.js",
                "dist/embed.js.LICENSE.txt",
                "dist/1551f4f60c37af51121f.woff2",
                "dist/7a3337626410ca2f4071.woff2",
                "dist/d878b0a6a1144760244f.woff2",
            ),
        ),
        Package(
            "axe-core",
            "axe-core",
            "4.14.1",
            "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
            ("axe.min.js", "LICENSE"),
        ),
    )
}


def sha512(path: Path) -> str:
    """Hash of a file, as it stands in the table."""
    return base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


def verify(archive: Path, package: Package) -> None:
    """Refuse an archive that is not the one in the table."""
    found = sha512(archive)
    if found != package.sha512:
        raise AssetError(
            f"{package.package} {package.version}: the archive is not the one that book/_ext/fetch_assets.py"
            f" expects\n  expected sha512 {package.sha512}\n  got             {found}"
        )


def unpack(archive: Path, package: Package, folder: Path) -> Path:
    """Write the files of a verified archive to a folder of the package's name, and nothing else."""
    verify(archive, package)
    target = folder / package.name
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    with tarfile.open(archive) as members:
        for name in package.files:
            try:
                member = members.extractfile(f"package/{name}")
            except KeyError:
                member = None
            if member is None:
                raise AssetError(f"{package.package} {package.version} has no file {name}")
            (target / Path(name).name).write_bytes(member.read())
    return target


def download(package: Package, folder: Path) -> Path:
    """Let npm fetch an archive, and keep it if it is the right one."""
    wanted = f"{package.package}@{package.version}"
    by_hand = f"or put {package.archive} into {folder}"
    npm = shutil.which("npm")
    if npm is None:
        raise AssetError(f"npm is not installed, and {wanted} is not there yet: install npm, {by_hand}")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        command = [npm, "pack", "--loglevel=error", "--pack-destination", scratch, wanted]
        run = subprocess.run(command, cwd=scratch, capture_output=True, text=True, check=False)
        fetched = list(Path(scratch).glob("*.tgz"))
        if run.returncode != 0 or len(fetched) != 1:
            reason = (run.stderr or run.stdout).strip()
            raise AssetError(f"npm could not fetch {wanted}: is there a network? ({by_hand})\n{reason}".rstrip())
        verify(fetched[0], package)
        return fetched[0].replace(folder / package.archive)


def fetch(name: str, folder: Path = FOLDER) -> Path:
    """Folder that holds a package's verified files; asks npm only for an archive that is not there yet."""
    package = PACKAGES[name]
    archive = folder / "archives" / package.archive
    if not archive.exists() or sha512(archive) != package.sha512:
        archive = download(package, archive.parent)
    return unpack(archive, package, folder)


def main(arguments: Sequence[str]) -> int:
    """Fetch what the command line names, or all."""
    unknown = set(arguments) - set(PACKAGES)
    if unknown:
        print(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(PACKAGES)}", file=sys.stderr)
        return 2
    try:
        for name in arguments or PACKAGES:
            print(fetch(name))
    except AssetError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
