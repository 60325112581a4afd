"""Names of GitHub, Canvas and Moodle, and whose they are."""

import io
import os
import tarfile
from pathlib import Path

import pytest

from grader.course.discovery import discover, folder_name
from grader.course.names import Directory, common_prefix, module_name, read_label, stem
from grader.course.packing import pack
from grader.errors import SubmissionError, UsageError
from grader.roster import Student, parse_roster

ROSTER = (
    Student("a1", "Ann Doe", github="ann-doe", canvas_id="991", moodle_id="123", email="ann@example.org"),
    Student("b2", "Björn O'Neil", github="bo", moodle_id="124"),
    Student("c3", "李小龙", section="S1"),
    Student("d4", "Doe", github="doe"),
)


@pytest.mark.parametrize(
    ("name", "key", "shown", "file"),
    [
        ("doeann_991_4711_cache-1.zip", "canvas:991", "doeann", "cache-1.zip"),
        ("doeann_LATE_991_4711_cache_manager.py", "canvas:991", "doeann", "cache_manager.py"),
        ("Ann Doe_123_assignsubmission_file_", "moodle:123", "Ann Doe", ""),
        ("李小龙_9_assignsubmission_file_a.zip", "moodle:9", "李小龙", "a.zip"),
        ("cache-ann-doe", "cache-ann-doe", "cache-ann-doe", "cache-ann-doe"),
        ("alice.tar.gz", "alice", "alice", "alice.tar.gz"),
        (".zip", ".zip", ".zip", ".zip"),
    ],
)
def test_labels(name, key, shown, file):
    label = read_label(name)
    assert (label.key, label.shown, label.file) == (key, shown, file)
    assert label.late == ("LATE" in name)


@pytest.mark.parametrize(
    ("name", "identifier"),
    [
        ("cache-ann-doe", "a1"),  # the longest login counts: not that of doe
        ("cache-doe", "d4"),
        ("cache-BO", "b2"),
        ("doeann_991_1_x.zip", "a1"),
        ("Björn O'Neil_124_assignsubmission_file_", "b2"),
        ("李小龙_77_assignsubmission_file_", "c3"),
        ("a1.zip", "a1"),
        ("nobody", None),
    ],
)
def test_the_roster_finds_whose_it_is(name, identifier):
    student = Directory(ROSTER).find(read_label(name), "cache-")
    assert (student and student.identifier) == identifier


def test_a_name_that_two_share_finds_neither():
    twins = (Student("1", "Ann Lee"), Student("2", "Ann Lee"))
    assert Directory(twins).find(read_label("Ann Lee_9_assignsubmission_file_"), "") is None


def test_a_login_that_two_share_finds_neither():
    pair = (Student("1", "Ann Lee", github="team"), Student("2", "Bo Doe", github="Team"))
    assert Directory(pair).find(read_label("cache-team"), "cache-") is None
    assert Directory(pair).find(read_label("cache-team"), "") is None


def test_small_things():
    assert common_prefix(["cache-lab-ann", "cache-lab-bo"]) == "cache-lab-"
    assert common_prefix(["ann", "bo"]) == common_prefix(["cache-ann"]) == ""
    assert [module_name(n) for n in ("a-2.py", "a (1).py", "a.py")] == ["a.py"] * 3
    assert [stem(n) for n in ("a.tgz", "a.b.zip", "a.py", "a")] == ["a", "a.b", "a", "a"]


def test_folders_are_safe_and_different():
    names = ["alice", "Alice", "a/b", "a_b", "..", ".", "", "李小龙", "x" * 300, "x" * 301, "a:b", "con\n"]
    folders = [folder_name(name) for name in names]
    assert len({folder.lower() for folder in folders}) == len(names)
    assert all(len(f.encode()) < 120 and "/" not in f and not f.startswith(".") for f in folders)
    assert folders[0] == "alice"


def make(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1")
    return folder


def test_canvas_modules_of_one_student_are_one_submission(tmp_path):
    folder = make(
        tmp_path,
        "doeann_991_1_cache_manager.py",
        "doeann_991_2_leaderboard.py",
        "doeann_991_9_leaderboard-1.py",
        "oneil_LATE_55_3_shopping_cart.py",
    )
    ann, oneil = discover(folder, ROSTER, []).found
    assert (ann.student.identifier, len(ann.paths)) == ("a1", 2)
    assert "doeann_991_9_leaderboard-1.py" in {path.name for path in ann.paths}
    assert oneil.late_mark


def test_moodle_folders_may_hold_an_archive(tmp_path):
    folder = make(
        tmp_path, "Ann Doe_123_assignsubmission_file_/work.zip", "Zoe_8_assignsubmission_file_/a/b.py"
    )
    found = discover(folder, ROSTER, []).found
    assert [one.paths[0].name for one in found] == ["work.zip", "Zoe_8_assignsubmission_file_"]


def test_a_lone_archive_that_is_a_link_is_not_followed(tmp_path):
    make(tmp_path, "solution.zip")
    (tmp_path / "all" / "ann").mkdir(parents=True)
    (tmp_path / "all" / "ann" / "mine.zip").symlink_to(tmp_path / "solution.zip")
    (ann,) = discover(tmp_path / "all", (), []).found
    assert ann.paths == (tmp_path / "all" / "ann",)
    assert "link that leads out" in pack(ann.paths).warnings[0]


@pytest.mark.parametrize("locked", ["ann", "ann/helpers"])
def test_a_folder_that_cannot_be_looked_into_is_one_students_affair(tmp_path, monkeypatch, locked):
    folder = make(tmp_path, "ann/helpers/a.py", "bob/cache_manager.py")
    real = Path.lstat, Path.iterdir

    def refuse(call, path):
        if path.parent == folder / locked or (path == folder / locked and call is real[1]):
            raise PermissionError(13, "Permission denied")
        return call(path)

    monkeypatch.setattr(Path, "lstat", lambda path: refuse(real[0], path))
    monkeypatch.setattr(Path, "iterdir", lambda path: refuse(real[1], path))
    found = discover(folder, (), []).found
    assert [(one.name, one.paths) for one in found] == [
        ("ann", (folder / "ann",)),
        ("bob", (folder / "bob",)),
    ]


@pytest.mark.parametrize("seconds", [-(10**12), 10**12])
def test_a_time_that_no_date_can_have_stops_nothing(tmp_path, monkeypatch, seconds):
    folder = make(tmp_path, "ann/cache_manager.py")
    monkeypatch.setattr(Path, "lstat", lambda _: os.stat_result((0o100644, *[0] * 7, seconds, 0)))
    (ann,) = discover(folder, (), []).found
    assert ann.submitted_at[:4] in {"1970", "9999"}


def test_the_name_of_an_earlier_one_is_text_whatever_its_bytes(tmp_path):
    folder = make(tmp_path, "ann-doe/cache_manager.py")
    old = os.fsencode(folder) + b"/Ann Doe_123_assignsubmission_file_\xff"
    Path(os.fsdecode(old)).mkdir()
    os.utime(old, (1, 1))
    (ann,) = discover(folder, ROSTER, []).found
    assert ann.warnings[0].encode().startswith(b"Ann Doe_123_assignsubmission_file_\\xff was handed in too")


def test_a_pipe_is_never_waited_for(tmp_path):
    os.mkfifo(tmp_path / "ann.zip")
    with pytest.raises(SubmissionError, match="neither a folder nor a file"):
        pack((tmp_path / "ann.zip",))


def test_absent_unknown_and_left_alone(tmp_path):
    folder = make(tmp_path, "cache-ann-doe/x.py", "cache-zed/x.py", "notes.txt", ".hidden/x.py")
    found = discover(folder, ROSTER, [])
    assert [student.identifier for student in found.absent] == ["b2", "c3", "d4"]
    assert [one.name for one in found.found if not one.student] == ["cache-zed"]
    assert found.left_alone == ("notes.txt",)


def test_of_two_by_one_student_the_latest_counts(tmp_path):
    make(tmp_path, "alice/x.py", "alice.zip", "bob/x.py")
    (tmp_path / "alice.zip").touch()
    alice = discover(tmp_path, (), []).found[0]
    assert alice.paths[0].name == "alice.zip"
    assert alice.warnings == ("alice was handed in too; the latest counts.",)


def test_one_submission_and_an_empty_folder_are_told(tmp_path):
    with pytest.raises(UsageError, match="holds no submissions"):
        discover(tmp_path, (), [])
    make(tmp_path, "leaderboard.py")
    with pytest.raises(UsageError, match="looks like one submission"):
        discover(tmp_path, (), ["leaderboard.py"])


def test_a_roster_of_any_order_and_script():
    text = 'Section;Full name;ID;GitHub login\nS1;"Doe; Ann ""A""";a1;ann\nS2;李小龙;c3;\n\n'
    students = parse_roster(text, "roster.csv")
    assert [(s.identifier, s.name, s.section, s.github) for s in students] == [
        ("a1", 'Doe; Ann "A"', "S1", "ann"),
        ("c3", "李小龙", "S2", ""),
    ]


def test_empty_cells_too_many_and_a_participants_number_are_taken():
    text = "identifier,name,participant\na1,Ann,Participant 123,,\nb2,Bo,124\n"
    assert [student.moodle_id for student in parse_roster(text, "roster.csv")] == ["123", "124"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name\nAnn\n", "line 1: the column 'identifier' is missing"),
        ("identifier,name\n1,Ann\n1,Bo\n", "line 3: '1' is there twice"),
        ("identifier,name\n,Ann\n", "line 2: this student lacks an identifier"),
        ("identifier,name,submitted_at\n1,Ann,yesterday\n", "line 2: 'yesterday' is not a time"),
        ('identifier,name\n1,"Ann"x\n', "line 2: this is not CSV"),
        ("identifier,name,email\n1,Doe, Ann,ann@x.org\n", "line 2: there are more cells than columns"),
        ("identifier,name,ID\n1,Ann,77\n", "line 1: two columns are 'identifier'"),
        ("identifier,name\n1, \n", "line 2: this student lacks a name"),
    ],
)
def test_a_wrong_roster_is_refused_with_the_line(text, sentence):
    with pytest.raises(UsageError, match=sentence):
        parse_roster(text, "roster.csv")


def test_what_cannot_be_opened_is_a_submission_where_there_is_no_other(tmp_path):
    folder = make(tmp_path, "lab-ann.rar", "lab-bo/x.py", "lab-bo.7z", "lee_9_1_notes.pdf", "lee_9_2_a.py")
    make(tmp_path, "zed_8_3_notes.pdf", "readme.txt")
    found = discover(folder, ROSTER, [])
    assert [one.name for one in found.found] == ["lab-ann", "lab-bo", "lee_9", "zed_8"]
    assert found.left_alone == ("lab-bo.7z", "lee_9_1_notes.pdf", "readme.txt")


def test_what_is_written_is_no_submission(tmp_path):
    make(tmp_path, "ann/x.py", "graded/class.json")
    assert [one.name for one in discover(tmp_path, (), [], tmp_path / "graded").found] == ["ann"]


def test_an_empty_folder_is_an_archive_like_any_other(tmp_path):
    packed = pack((tmp_path,))
    with tarfile.open(fileobj=io.BytesIO(packed.data)) as tar:
        assert tar.getnames() == ["."]
