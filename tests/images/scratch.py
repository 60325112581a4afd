"""Builds small container images FROM scratch out of programs of this machine and their shared libraries."""

import io
import os
import re
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

import docker

VALKEY_IMAGE = "valkey-grader-test/valkey:9.1"


@dataclass(frozen=True)
class Recipe:
    """What goes into an image."""

    tag: str
    files: dict[str, Path]  # place inside -> file here
    dockerfile: str


def libraries_of(program):
    """The shared libraries that ``ldd`` names, by the path under which the loader looks for them."""
    listed = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=False).stdout
    paths = re.findall(r"(/\S+) \(0x", listed)
    return {path: Path(os.path.realpath(path)) for path in paths}


def valkey_recipe(binary, tag=VALKEY_IMAGE):
    files = {"/usr/local/bin/valkey-server": binary, **libraries_of(binary)}
    dockerfile = 'FROM scratch\nCOPY root /\nENV PATH=/usr/local/bin\nEXPOSE 6379\nCMD ["valkey-server"]\n'
    return Recipe(tag, files, dockerfile)


def build(recipe):
    """Builds the image with the engine's own builder; gives its tag."""
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as archive:
        text = recipe.dockerfile.encode()
        info = tarfile.TarInfo("Dockerfile")
        info.size = len(text)
        archive.addfile(info, io.BytesIO(text))
        for place, path in recipe.files.items():
            archive.add(path, f"root{place}")
    context.seek(0)
    client = docker.from_env()
    try:
        client.images.build(fileobj=context, custom_context=True, tag=recipe.tag, rm=True)
    finally:
        client.close()
    return recipe.tag
