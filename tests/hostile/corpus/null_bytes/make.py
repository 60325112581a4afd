"""Has bytes in it that no source may have."""


def make(folder):
    (folder / "cache_manager.py").write_bytes(bytes(9))
    return folder
