"""A Chromium for the suite, found or fetched, so that nobody has to install one by hand.

In this order: CHROMIUM_PATH; Chrome or Chromium on PATH; the pinned build of npm's
`@sparticuz/chromium`, unpacked once into the data folder; as root Debian's own package.
"""

import fcntl
import os
import platform
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from devtools.console import LauncherError
from devtools.node import npm_environment, npm_folder, playwright_node, runs, working_node
from devtools.places import DEFAULT_DATA, REQUIREMENTS, subfolder

ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MANIFESTS = ("package.json", "package-lock.json")
NO_BROWSER = (
    "there is no browser for the suite and none can be fetched: install Chrome or Chromium, or "
    "set CHROMIUM_PATH"
)
UNPACK = """\
const fs = require("node:fs"), zlib = require("node:zlib"), stream = require("node:stream");
const [from, to] = process.argv.slice(1);
const done = (error) => process.exit(error ? 1 : 0);
stream.pipeline(
  fs.createReadStream(from), zlib.createBrotliDecompress(), fs.createWriteStream(to), done);
"""
FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir><cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""
# The machine's own libraries and fonts come first; those in the package fill the gaps.
START = """\
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
export LD_LIBRARY_PATH="{libraries}"
{fonts}exec "$here/chromium" "$@"
"""


def launch_arguments() -> list[str]:
    """Return the arguments with which the browser is to be started."""
    always = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-domain-reliability",
        "--disable-sync",
        "--no-first-run",
        "--no-pings",
        "--font-render-hinting=none",
    ]
    # The sandbox needs either an ordinary user or namespaces, which containers often forbid.
    return [*always, "--no-sandbox"] if os.geteuid() == 0 or not has_namespaces() else always


def has_namespaces() -> bool:
    """Tell whether an ordinary user may make the namespaces of Chromium's sandbox."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return False
    done = subprocess.run([unshare, "--user", "--net", "true"], capture_output=True, check=False)
    return done.returncode == 0


def browser_environment() -> dict[str, str]:
    """Return what Playwright needs in its environment: another Node.js where its own fails."""
    own = playwright_node()
    if own is None or runs(own):
        return {}
    return {"PLAYWRIGHT_NODEJS_PATH": str(working_node())}


def chromium_path(data: Path = DEFAULT_DATA) -> str:
    """Return the path of a browser that starts, fetched if need be; the answer is kept.

    Raises LauncherError with what to install when there is none.
    """
    asked = os.environ.get("CHROMIUM_PATH")
    if asked:
        if not runs(asked):
            raise LauncherError(f"CHROMIUM_PATH names {asked}, which does not start")
        return asked
    found = next(filter(runs, filter(None, map(shutil.which, ON_PATH))), None)
    return found or fetched_chromium(data)


def fetched_chromium(data: Path) -> str:
    """Return the fetched browser, one process at a time; raises LauncherError without one."""
    tools = subfolder(data, "tools")
    with (tools / "browser.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        home = tools / f"chromium-{pin()}"
        failures = []
        for fetch in (from_npm, from_debian):
            try:
                return fetch(home)
            except (LauncherError, OSError) as error:
                failures.append(str(error))
    raise LauncherError(f"{NO_BROWSER} ({'; '.join(failures)})")


def pin() -> str:
    """Return what tells one pinned build from another."""
    lock = (REQUIREMENTS / "browser" / "package-lock.json").read_text()
    return lock.partition('"@sparticuz/chromium": "')[2].partition('"')[0]


def from_npm(home: Path) -> str:
    """Unpack the pinned build, once; raises LauncherError when it cannot be had or started."""
    start = home / "start"
    if runs(start):
        return str(start)
    if platform.machine() not in ("x86_64", "amd64"):
        raise LauncherError(f"npm's build is not for {platform.machine()}")
    shutil.rmtree(home, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=home.parent) as folder:
        package = npm_package(Path(folder))
        fresh = Path(folder) / "fresh"
        fresh.mkdir()
        unpack(package / "bin", fresh)
        fresh.replace(home)
    write_start(home)
    if not runs(start):
        raise LauncherError("npm's build does not start here")
    return str(start)


def npm_package(folder: Path) -> Path:
    """Let npm fetch the locked package into a folder; raises LauncherError with npm's words."""
    for name in MANIFESTS:
        shutil.copyfile(REQUIREMENTS / "browser" / name, folder / name)
    programs = npm_folder()
    done = subprocess.run(
        [str(programs / "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder,
        env=npm_environment(programs),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise LauncherError(f"npm: {done.stderr.strip()[-300:]}")
    return folder / "node_modules" / "@sparticuz" / "chromium"


def unpack(packed: Path, home: Path) -> None:
    """Unpack the browser, its libraries and its fonts."""
    node = str(working_node())
    for name in ("chromium", "al2023.tar", "fonts.tar", "swiftshader.tar"):
        target = home / name
        words = [node, "-e", UNPACK, str(packed / f"{name}.br"), str(target)]
        subprocess.run(words, check=True, capture_output=True)
        if target.suffix == ".tar":
            with tarfile.open(target) as archive:
                if hasattr(tarfile, "data_filter"):  # from Python 3.11.4 on
                    archive.extraction_filter = tarfile.data_filter
                archive.extractall(home)  # noqa: S202 - npm has compared its hash
            target.unlink()
    (home / "chromium").chmod(0o755)


def write_start(home: Path) -> None:
    """Write the script that starts the browser with what this machine lacks."""
    libraries = "$LD_LIBRARY_PATH" if runs(home / "chromium") else "$LD_LIBRARY_PATH:$here/lib"
    (home / "fonts.conf").write_text(FONTS)
    has_fonts = Path("/etc/fonts/fonts.conf").exists()
    fonts = "" if has_fonts else 'export FONTCONFIG_FILE="$here/fonts.conf"\n'
    start = home / "start"
    start.write_text(START.format(libraries=libraries, fonts=fonts))
    start.chmod(0o755)


def from_debian(_home: Path) -> str:
    """As root on Debian, install its package; raises LauncherError elsewhere or on failure."""
    apt = shutil.which("apt-get")
    if os.geteuid() != 0 or apt is None:
        raise LauncherError("only root on Debian can install its package")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-q"], ["install", "-q", "-y", "chromium"]):
        subprocess.run([apt, *words], env=quiet, capture_output=True, check=False)
    installed = shutil.which("chromium")
    if installed is None or not runs(installed):
        raise LauncherError("Debian's package could not be installed")
    return installed
