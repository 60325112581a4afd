"""The two times are written into the functions when the first object on the server loads them."""

import json
import redis
import sessbase
from sessbase import Base

CODE = (
    """#!lua name=sessions
local idle, life = @IDLE, @LIFE
redis.register_function('s_new', function(KEYS, a) local ARGV = {a[1], a[2], idle, life, a[3]}
"""
    + sessbase.NEW
    + """ end)
redis.register_function('s_use', function(KEYS, a) local ARGV = {idle, a[1]}
"""
    + sessbase.USE
    + """ end)
"""
)


class SessionStore(Base):
    def __init__(self, client, idle_ttl=1800, lifetime=86400):
        super().__init__(client, idle_ttl, lifetime)
        try:
            client.function_load(CODE.replace("@IDLE", str(self.idle)).replace("@LIFE", str(self.life)))
        except redis.ResponseError as error:
            if "exists" not in str(error):
                raise
        self._new = lambda keys, args: client.fcall("s_new", 2, *keys, args[0], args[1], args[4])
        self._use = lambda keys, args: client.fcall("s_use", 1, *keys, *args[1:])
