"""A submission is copied whole, and nothing of it leads, reaches or floods out of its copy."""

import gzip
import io
import os
import random
import socket
import stat
import struct
import tarfile
import time
import zipfile

import pytest

from grader.assignment import Exercise
from grader.errors import SubmissionError
from grader.intake import entry
from grader.submission import open_submission, shown

EXERCISES = (
    Exercise("cache_manager", "Cache manager", "CacheManager", 40),
    Exercise("leaderboard", "Leaderboard", "Leaderboard", 30),
    Exercise("shopping_cart", "Shopping cart", "ShoppingCart", 30),
)
MODULES = {f"{exercise.id}.py": f"# {exercise.id}\n".encode() for exercise in EXERCISES}
MIB = 1024 * 1024


@pytest.fixture
def opened(tmp_path):
    """Opens a path into a folder of its own."""
    places = iter(tmp_path / f"copy{number}" for number in range(10))

    def open_it(path):
        place = next(places)
        place.mkdir()
        return open_submission(path, EXERCISES, place)

    return open_it


@pytest.fixture
def folder(tmp_path):
    """A folder with the three modules."""
    place = tmp_path / "work"
    place.mkdir()
    for name, content in MODULES.items():
        (place / name).write_bytes(content)
    return place


def make_zip(path, files, *, links=()):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        for name, target in links:
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, target)
    return path


def make_tar(path, files, *, members=()):
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for name, kind, target in members:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            archive.addfile(info)
    return path


def names_in(root):
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def test_folder_zip_and_tar_of_the_same_files_are_the_same(opened, folder, tmp_path):
    ways = [
        opened(folder),
        opened(make_zip(tmp_path / "a.zip", MODULES)),
        opened(make_tar(tmp_path / "a.tar.gz", MODULES)),
    ]
    assert len({way.digest for way in ways}) == 1
    for way in ways:
        assert way.modules == {exercise.id: exercise.module for exercise in EXERCISES}
        assert way.missing == ()
        assert way.warnings == ()
        for name, content in MODULES.items():
            assert (way.root / name).read_bytes() == content
    assert [way.name for way in ways] == ["work", "a.zip", "a.tar.gz"]


def test_the_digest_follows_names_and_contents(opened, folder):
    digests = {opened(folder).digest}
    (folder / "leaderboard.py").write_text("changed")
    digests.add(opened(folder).digest)
    (folder / "leaderboard.py").rename(folder / "leader.py")
    digests.add(opened(folder).digest)
    assert len(digests) == 3


def test_a_change_after_opening_changes_nothing(opened, folder):
    way = opened(folder)
    (folder / "leaderboard.py").write_text("changed")
    assert (way.root / "leaderboard.py").read_bytes() == MODULES["leaderboard.py"]


def test_modules_are_found_under_exercises_but_the_top_comes_first(opened, folder):
    (folder / "exercises").mkdir()
    (folder / "leaderboard.py").rename(folder / "exercises" / "leaderboard.py")
    (folder / "exercises" / "cache_manager.py").write_text("not this one")
    way = opened(folder)
    assert way.modules["leaderboard"] == "exercises/leaderboard.py"
    assert way.modules["cache_manager"] == "cache_manager.py"


@pytest.mark.parametrize("prefix", ["repo-main/", "repo-main/exercises/"])
def test_an_archives_one_top_folder_is_looked_into(opened, tmp_path, folder, prefix):
    files = {prefix + name: content for name, content in MODULES.items()} | {"__MACOSX/x": b""}
    way = opened(make_zip(tmp_path / "a.zip", files))
    assert way.root.name == "repo-main"
    assert set(way.modules) == {exercise.id for exercise in EXERCISES}
    if prefix == "repo-main/":
        assert way.digest == opened(folder).digest


@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_an_archive_may_name_the_folder_it_was_made_in(opened, tmp_path, folder, make):
    files = {f"./{name}": content for name, content in MODULES.items()}
    way = opened(make(tmp_path / "a", files))
    assert (way.digest, way.warnings) == (opened(folder).digest, ())


def test_a_module_that_was_left_out_is_named_where_it_is_the_only_one(opened, tmp_path):
    links = [("leaderboard.py", "/etc/passwd")]
    with pytest.raises(SubmissionError, match=r"leaderboard\.py was left out: it is a link\.$"):
        opened(make_zip(tmp_path / "a.zip", {"notes.txt": b""}, links=links))


def test_a_missing_module_is_named(opened, folder):
    (folder / "leaderboard.py").unlink()
    way = opened(folder)
    assert way.missing == ("leaderboard",)
    assert way.problems == {"leaderboard": "leaderboard.py is not in the submission."}


def test_helpers_come_along_and_tools_leavings_stay_behind(opened, folder):
    for name in ("helper.py", "data/prices.json", ".git/config", "__pycache__/x.pyc", "node_modules/a/b.js"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    (folder / "my env").mkdir()
    (folder / "my env" / "pyvenv.cfg").write_text("")
    (folder / "my env" / "secret.py").write_text("")
    (folder / "graded" / "work").mkdir(parents=True)
    (folder / "graded" / "work" / "scorecard.html").write_text("")
    way = opened(folder)
    assert names_in(way.root) == {*MODULES, "helper.py", "data/prices.json"}
    assert way.warnings == ()


def test_the_copy_can_be_read_by_the_workers_user_whatever_the_umask(opened, folder):
    (folder / "sub").mkdir(mode=0o700)
    (folder / "sub" / "helper.py").write_text("")
    before = os.umask(0o077)
    try:
        root = opened(folder).root
    finally:
        os.umask(before)
    assert root.stat().st_mode & 0o777 == 0o755
    assert (root / "sub").stat().st_mode & 0o777 == 0o755
    assert (root / "sub" / "helper.py").stat().st_mode & 0o777 == 0o644


def test_links_out_of_a_folder_are_left_out_and_links_within_stand_for_their_file(opened, folder, tmp_path):
    (tmp_path / "secret").write_text("secret")
    (folder / "out.txt").symlink_to(tmp_path / "secret")
    (folder / "far").symlink_to("/etc")
    (folder / "around").symlink_to(folder)
    (folder / "inside.py").symlink_to("leaderboard.py")
    (folder / "nowhere").symlink_to("gone")
    way = opened(folder)
    assert names_in(way.root) == {*MODULES, "inside.py"}
    assert not (way.root / "inside.py").is_symlink()
    assert len(way.warnings) == 4
    assert "out.txt was left out: it is a link that leads out of the submission." in way.warnings


def test_pipes_and_sockets_are_left_out_without_waiting(opened, folder):
    os.mkfifo(folder / "pipe.py")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "sock"))
        way = opened(folder)
    assert names_in(way.root) == set(MODULES)
    assert set(way.warnings) == {
        "pipe.py was left out: it is a named pipe.",
        "sock was left out: it is a socket.",
    }


def test_a_module_that_is_a_pipe_or_a_link_out_is_missing(opened, folder):
    (folder / "leaderboard.py").unlink()
    os.mkfifo(folder / "leaderboard.py")
    (folder / "shopping_cart.py").unlink()
    (folder / "shopping_cart.py").symlink_to("/etc/passwd")
    way = opened(folder)
    assert set(way.modules) == {"cache_manager"}
    assert len(way.warnings) == 2


def test_a_module_that_is_a_folder_is_a_problem_of_its_exercise(opened, folder, tmp_path):
    (folder / "leaderboard.py").unlink()
    (folder / "leaderboard.py").mkdir()
    assert opened(folder).problems == {"leaderboard": "leaderboard.py is a folder, not a module."}
    files = {name: content for name, content in MODULES.items() if name != "leaderboard.py"}
    way = opened(make_zip(tmp_path / "a.zip", files | {"leaderboard.py/__init__.py": b""}))
    assert way.problems == {"leaderboard": "leaderboard.py is a folder, not a module."}
    assert way.missing == ()


@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_a_module_of_100_mb_is_a_problem_of_its_exercise(opened, tmp_path, make):
    files = MODULES | {"leaderboard.py": bytes(100 * MIB)}
    way = opened(make(tmp_path / "a", files))
    assert "larger than 4 MiB" in way.problems["leaderboard"]
    assert set(way.modules) == {"cache_manager", "shopping_cart"}
    assert names_in(way.root) == {"cache_manager.py", "shopping_cart.py"}


def test_a_sparse_module_in_a_folder_is_a_problem_too(opened, folder):
    with (folder / "leaderboard.py").open("wb") as file:
        file.truncate(10 << 30)
    assert "larger than" in opened(folder).problems["leaderboard"]


LEADING_OUT = ["../evil.py", "/etc/evil.py", "a/../../evil.py", "C:/evil.py", "./../evil.py"]


@pytest.mark.parametrize(
    ("make", "name"),
    [(make, name) for make in (make_zip, make_tar) for name in LEADING_OUT] + [(make_zip, "..\\evil.py")],
)
def test_paths_out_of_an_archive_are_left_out(opened, tmp_path, make, name):
    way = opened(make(tmp_path / "a", MODULES | {name: b"evil"}))
    assert names_in(way.root) == set(MODULES)
    assert len(way.warnings) == 1
    assert not list(tmp_path.rglob("evil.py"))


def test_links_and_devices_in_archives_are_left_out(opened, tmp_path):
    members = [
        ("soft", tarfile.SYMTYPE, "/etc/passwd"),
        ("hard", tarfile.LNKTYPE, "/etc/passwd"),
        ("null", tarfile.CHRTYPE, ""),
        ("disk", tarfile.BLKTYPE, ""),
        ("pipe", tarfile.FIFOTYPE, ""),
    ]
    way = opened(make_tar(tmp_path / "a.tgz", MODULES, members=members))
    assert names_in(way.root) == set(MODULES)
    assert len(way.warnings) == 5
    way = opened(make_zip(tmp_path / "a.zip", MODULES, links=[("soft", "/etc/passwd")]))
    assert way.warnings == ("soft was left out: it is a link.",)


def test_writing_through_a_link_of_the_archives_own_is_impossible(opened, tmp_path):
    target = tmp_path / "target"
    target.mkdir()
    path = tmp_path / "a.tgz"
    with tarfile.open(path, "w:gz") as archive:
        link = tarfile.TarInfo("door")
        link.type, link.linkname = tarfile.SYMTYPE, str(target)
        archive.addfile(link)
        for name, content in (MODULES | {"door/evil.py": b"evil"}).items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    opened(path)
    assert list(target.iterdir()) == []


def test_names_that_are_no_utf_8_are_left_out(opened, folder, tmp_path):
    (folder / os.fsdecode(b"caf\xe9.py")).write_text("")
    way = opened(folder)
    assert way.warnings == ("caf\N{REPLACEMENT CHARACTER}.py was left out: its name is not UTF-8.",)
    path = tmp_path / "a.tgz"
    with tarfile.open(path, "w:gz", encoding="latin-1", format=tarfile.GNU_FORMAT) as archive:
        for name, content in (MODULES | {"café.py": b""}).items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    assert names_in(opened(path).root) == set(MODULES)


def test_the_first_of_two_of_one_name_counts(opened, tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("leaderboard.py", "first")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("leaderboard.py", "second")
    way = opened(path)
    assert (way.root / "leaderboard.py").read_text() == "first"
    assert "another of the same name" in way.warnings[0]


def test_a_name_that_is_file_and_folder_is_no_crash(opened, tmp_path):
    way = opened(make_zip(tmp_path / "a.zip", MODULES | {"x": b"", "x/y.py": b"", "z/y": b"", "z": b""}))
    assert len(way.warnings) == 2


def test_a_zip_bomb_is_refused(opened, tmp_path):
    files = {f"{number}.bin": bytes(4 * MIB) for number in range(20)}
    path = make_zip(tmp_path / "a.zip", MODULES | files)
    assert path.stat().st_size < MIB
    with pytest.raises(SubmissionError, match="more than 64 MiB"):
        opened(path)


def test_a_gzip_bomb_is_refused_in_little_time_and_memory(opened, tmp_path):
    path = tmp_path / "a.tar.gz"
    header = tarfile.TarInfo("bomb")
    header.size = 10 << 30
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(header.tobuf())
        for _ in range(200):
            file.write(bytes(MIB))
    with pytest.raises(SubmissionError, match="when unpacked"):
        opened(path)


def test_a_pax_header_of_gigabytes_is_refused(opened, tmp_path):
    path = tmp_path / "a.tar.gz"
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 1 << 30
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(header.tobuf())
        for _ in range(200):
            file.write(bytes(MIB))
    with pytest.raises(SubmissionError):
        opened(path)


def test_a_zip64_that_says_little_of_its_list_is_no_way_around(opened, tmp_path):
    path, count = tmp_path / "a.zip", 100_000
    entries = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, *[0] * 7, 1, *[0] * 6) + b"a"
    first = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, *[0] * 7, 1, 0) + b"a"
    listed = (len(entries) * count, len(first))
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, *listed)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, sum(listed), 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 100, len(first), 0)
    path.write_bytes(first + entries * count + end64 + locator + end)
    with pytest.raises(SubmissionError, match="too many files"):
        opened(path)


def test_a_flood_of_files_is_refused_quickly(opened, tmp_path, monkeypatch):
    path = tmp_path / "a.zip"
    make_zip(path, {f"{number:06}": b"" for number in range(50_000)})
    started = time.monotonic()
    with pytest.raises(SubmissionError, match="too many files"):
        opened(path)
    assert time.monotonic() - started < 1
    monkeypatch.setattr("grader.submission.FILES", 5)
    with pytest.raises(SubmissionError, match="more than 5 files"):
        opened(make_tar(tmp_path / "a.tgz", {f"{number:06}": b"" for number in range(10)}))


def test_a_deep_tree_is_left_out(opened, tmp_path):
    way = opened(make_zip(tmp_path / "a.zip", MODULES | {"d/" * 100 + "x.py": b"", "n" * 300: b""}))
    assert names_in(way.root) == set(MODULES)
    assert len(way.warnings) == 2


def test_an_encrypted_zip_is_told(opened, tmp_path):
    path = make_zip(tmp_path / "a.zip", {"leaderboard.py": b"x"})
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(SubmissionError, match="without a password"):
        opened(path)


def test_an_unusual_packing_is_left_out(opened, tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("bomb", bytes(MIB))
        archive.writestr("leaderboard.py", b"x", zipfile.ZIP_DEFLATED)
    assert opened(path).warnings == ("bomb was left out: it is packed in an unusual way.",)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK", b"PK\x03\x04 and no more", b"\x1f\x8b\x08broken"])
def test_what_is_no_archive_is_told(opened, tmp_path, content):
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    with pytest.raises(SubmissionError, match=r"no \.zip|damaged"):
        opened(path)


def test_a_file_whose_checksum_is_wrong_is_told(opened, tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("leaderboard.py", b"ABCDEFGH")
    path.write_bytes(path.read_bytes().replace(b"ABCDEFGH", b"ABCDEFGX"))
    with pytest.raises(SubmissionError, match="damaged"):
        opened(path)


@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_no_mutation_of_an_archive_gives_anything_but_a_sentence(tmp_path, make):
    whole = make(tmp_path / "a", MODULES).read_bytes()
    source = random.Random(7)
    for number in range(300):
        data = bytearray(whole)
        for _ in range(source.randint(1, 8)):
            data[source.randrange(len(data))] = source.randrange(256)
        path = tmp_path / "mutant"
        path.write_bytes(data[: source.randint(1, len(data))])
        place = tmp_path / f"m{number}"
        place.mkdir()
        try:
            open_submission(path, EXERCISES, place)
        except SubmissionError as error:
            assert str(error)  # noqa: PT017 - either way is right


def test_a_list_of_files_that_lies_about_its_length_is_told(opened, tmp_path):
    path = make_zip(tmp_path / "a.zip", MODULES)
    data = bytearray(path.read_bytes())
    struct.pack_into("<L", data, data.rindex(b"PK\x05\x06") + 12, 0xFFFFFFFF)
    path.write_bytes(data)
    with pytest.raises(SubmissionError):
        opened(path)


def test_a_path_that_leads_nowhere_is_told(opened, tmp_path):
    with pytest.raises(SubmissionError, match="was not found"):
        opened(tmp_path / "gone")
    with pytest.raises(SubmissionError, match="neither"):
        opened("/dev/null" and tmp_path.__class__("/dev/null"))


def test_a_single_module_is_told(opened, folder):
    with pytest.raises(SubmissionError, match="folder in which it lies"):
        opened(folder / "leaderboard.py")


def test_a_folder_without_any_module_is_told(opened, tmp_path):
    place = tmp_path / "empty"
    place.mkdir()
    with pytest.raises(SubmissionError, match=r"cache_manager\.py, leaderboard\.py, shopping_cart\.py"):
        opened(place)


def test_many_warnings_are_bounded(opened, folder):
    for number in range(30):
        os.mkfifo(folder / f"pipe{number}")
    warnings = opened(folder).warnings
    assert len(warnings) == 21
    assert warnings[-1] == "10 more were left out."


def test_names_in_sentences_are_bounded_and_printable():
    assert shown("a\x1b[31m\n") == "a\N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}"
    assert len(shown("x" * 500)) == 80


def test_a_small_submission_opens_in_milliseconds(opened, folder):
    best = 1.0
    for _ in range(5):
        started = time.perf_counter()
        opened(folder)
        best = min(best, time.perf_counter() - started)
    assert best < 0.02


def test_what_is_a_tools_is_known_by_name():
    for name in ("a/__pycache__/x", ".git/", "x.pyc", "__MACOSX/._a.py", "._a.py", "a/.DS_Store"):
        assert entry.is_a_tools(name)
    for name in ("a/b.py", "git/x.py", "_a.py", "venv.py"):
        assert not entry.is_a_tools(name)
