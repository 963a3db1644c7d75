#!/usr/bin/env python3
"""Writes the list of components of the released program as CycloneDX 1.5 (ECMA-424), on standard output.

What is listed comes from `cargo tree`, which knows the target and the features of a release; the rest (licences,
checksums, who needs whom) from `cargo metadata` and `Cargo.lock`. Crates that only build scripts use are listed too,
because some of them bring sources in C: PostgreSQL's client library and OpenSSL. Procedural macros are left out with
what only they need: nothing of them is in the program.
"""

import json
import os
import pathlib
import subprocess
import tomllib
from datetime import datetime, timezone

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGE, FEATURES = "auth-server", "pg-tls"


def cargo(*arguments):
    command = ["cargo", *arguments, "--locked", "--manifest-path", str(ROOT / "Cargo.toml")]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def shipped(target):
    """Returns name and version of each package that is in the program."""
    edges = "normal,build,no-proc-macro"
    tree = ["tree", "-p", PACKAGE, "--features", FEATURES, "--target", target, "-e", edges]
    lines = cargo(*tree, "--prefix", "none", "--no-dedupe", "--format", "{p}").splitlines()
    words = (line.split() for line in lines if line.strip())
    return {(name, version.removeprefix("v")) for name, version, *_ in words}


def reference(name, version):
    return f"pkg:cargo/{name}@{version}"


def component(package, checksums):
    key = (package["name"], package["version"])
    found = {
        "type": "application" if package["name"] == PACKAGE else "library",
        "bom-ref": reference(*key),
        "name": key[0],
        "version": key[1],
    }
    if package.get("description"):
        found["description"] = " ".join(package["description"].split())
    if key in checksums:
        found["hashes"] = [{"alg": "SHA-256", "content": checksums[key]}]
    if package.get("license"):
        # Old manifests separate alternatives by a slash.
        expression = package["license"].replace(" / ", " OR ").replace("/", " OR ")
        found["licenses"] = [{"expression": expression}]
    elif package.get("license_file"):
        found["licenses"] = [{"license": {"name": f"in {package['license_file']} of the crate"}}]
    found["purl"] = reference(*key)
    if package.get("repository"):
        found["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    return found


def main():
    host = subprocess.run(["rustc", "-vV"], check=True, stdout=subprocess.PIPE, text=True).stdout
    target = next(line.removeprefix("host: ") for line in host.splitlines() if line.startswith("host: "))
    metadata = json.loads(cargo("metadata", "--format-version", "1", "--filter-platform", target, "--all-features"))
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
    checksums = {(one["name"], one["version"]): one["checksum"] for one in lock["package"] if "checksum" in one}
    wanted = shipped(target)
    packages = {one["id"]: one for one in metadata["packages"] if (one["name"], one["version"]) in wanted}
    ordered = sorted(packages.values(), key=lambda one: (one["name"], one["version"]))
    nodes = {one["id"]: one for one in metadata["resolve"]["nodes"]}
    (program,) = (one for one in ordered if one["name"] == PACKAGE)

    def needs(package):
        ids = (dep["pkg"] for dep in nodes[package["id"]]["deps"] if any(kind["kind"] != "dev" for kind in dep["dep_kinds"]))
        return sorted({reference(packages[one]["name"], packages[one]["version"]) for one in ids if one in packages})

    made = datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), timezone.utc)
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": made.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": component(program, checksums),
            "properties": [
                {"name": "cargo:features", "value": FEATURES},
                {"name": "cargo:target", "value": target},
            ],
        },
        "components": [component(one, checksums) for one in ordered if one is not program],
        "dependencies": [
            {"ref": reference(one["name"], one["version"]), "dependsOn": needs(one)} for one in ordered
        ],
    }
    print(json.dumps(document, indent=2))


main()
