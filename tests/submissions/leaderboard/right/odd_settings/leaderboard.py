"""Sets what a process may set for itself: time zone, locale, recursion, switch interval, default time-outs, hooks."""

import atexit, decimal, faulthandler, gc, locale, os, random, socket, sys, threading, time, tracemalloc
from boardbase import Base

os.environ["TZ"] = "Asia/Kathmandu"
time.tzset()
locale.setlocale(locale.LC_ALL, "C")
sys.setrecursionlimit(3000)
sys.setswitchinterval(0.001)
socket.setdefaulttimeout(7)
decimal.getcontext().prec = 3
random.seed(7)
gc.disable()
threading.stack_size(512 * 1024)
threading.excepthook = lambda args: None
sys.excepthook = lambda *a: None
tracemalloc.start()
atexit.register(lambda: None)
sys.stdout = open(os.devnull, "w")


class Leaderboard(Base):
    __match_args__ = ("key",)

    def top(self, n=10, *_, **__):
        return super().top(n)
