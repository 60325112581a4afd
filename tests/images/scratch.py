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
PYTHON_IMAGE = "valkey-grader-test/python:3"


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


def python_recipe(runtime, tag):
    """A Python without any package, as ``python3``."""
    library = Path(os.__file__).parent
    skipped = {"site-packages", "dist-packages", "test", "idlelib", "tkinter", "ensurepip", "__pycache__"}
    files = {str(runtime.python): runtime.python, **libraries_of(runtime.python)}
    for path in sorted(library.rglob("*")):
        if path.is_file() and not skipped & set(path.relative_to(library).parts):
            files[str(path)] = path
            if path.suffix == ".so":
                files |= libraries_of(path)
    lines = ["FROM scratch", "COPY root /", f"ENV PATH={runtime.python.parent}"]
    if runtime.python.name != "python3":
        files[str(runtime.python.with_name("python3"))] = runtime.python
    return Recipe(tag, files, "\n".join(lines) + "\n")


def build(recipe):
    """Builds the image with the engine's own builder; gives its tag."""
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as archive:
        text = recipe.dockerfile.encode()
        info = tarfile.TarInfo("Dockerfile")
        info.size = len(text)
        archive.addfile(info, io.BytesIO(text))
        # Folders first, open to every user: the builder makes those that are missing for root alone.
        for folder in sorted({parent for place in recipe.files for parent in Path(place).parents}):
            info = tarfile.TarInfo(f"root{folder}")
            info.type, info.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(info)
        for place, path in recipe.files.items():
            archive.add(path, f"root{place}")
    context.seek(0)
    client = docker.from_env()
    try:
        client.images.build(fileobj=context, custom_context=True, tag=recipe.tag, rm=True)
    finally:
        client.close()
    return recipe.tag
