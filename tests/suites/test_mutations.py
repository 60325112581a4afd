"""What ``tests.mutations`` changes, and what it leaves alone."""

from tests.mutations import changes_of, changes_of_script

SOURCE = '''"""A module."""
TAKE = """
-- gone at once
if redis.call('GET', KEYS[1]) == ARGV[1] then
    redis.call('DEL', KEYS[1])
end
return 0
"""
def keep(pipe, name):
    """Keep it."""
    pipe.set(name, "ü", ex=9)
'''


def test_one_thing_is_left_out_or_changed_at_a_time():
    changed = {change.name: change.source for change in changes_of(SOURCE)}
    assert changed["LeaveOutExpr"] == SOURCE.replace('pipe.set(name, "ü", ex=9)', "pass")
    assert changed["LeaveOutKeyword_ex"] == SOURCE.replace('pipe.set(name, "ü", ex=9)', "pipe.set(name, 'ü')")
    assert all(
        source.startswith('"""A module."""') and '"""Keep it."""' in source for source in changed.values()
    )


def test_a_script_is_changed_line_by_line_and_word_by_word():
    script = "\n-- 1 or 2\nif KEYS[1] == 'a' then\n    redis.call('DEL', 'b')\nend\nreturn 0\n"
    changed = {(name, text) for name, text in changes_of_script(script)}
    assert changed == {
        ("ScriptLeaveOutLine", script.replace("    redis.call('DEL', 'b')", "")),
        ("ScriptLeaveOutLine", script.replace("return 0", "")),
        ("ScriptIf", script.replace("KEYS[1] == 'a'", "true")),
        ("ScriptIf", script.replace("KEYS[1] == 'a'", "false")),
        ("ScriptNumber", script.replace("return 0", "return 1")),
        ("ScriptNumber", script.replace("return 0", "return -1")),
        ("ScriptWord", script.replace("==", "~=")),
        ("ScriptWord", script.replace("KEYS[1]", "KEYS[2]")),
    }
