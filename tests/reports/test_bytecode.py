"""Compiled templates are kept, and used only for the very source that they were compiled from."""

import sys

import pytest
from jinja2 import DictLoader, Environment

from reports.bytecode import Bytecode


@pytest.fixture
def pages(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    compiled = []

    def pages(source, folder=tmp_path / "kept"):
        environment = Environment(loader=DictLoader({"page": source}), bytecode_cache=Bytecode(folder))
        compile_source = environment.compile

        def compile_and_count(*args):
            compiled.append(args[0])
            return compile_source(*args)

        monkeypatch.setattr(environment, "compile", compile_and_count)
        return environment.get_template("page").render(name="tea")

    pages.folder, pages.compiled = tmp_path / "kept", compiled
    return pages


def test_a_page_is_compiled_once(pages):
    assert [pages("{{ name }}!") for _ in range(3)] == ["tea!"] * 3
    assert pages.compiled == ["{{ name }}!"]


def test_another_source_is_compiled_anew(pages):
    assert [pages("{{ name }}!"), pages("{{ name }}?")] == ["tea!", "tea?"]
    assert pages("{{ name }}?") == "tea?"
    assert len(pages.compiled) == 2


@pytest.mark.parametrize("length", [0, 3, 60])
def test_what_is_broken_is_not_used(pages, length):
    pages("{{ name }}!")
    (file,) = pages.folder.iterdir()
    file.write_bytes(file.read_bytes()[:length])
    assert pages("{{ name }}!") == "tea!"
    assert pages("{{ name }}!") == "tea!"
    assert len(pages.compiled) == 2


def test_nothing_is_kept_where_nothing_can_be(pages, tmp_path):
    (tmp_path / "file").touch()
    assert pages("{{ name }}!", tmp_path / "file" / "folder") == "tea!"
    assert pages("{{ name }}!", tmp_path / "no" / "folder") == "tea!"


def test_nothing_is_kept_where_python_keeps_nothing(pages, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert pages("{{ name }}!") == "tea!"
    assert not pages.folder.exists()
