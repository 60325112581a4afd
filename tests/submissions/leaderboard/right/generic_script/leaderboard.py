"""One script makes any commands that it is handed as JSON; the end of a board is an absolute moment."""

import json
import math
import time

RUN = """
local replies = {}
for i, command in ipairs(cjson.decode(ARGV[1])) do
  replies[i] = redis.call(unpack(command))
  if type(replies[i]) == 'number' then replies[i] = tostring(replies[i]) end
end
return replies
"""
from decimals_board import Base  # noqa: E402


class Leaderboard(Base):
    def run(self, *commands):
        text = json.dumps([[str(word) for word in command] for command in commands])
        return self.client.eval(RUN, 0, text)

    def write(self, *command):
        commands = [command]
        if self.ttl is not None:
            commands.append(("EXPIREAT", self.key, math.ceil(time.time()) + self.ttl, "NX"))
        return self.run(*commands)[0]
