"""Is no Python."""


def make(folder):
    (folder / "cache_manager.py").write_text("def broken(:")
    return folder
