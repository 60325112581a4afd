"""Everything between a student's client and Valkey."""
