"""Tokens come from the server's own source of passwords, ACL GENPASS."""

from sessbase import Base


class SessionStore(Base):
    def token(self):
        return self.client.acl_genpass(256)
