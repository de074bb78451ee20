"""Vendor the page's libraries: `python -m services.catalog.page.vendor [--update]`.

They are downloaded from npm at the versions in static/vendor/vendor.json, checked against the
digests there, and written to static/vendor with their licences. With --update, the newest releases
are downloaded and recorded in that file.
"""

import base64
import hashlib
import io
import json
import sys
import tarfile
from typing import Any
from urllib.parse import quote

import urllib3

from services.catalog.page.files import STATIC

REGISTRY = "https://registry.npmjs.org"
FOLDER = STATIC / "vendor"
TABLE = FOLDER / "vendor.json"
# Import paths between libraries, since there is no build step to resolve names.
BARE_IMPORTS = {'from"preact"': 'from"./preact.js"', 'from "preact"': 'from "./preact.js"'}


def main(arguments: list[str]) -> None:
    """Write every library of the table; with --update, its newest version."""
    table: dict[str, dict[str, Any]] = json.loads(TABLE.read_text())
    for package, entry in table.items():
        if "--update" in arguments:
            entry.update(_find_newest(package))
        _vendor(package, entry, _download(package, entry))
        print(f"{package} {entry['version']} ({entry['licence']})")
    TABLE.write_text(json.dumps(table, indent=2) + "\n")


def _find_newest(package: str) -> dict[str, str]:
    """Return the newest release of a package: its version, digest and licence."""
    answer = _get(f"{REGISTRY}/{quote(package, safe='@')}/latest")
    release = json.loads(answer)
    return {
        "version": release["version"],
        "integrity": release["dist"]["integrity"],
        "licence": release["license"],
    }


def _download(package: str, entry: dict[str, Any]) -> bytes:
    """Return a release's archive, checked against the digest of the table."""
    name = package.rsplit("/", maxsplit=1)[-1]
    data = _get(f"{REGISTRY}/{package}/-/{name}-{entry['version']}.tgz")
    algorithm, _, expected = entry["integrity"].partition("-")
    digest = base64.b64encode(hashlib.new(algorithm, data).digest()).decode()
    if digest != expected:
        sys.exit(f"{package} {entry['version']}: its digest is {digest}, not {expected}.")
    return data


def _vendor(package: str, entry: dict[str, Any], archive: bytes) -> None:
    """Write the files that the page needs, and the licence."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for source, target in entry["files"].items():
            text = _read(tar, source)
            for bare, relative in BARE_IMPORTS.items():
                text = text.replace(bare, relative)
            lines = [line for line in text.splitlines() if "sourceMappingURL" not in line]
            head = f"// {package} {entry['version']}, {entry['licence']}: see {entry['notice']}\n"
            (FOLDER / target).write_text(head + "\n".join(lines) + "\n")
        (FOLDER / entry["notice"]).write_text(_read(tar, "package/LICENSE"))


def _read(tar: tarfile.TarFile, name: str) -> str:
    member = tar.extractfile(name)
    if member is None:
        sys.exit(f"{name} is not a file of the archive.")
    return member.read().decode()


def _get(url: str) -> bytes:
    answer = urllib3.request("GET", url, timeout=30)
    if answer.status != 200:
        sys.exit(f"{url} answered {answer.status}.")
    return answer.data


if __name__ == "__main__":
    main(sys.argv[1:])
