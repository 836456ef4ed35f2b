"""The scripts of the offline book are those whose hashes the repository holds, or none."""

import base64
import hashlib
import io
import re
import tarfile
from dataclasses import replace

import pytest
import yaml

from tests.book_build import CONFIG, EXTENSIONS, ROOT, load_extension

assets = load_extension("fetch_assets")


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package in the table, with its archive where it is kept, and no npm to fetch another."""
    monkeypatch.setattr(assets.shutil, "which", lambda name: None)
    package = assets.Package("small", "@some/small", "1.0.0", "", ("dist/small.js", "LICENSE"))
    archive = tmp_path / "archives" / package.archive
    archive.parent.mkdir()
    write(archive, {"package/dist/small.js": b"one", "package/LICENSE": b"free", "package/other.js": b"two"})
    package = replace(package, sha512=base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode())
    monkeypatch.setitem(assets.PACKAGES, "small", package)
    return package


def write(archive, files):
    with tarfile.open(archive, "w:gz") as members:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            members.addfile(member, io.BytesIO(content))


def test_a_kept_archive_is_unpacked_without_npm_and_only_the_files_that_are_named(package, tmp_path):
    folder = assets.fetch("small", tmp_path)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"small.js": b"one", "LICENSE": b"free"}


def test_an_unpacked_file_that_was_changed_is_replaced_by_the_one_in_the_archive(package, tmp_path):
    script = assets.fetch("small", tmp_path) / "small.js"
    script.write_bytes(b"evil")
    assets.fetch("small", tmp_path)
    assert script.read_bytes() == b"one"


def test_a_tampered_archive_is_refused_and_nothing_of_it_unpacked(package, tmp_path):
    archive = tmp_path / "archives" / package.archive
    write(archive, {"package/dist/small.js": b"evil", "package/LICENSE": b"free"})
    with pytest.raises(assets.AssetError, match="is not the one"):
        assets.unpack(archive, package, tmp_path)
    with pytest.raises(assets.AssetError, match="npm is not installed"):
        assets.fetch("small", tmp_path)
    assert not (tmp_path / "small").exists()


def test_what_npm_delivers_is_refused_when_its_hash_differs(package, tmp_path, monkeypatch):
    kept = tmp_path / "archives" / package.archive
    kept.unlink()
    npm = tmp_path / "npm"
    npm.write_text('#!/bin/sh\nprintf evil > "$4/some-small-1.0.0.tgz"\n')
    npm.chmod(0o755)
    monkeypatch.setattr(assets.shutil, "which", lambda name: str(npm))
    with pytest.raises(assets.AssetError, match="is not the one"):
        assets.fetch("small", tmp_path)
    assert not kept.exists()


def test_a_download_that_fails_says_what_npm_said(package, tmp_path, monkeypatch):
    (tmp_path / "archives" / package.archive).unlink()
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho no route to host >&2\nexit 1\n")
    npm.chmod(0o755)
    monkeypatch.setattr(assets.shutil, "which", lambda name: str(npm))
    with pytest.raises(assets.AssetError, match=r"is there a network\?(.|\n)*no route to host"):
        assets.fetch("small", tmp_path)


def test_every_package_is_pinned_to_a_version_and_a_full_hash():
    for package in assets.PACKAGES.values():
        assert re.fullmatch(r"\d+\.\d+\.\d+", package.version), package.package
        assert len(base64.b64decode(package.sha512, validate=True)) == 64, package.package


def test_the_script_holds_no_address():
    assert "://" not in (EXTENSIONS / "fetch_assets.py").read_text()


def test_what_make_changes_in_the_configuration_stands_in_it_once():
    makefile = (ROOT / "Makefile").read_text().replace("\\\n", " ")
    seds = [line for line in makefile.splitlines() if line.startswith("\tsed ")]
    config = CONFIG.read_text()
    changes = re.findall(r"'s\|(.+?)\|(.+?)\|'", " ".join(seds))
    assert len(seds) == 1
    for old, _ in changes:
        assert config.count(old) == 1, old
    for old, new in changes:
        config = config.replace(old, new)
    changed = yaml.safe_load(config)
    assert changed["sphinx"]["config"]["executed"] == "_build/executed"


def test_a_page_of_the_offline_copy_takes_its_scripts_from_folders_beside_it():
    offline = load_extension("offline")
    page = (
        '<script src="../_static/own.js"></script>'
        '<script defer="defer" src="https://cdn.example/npm/mathjax@3/es5/tex-mml-chtml.js"></script>'
        '<script crossorigin="anonymous" src="https://cdn.example/require.js/2.3.4/require.min.js"></script>'
        '<script src="//cdn.example/npm/@jupyter-widgets/html-manager@1.0.6/dist/embed-amd.js"></script>'
    )
    assert re.findall('src="(.*?)"', offline.with_local_scripts(page, "../")) == [
        "../_static/own.js",
        "../mathjax/tex-svg-full.js",
        "../html-manager/embed.js",
    ]
    with pytest.raises(offline.RemoteScriptError, match=r"cdn\.example/other\.js"):
        offline.with_local_scripts('<script src="https://cdn.example/other.js"></script>', "")
