"""Disposable Valkey servers."""

from grader.server.address import Address, Login, Server, ServerFacts
from grader.server.opening import open_server

__all__ = ["Address", "Login", "Server", "ServerFacts", "open_server"]
