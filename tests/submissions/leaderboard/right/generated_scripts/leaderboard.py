"""Each call is a script made for it, with the names and numbers written into its text."""

from boardbase import Base


def quoted(text):
    return '"' + "".join("\\%03d" % b for b in text.encode()) + '"'


class Leaderboard(Base):
    def commit(self, *command):
        words = ",".join(quoted(str(word)) for word in command)
        key = quoted(self.key)
        born = (
            f"if redis.call('TTL',{key})==-1 then redis.call('EXPIRE',{key},{self.limit}) end "
            if self.limit
            else ""
        )
        return self.client.eval(f"local r=redis.call({words}) {born}return r", 0)

    def around(self, player, radius=2):
        self.named(player)
        if radius < 0:
            raise ValueError("radius")
        key, name = quoted(self.key), quoted(player)
        found = self.client.eval_ro(
            f"""
local i=redis.call('ZRANK',{key},{name}) if not i then return false end
local first=math.max(0,i-{radius})
local rows=redis.call('ZRANGE',{key},first,i+{radius},'WITHSCORES')
return {{first,redis.call('ZCOUNT',{key},'-inf','('..rows[2]),rows}}""",
            0,
        )
        if found is None:
            return []
        return self.ranked(zip(found[2][::2], found[2][1::2]), found[0], found[1])
