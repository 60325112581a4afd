"""Other programs' result formats, one small file each."""
