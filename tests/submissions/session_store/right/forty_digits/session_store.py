"""Tokens are forty digits."""

import secrets
from sessbase import Base


class SessionStore(Base):
    def token(self):
        return "".join(secrets.choice("0123456789") for _ in range(40))
