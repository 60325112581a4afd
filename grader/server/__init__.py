"""Disposable Valkey servers."""
