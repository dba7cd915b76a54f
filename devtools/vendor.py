"""Refresh the vendored assets: `python -m devtools.vendor` fetches, `--check` compares.

The files are committed, so running the product needs no npm; only a refresh does. Each folder
keeps a manifest that says where a file came from, under which licence, and its hash.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from devtools.console import LauncherError, complain, say
from devtools.places import ROOT

PRODUCT = ROOT / "static" / "vendor"
TESTS = ROOT / "tests" / "vendor"
SPRITE = "icons/sprite.svg"
SCRIPTED = {".css", ".js"}

# Our name for an icon says what it means; the right side is its drawing's name.
ICONS = {
    "away": "user-off",
    "back": "arrow-back-up",
    "bell": "bell",
    "building": "building",
    "calendar": "calendar",
    "cases": "folders",
    "check": "check",
    "clip": "paperclip",
    "clock": "clock",
    "decide": "gavel",
    "down": "arrow-down",
    "draft": "circle-dashed",
    "ended": "ban",
    "eye": "eye",
    "flag": "flag",
    "health": "heartbeat",
    "inbox": "inbox",
    "info": "info-circle",
    "keys": "keyboard",
    "late": "alert-triangle",
    "link": "external-link",
    "list": "list-check",
    "lock": "lock",
    "mail": "mail",
    "memo": "file-text",
    "message": "message",
    "more": "dots",
    "out": "logout",
    "pause": "player-pause",
    "pencil": "pencil",
    "phone": "phone",
    "play": "player-play",
    "plus": "plus",
    "policy": "stairs",
    "refresh": "refresh",
    "right": "chevron-right",
    "scale": "scale",
    "search": "search",
    "settings": "settings",
    "shield": "shield-check",
    "signal": "bolt",
    "soon": "hourglass",
    "stop": "hand-stop",
    "switch": "arrows-exchange",
    "up": "arrow-up",
    "user": "user-check",
    "users": "users",
    "x": "x",
}

MIT_TERMS = """\
Permission is hereby granted, free of charge, to any person obtaining a copy of this software \
and associated documentation files (the "Software"), to deal in the Software without \
restriction, including without limitation the rights to use, copy, modify, merge, publish, \
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the \
Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or \
substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING \
BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND \
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, \
DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, \
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


@dataclass(frozen=True)
class Package:
    """One pinned package, and which of its files are kept under which name."""

    name: str
    version: str
    licence: str
    folder: Path
    files: dict[str, str]


@dataclass(frozen=True)
class Entry:
    """One line of a manifest; `file` is relative to the manifest's folder."""

    package: str
    version: str
    licence: str
    file: str
    sha256: str


TABLER = Package(
    "@tabler/core",
    "1.6.1",
    "MIT",
    PRODUCT,
    {"dist/css/tabler.min.css": "tabler/tabler.min.css"},
)
DRAWINGS = Package("@tabler/icons", "3.51.0", "MIT", PRODUCT, {"LICENSE": "icons/LICENSE"})
HTMX = Package(
    "htmx.org",
    "2.0.11",
    "0BSD",
    PRODUCT,
    {"dist/htmx.min.js": "htmx/htmx.min.js", "LICENSE": "htmx/LICENSE"},
)
AXE = Package(
    "axe-core",
    "4.14.1",
    "MPL-2.0",
    TESTS,
    {
        "axe.min.js": "axe.min.js",
        "LICENSE": "axe-LICENSE",
        "LICENSE-3RD-PARTY.txt": "axe-LICENSE-3RD-PARTY.txt",
    },
)


def font(package: str, version: str, family: str, *styles: str) -> Package:
    """Return the pinned package of one font, with the styles a printed memo uses."""
    home = package.partition("-")[0]
    files = {
        f"{style}/{family}_{style}.ttf": f"{home}/{family}-{style[3:]}.ttf" for style in styles
    }
    terms = {"LICENSE_FONT": f"{home}/{family}-LICENSE"}
    return Package(f"@expo-google-fonts/{package}", version, "OFL-1.1", PRODUCT, files | terms)


UPRIGHT, SLANTED = ("400Regular", "700Bold"), ("400Regular_Italic", "700Bold_Italic")
FONTS = (
    font("noto-sans", "0.4.2", "NotoSans", *UPRIGHT, *SLANTED),
    font("noto-sans-arabic", "0.4.3", "NotoSansArabic", *UPRIGHT),
    font("noto-sans-mono", "0.4.2", "NotoSansMono", "400Regular"),
    font("noto-sans-sc", "0.4.3", "NotoSansSC", "400Regular"),
    font("vazirmatn", "0.4.1", "Vazirmatn", *UPRIGHT),
)
PACKAGES = (TABLER, DRAWINGS, HTMX, AXE, *FONTS)


def fetch(package: Package, into: Path) -> Path:
    """Download a package with the user's own npm and return the folder it unpacks to.

    Raises LauncherError where npm is missing or refuses.
    """
    command = ["npm", "pack", "--silent", "--ignore-scripts", f"{package.name}@{package.version}"]
    try:
        done = subprocess.run(command, cwd=into, capture_output=True, text=True, check=True)
    except FileNotFoundError as error:
        raise LauncherError("npm is needed to refresh the vendored assets.") from error
    except subprocess.CalledProcessError as error:
        raise LauncherError(f"npm could not fetch {package.name}: {error.stderr}") from error
    folder = into / package.name.replace("/", "-")
    with tarfile.open(into / done.stdout.split()[-1]) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def without_source_map(content: bytes) -> bytes:
    """Drop the pointer to a source map that is not vendored, which would be a dead link."""
    pointer = rb"\s*/\*# sourceMappingURL=.*?\*/\s*$|\s*//# sourceMappingURL=.*$"
    return re.sub(pointer, b"\n", content)


def keep(package: Package, source: Path) -> list[Path]:
    """Copy the wanted files of one package to their places."""
    kept = []
    for origin, name in package.files.items():
        target = package.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        content = (source / origin).read_bytes()
        target.write_bytes(without_source_map(content) if target.suffix in SCRIPTED else content)
        kept.append(target)
    return kept


def write_tabler_licence(source: Path) -> Path:
    """Write the terms that Tabler's package names in its banner but does not carry as a file."""
    banner = (source / "dist/css/tabler.min.css").read_text(encoding="utf-8")[:600]
    holders = re.findall(r"Copyright [^\n]+", banner)
    target = PRODUCT / "tabler" / "LICENSE"
    target.write_text("\n".join(["MIT License", "", *holders, "", MIT_TERMS]), encoding="utf-8")
    return target


def symbol(name: str, drawing: str) -> str:
    """Turn one drawing into a symbol of the sprite, without its invisible bounding box."""
    inner = re.sub(r"<svg[^>]*>|</svg>|<path[^>]*d=\"M0 0h24v24H0z\"[^>]*/>", "", drawing)
    shapes = "".join(line.strip() for line in inner.splitlines())
    return f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>'


def write_sprite(source: Path) -> Path:
    """Draw every named icon into one file."""
    drawn = (
        symbol(name, (source / "icons/outline" / f"{drawing}.svg").read_text(encoding="utf-8"))
        for name, drawing in sorted(ICONS.items())
    )
    target = PRODUCT / SPRITE
    target.parent.mkdir(parents=True, exist_ok=True)
    body = "\n".join(drawn)
    target.write_text(f'<svg xmlns="http://www.w3.org/2000/svg">\n{body}\n</svg>\n', "utf-8")
    return target


def entry(package: Package, file: Path) -> Entry:
    """Describe one vendored file."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    name = file.relative_to(package.folder).as_posix()
    return Entry(package.name, package.version, package.licence, name, digest)


def write_manifest(folder: Path, entries: Iterable[Entry]) -> None:
    """Write a folder's manifest, ordered by file."""
    lines = sorted((asdict(each) for each in entries), key=lambda line: str(line["file"]))
    text = json.dumps(lines, indent=2) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")


def refresh_package(package: Package, workshop: Path) -> list[Entry]:
    """Fetch one package and write what is made from it."""
    source = fetch(package, workshop)
    files = keep(package, source)
    if package is TABLER:
        files.append(write_tabler_licence(source))
    if package is DRAWINGS:
        files.append(write_sprite(source))
    say(f"{package.name} {package.version}: {len(files)} files")
    return [entry(package, file) for file in files]


def refresh() -> None:
    """Fetch everything at its pinned version and rewrite files and manifests."""
    entries: dict[Path, list[Entry]] = {}
    with tempfile.TemporaryDirectory() as workshop:
        for package in PACKAGES:
            made = refresh_package(package, Path(workshop))
            entries.setdefault(package.folder, []).extend(made)
    for folder, made in entries.items():
        write_manifest(folder, made)


def differences(folder: Path) -> list[str]:
    """Return one sentence per file that does not match the folder's manifest."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    named = {line["file"]: line["sha256"] for line in manifest}
    there = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*")}
    files = {name: path for name, path in there.items() if path.is_file()}
    files.pop("manifest.json")
    wrong = [f"{name} is not in the manifest" for name in files.keys() - named.keys()]
    wrong += [f"{name} is missing" for name in named.keys() - files.keys()]
    for name in named.keys() & files.keys():
        if hashlib.sha256(files[name].read_bytes()).hexdigest() != named[name]:
            wrong.append(f"{name} was changed")
    return sorted(wrong)


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the manifests only")
    if not parser.parse_args(arguments).check:
        try:
            refresh()
        except LauncherError as error:
            complain(str(error))
            return 1
    wrong = [line for folder in (PRODUCT, TESTS) for line in differences(folder)]
    for line in wrong:
        complain(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
