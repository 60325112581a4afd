"""However student's code waits, it waits on the virtual clock: an hour costs next to nothing, in order."""

import datetime as dt
import time
from types import SimpleNamespace

import pytest

from grader.sandbox.inside import worker_time

HOUR = 3600.0
REAL_SECONDS = 30.0  # for an hour's wait, on a machine that is swamped too

STUDENT = """
import _thread, asyncio, concurrent.futures, datetime, logging, os, queue, select, selectors, subprocess
import redis, sys, threading, time
from datetime import date, datetime as dt
from time import monotonic, sleep, time as now

class It:
    pause, clock, moment, chance = time.sleep, time.time, time.monotonic_ns, os.urandom

    def __init__(self, client):
        self.client = client

    def wait(self, how, seconds):
        began = time.monotonic()
        answer = getattr(self, how)(seconds)
        return [answer, time.monotonic() - began]

    def sleep(self, seconds): time.sleep(seconds)
    def sleep_by_name(self, seconds): sleep(seconds)
    def event(self, seconds): return threading.Event().wait(seconds)
    def condition(self, seconds):
        condition = threading.Condition()
        with condition: return condition.wait(seconds)
    def condition_wait_for(self, seconds):
        condition = threading.Condition()
        with condition: return condition.wait_for(lambda: False, seconds)
    def semaphore(self, seconds): return threading.Semaphore(0).acquire(timeout=seconds)
    def lock(self, seconds):
        lock = threading.Lock(); lock.acquire()
        return lock.acquire(timeout=seconds)
    def raw_lock(self, seconds):
        lock = _thread.allocate_lock(); lock.acquire()
        return lock.acquire(timeout=seconds)
    def rlock(self, seconds):
        lock = threading.RLock()
        thread = threading.Thread(target=lock.acquire); thread.start(); thread.join()
        return lock.acquire(timeout=seconds)
    def queue(self, seconds):
        try: queue.Queue().get(timeout=seconds)
        except queue.Empty: return "empty"
    def full_queue(self, seconds):
        full = queue.Queue(1); full.put(1)
        try: full.put(2, timeout=seconds)
        except queue.Full: return "full"
    def simple_queue(self, seconds):
        try: queue.SimpleQueue().get(timeout=seconds)
        except queue.Empty: return "empty"
    def timer(self, seconds):
        done = []
        timer = threading.Timer(seconds, done.append, (1,)); timer.start(); timer.join()
        return done
    def join(self, seconds):
        thread = threading.Thread(target=threading.Event().wait, daemon=True); thread.start()
        thread.join(seconds)
        return thread.is_alive()
    def future(self, seconds):
        pool = concurrent.futures.ThreadPoolExecutor(1)
        stop = threading.Event()
        try: pool.submit(stop.wait).result(timeout=seconds)
        except concurrent.futures.TimeoutError: return "late"
        finally: stop.set()
    def futures_wait(self, seconds):
        pool = concurrent.futures.ThreadPoolExecutor(1)
        stop = threading.Event()
        done, rest = concurrent.futures.wait([pool.submit(stop.wait)], timeout=seconds)
        stop.set()
        return [len(done), len(rest)]
    def barrier(self, seconds):
        try: threading.Barrier(2).wait(seconds)
        except threading.BrokenBarrierError: return "broken"
    def pass_on(self, kind):
        lock, seen = getattr(threading, kind)(), []
        began = time.monotonic()
        def wait(seconds):
            had = lock.acquire(timeout=seconds)
            seen.append([round(time.monotonic() - began), had])
            if had:
                time.sleep(100)
                lock.release()
        def hold():
            with lock: time.sleep(100)
        threads = [threading.Thread(target=hold)]
        threads[0].start()
        time.sleep(0.01)
        for seconds in (50, 150, 1000):
            threads.append(threading.Thread(target=wait, args=(seconds,))); threads[-1].start()
            time.sleep(0.01)
        for thread in threads: thread.join()
        return sorted(seen)
    def use(self, kind):
        def tell(function, *args, **kwargs):
            try: return function(*args, **kwargs)
            except Exception as error: return type(error).__name__
        lock = getattr(threading, kind)()
        wrong = [tell(lock.acquire, False, 1), tell(lock.acquire, timeout=1e12), tell(lock.release)]
        with lock: inside = [tell(lock.acquire, False), tell(lock.acquire, timeout=1)]
        for had in inside:
            if had: lock.release()
        return [wrong, inside, lock.acquire(), lock.release(), tell(lock.release)]
    def blpop(self, seconds): return self.client.blpop("nothing", timeout=seconds)
    def socket_timeout(self, seconds):
        pool = self.client.connection_pool
        named = {**pool.connection_kwargs, "socket_timeout": seconds, "retry": None}
        pool = redis.ConnectionPool(connection_class=pool.connection_class, **named)
        try: redis.Redis(connection_pool=pool).blpop("nothing", timeout=0)
        except redis.TimeoutError: return "late"
    def bzpopmin(self, seconds): return self.client.bzpopmin("nothing", timeout=seconds)
    def put(self, key): self.client.set(key, 1, ex=10**6)
    def select(self, seconds): return select.select([], [], [], seconds)
    def select_poll(self, seconds): return select.poll().poll(seconds * 1000)
    def epoll(self, seconds):
        with select.epoll() as epoll: return epoll.poll(timeout=seconds, maxevents=5)
    def poll_selector(self, seconds):
        with selectors.PollSelector() as selector: return selector.select(seconds)
    def select_selector(self, seconds):
        with selectors.SelectSelector() as selector: return selector.select(seconds)
    def look_up(self, tries):
        # As who waits for a key would, with a lock that knows nothing of virtual time.
        lock = _thread.allocate_lock(); lock.acquire()
        for tried in range(tries):
            if self.client.exists("there"): return True
            lock.acquire(timeout=0.2)
        return False
    def ask_on(self, key):
        while not self.client.exists(key): pass
        return True
    def xread(self, seconds): return self.client.xread({"s": "$"}, block=int(seconds * 1000))
    def message(self, seconds):
        pubsub = self.client.pubsub(); pubsub.subscribe("c")
        pubsub.get_message(timeout=5)
        return pubsub.get_message(timeout=seconds)
    def redis_lock(self, seconds):
        held = self.client.lock("l", timeout=9 * seconds); held.acquire()
        return self.client.lock("l", blocking_timeout=seconds, sleep=60).acquire()
    def asyncio(self, seconds):
        asyncio.run(asyncio.sleep(seconds))

    def listen(self, seconds):
        pubsub = self.client.pubsub()
        pubsub.subscribe(c=lambda message: self.client.rpush("log", message["data"]))
        pubsub.run_in_thread(sleep_time=seconds, daemon=True)

    def times(self):
        return [time.time(), now(), dt.now().timestamp(),
                datetime.datetime.now(datetime.timezone.utc).timestamp(),
                time.time_ns() / 1e9, time.clock_gettime(time.CLOCK_REALTIME), time.mktime(time.localtime()),
                time.clock_gettime(5), time.clock_gettime(8),
                dt.today().timestamp(), time.mktime(time.strptime(time.ctime())),
                time.mktime(time.strptime(time.strftime("%Y-%m-%d %H:%M:%S"), "%Y-%m-%d %H:%M:%S"))]
    def days(self): return [date.today().isoformat(), time.strftime("%Y-%m-%d"), dt.now().date().isoformat()]
    def monotonics(self): return [time.monotonic(), monotonic(), time.perf_counter(),
                                  time.monotonic_ns() / 1e9, os.times().elapsed] + [
                                  time.clock_gettime(clock) for clock in (time.CLOCK_MONOTONIC, 4, 6, 7, 9)]
    def kinds(self):
        from json import dumps
        one = dt.now()
        return [isinstance(one, dt), isinstance(dt.fromisoformat("2026-01-01"), dt), isinstance(one, date),
                isinstance(date.today(), date), type(one) is dt, (one - one).total_seconds(),
                isinstance(3, dt), isinstance(dt.strptime("2026", "%Y"), dt), issubclass(dt, date)]
    def arguments(self): return [time.strftime("%Y", time.gmtime(0)), time.gmtime(0)[0], time.ctime(0)[-4:],
                                 dt.fromtimestamp(0, datetime.timezone.utc).year,
                                 time.asctime(time.gmtime(0))[-4:]]
    def join_errors(self):
        names = []
        for thread in (threading.Thread(), threading.current_thread()):
            try: thread.join(5)
            except RuntimeError as error: names.append(str(error))
        return names
    def joins(self, seconds):
        event, before = threading.Event(), threading.active_count()
        thread = threading.Thread(target=event.wait, args=(seconds,)); thread.start()
        looks = 0
        while thread.is_alive():
            thread.join(0.05); looks += 1
        return [looks, threading.active_count() - before]
    def join_ends(self, seconds):
        thread = threading.Thread(target=time.sleep, args=(seconds,)); thread.start()
        thread.join(100 * seconds)
        return thread.is_alive()
    def attributes(self, seconds):
        began = self.clock(), self.moment()
        self.pause(seconds)
        return [self.clock() - began[0], (self.moment() - began[1]) / 1e9, len(self.chance(5))]
    def logged(self):
        record = logging.LogRecord("it", logging.INFO, "it.py", 1, "said", (), None)
        return logging.Formatter("%(asctime)s %(message)s", "%Y").format(record).partition(" ")
    def errors(self):
        names = []
        for wrong in (-1, "a", None):
            try: time.sleep(wrong)
            except Exception as error: names.append(type(error).__name__)
        return names

    def child(self, seconds):
        began = time.monotonic()
        done = subprocess.run([sys.executable, "-c", f"import time; time.sleep({seconds})"])
        return done.returncode
    def fork(self, seconds):
        pid = os.fork()
        if pid == 0:
            time.sleep(seconds); os._exit(7)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def heartbeat(self, seconds):
        lock = self.client.lock("l", timeout=10, thread_local=False)
        lock.acquire()
        stop = threading.Event()
        beats = []
        def beat():
            while not stop.wait(4):
                lock.extend(10, replace_ttl=True); beats.append(1)
        thread = threading.Thread(target=beat); thread.start()
        time.sleep(seconds)
        owned = lock.owned()
        stop.set(); thread.join()
        lock.release()
        return [owned, len(beats), self.client.exists("l")]

    def log(self, name, seconds, more=0):
        time.sleep(seconds)
        self.client.rpush("log", name)
        if more:
            time.sleep(more)
            self.client.rpush("log", name + "2")
    def tell(self, what): self.client.publish("c", what)
    def moments(self, count): return [time.time() for _ in range(count)]
    def read(self): return self.client.lrange("log", 0, -1)
    def wake(self, seconds):
        event = threading.Event()
        threading.Timer(seconds, event.set).start()
        return event.wait(10 * seconds)
    def many(self, count):
        order, lock = [], threading.Lock()
        def one(n):
            time.sleep(count - n)
            with lock: order.append(n)
        threads = [threading.Thread(target=one, args=(n,)) for n in range(count)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        return order
    def poll(self, seconds):
        looks, end = 0, time.monotonic() + seconds
        while time.monotonic() < end and not self.client.exists("flag"):
            looks += 1; time.sleep(0.05)
        return looks
    def nap(self, seconds):
        looks, end = 0, time.monotonic() + seconds
        while time.monotonic() < end:
            looks += 1; time.sleep(0.001)
        return looks
    def many_commands(self, count):
        return sum(self.client.set(f"k{n}", n) for n in range(count))
    def compute_in_thread(self, rounds):
        time.sleep(1)
        began, took = time.monotonic(), []
        def work():
            self.client.exists("flag")
            for _ in range(rounds): pass
            took.append(time.monotonic() - began)
        thread = threading.Thread(target=work); thread.start(); thread.join()
        return took
    def busy(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end: pass
        return True
    def busy_asking(self, seconds):
        end, asked = time.time() + seconds, 0
        while time.time() < end: asked += self.client.exists("flag") + 1
        return asked > 0
"""


@pytest.fixture(scope="module", params=["none", "bubblewrap"])
def sandbox(request):
    return request.param


@pytest.fixture
def lab(make_lab):
    lab = make_lab(STUDENT)
    lab.it = lab.new("it")
    return lab


WAITS = {
    "sleep": None,
    "sleep_by_name": None,
    "event": False,
    "condition": False,
    "condition_wait_for": False,
    "semaphore": False,
    "lock": False,
    "rlock": False,
    "queue": "empty",
    "full_queue": "full",
    "simple_queue": "empty",
    "asyncio": None,
    "timer": [1],
    "join": True,
    "future": "late",
    "futures_wait": [0, 1],
    "barrier": "broken",
    "blpop": None,
    "socket_timeout": "late",
    "bzpopmin": None,
    "select": ([], [], []),
    "select_poll": [],
    "epoll": [],
    "poll_selector": [],
    "select_selector": [],
    "xread": None,
    "message": None,
    "redis_lock": False,
}


@pytest.mark.parametrize("how", WAITS)
def test_a_wait_takes_virtual_time_alone(lab, how):
    began = time.monotonic()
    answer, took = lab.it.wait(how, HOUR)
    assert time.monotonic() - began < REAL_SECONDS
    assert answer == WAITS[how] or (how in {"xread", "bzpopmin"} and not answer)
    slack = 61 if how == "redis_lock" else 1  # redis-py's lock gives up when its next try would be too late
    assert HOUR - slack <= took <= HOUR + slack
    assert HOUR - slack <= lab.now <= HOUR + slack


def test_a_wait_that_can_not_be_seen_is_real_and_comes_out_right(lab):
    seen, took = lab.it.wait("raw_lock", 0.6)
    assert seen is False
    assert 0.3 <= took <= 1.5


def test_who_waits_for_real_sees_in_time_what_has_come(lab):
    other = lab.new("other", actor=lab.enter())
    waits = lab.it.look_up.begin(1_000)
    lab.advance(8)
    assert not waits.done
    other.put("there")
    lab.advance(1)
    assert waits.done
    assert waits.value() is True


def test_who_asks_without_a_pause_holds_up_nobody_for_long(lab):
    other = lab.new("other", actor=lab.enter())
    asks = lab.it.ask_on.begin("there")
    lab.idle()
    for _ in range(20):
        before = lab.last_number
        lab.idle()
        assert lab.last_number - before < 20
    other.put("there")
    lab.idle()
    assert asks.value() is True


@pytest.mark.parametrize("how", ["child", "fork"])
def test_what_is_started_waits_for_real(lab, how):
    assert getattr(lab.it, how)(0.1) == {"child": 0, "fork": 7}[how]


def test_every_clock_tells_the_same_time(lab):
    for _ in range(2):
        times = lab.it.times()
        assert max(times) - min(times) < 1.5
        monotonics = lab.it.monotonics()
        assert max(monotonics) - min(monotonics) < 0.01
        lab.advance(HOUR)
        later = lab.it.times()
        assert all(HOUR - 1.5 <= b - a <= HOUR + 1.5 for a, b in zip(times, later, strict=True))
        assert all(
            HOUR - 0.1 <= b - a <= HOUR + 0.1 for a, b in zip(monotonics, lab.it.monotonics(), strict=True)
        )


def test_the_day_changes_with_the_clock(lab):
    before = lab.it.days()
    lab.advance(24 * HOUR)
    after = lab.it.days()
    assert len(set(before)) == len(set(after)) == 1
    assert dt.date.fromisoformat(after[0]) - dt.date.fromisoformat(before[0]) == dt.timedelta(days=1)


def test_dates_are_still_dates(lab):
    assert lab.it.kinds() == [True, True, True, True, True, 0.0, False, True, True]


def test_what_is_no_question_about_now_stays(lab):
    assert lab.it.arguments() == ["1970", 1970, "1969", 1970, "1970"]  # local time is west of UTC
    assert lab.it.errors() == ["ValueError", "TypeError", "TypeError"]


def test_clocks_take_no_self_where_a_class_has_them(lab):
    wall, monotonic, chance = lab.it.attributes(100)
    assert wall == pytest.approx(100, abs=0.1)
    assert monotonic == pytest.approx(100, abs=0.1)
    assert chance == 5
    year, _, said = lab.it.logged()
    assert (year.isdigit(), said) == (True, "said")


def test_joining_a_thread_with_a_time_out_is_as_it_was(lab):
    assert lab.it.join_errors() == ["cannot join thread before it is started", "cannot join current thread"]
    looks, left = lab.it.joins(5)
    assert 98 <= looks <= 102
    assert left == 0
    answer, took = lab.it.wait("join_ends", 10)
    assert answer is False
    assert 10 <= took < 10.1


def test_time_stands_still_while_code_runs(lab):
    lab.it.times()
    assert lab.now == 0


def test_a_lock_s_heartbeat_keeps_it(lab):
    owned, beats, left = lab.it.heartbeat(30)
    assert owned
    assert beats == 7
    assert left == 0


def test_two_sleepers_wake_in_order_of_their_deadlines(lab):
    one, two = lab.it, lab.new("two", actor=lab.enter())
    long, short = one.log.begin("long", 100), two.log.begin("short", 30, 20)
    lab.advance(29)
    assert not long.done
    lab.advance(50)
    assert short.done
    assert not long.done
    lab.advance(30)
    assert long.done
    assert lab.it.read() == ["short", "short2", "long"]


def test_a_long_advance_jumps_over_nobody(lab):
    """Who wakes on the way finds the clock at its own moment, and may wait again."""
    other = lab.new("other", actor=lab.enter())
    pending = other.log.begin("a", 10, 10)
    lab.advance(1000)
    assert pending.done
    assert [round(sent.at) for sent in lab.stage.relay.recording().sent if sent.name == "RPUSH"] == [10, 20]
    assert lab.now == pytest.approx(1000, abs=0.1)


def test_who_listens_for_a_millisecond_at_a_time_holds_up_nobody(lab):
    other = lab.new("other", actor=lab.enter())
    lab.it.listen(0.001)
    began = time.monotonic()
    assert other.wait("sleep", 100)[1] == pytest.approx(100, abs=0.1)
    lab.advance(10 * HOUR)
    assert time.monotonic() - began < REAL_SECONDS
    other.tell("news")
    lab.advance(1)
    assert other.read() == ["news"]


def test_short_sleeps_in_a_row_cost_little(lab):
    looks = lab.it.nap(10)
    assert 2100 <= looks <= 2250
    assert lab.now == pytest.approx(10, abs=0.1)


def test_two_processes_never_read_the_same_moment(lab):
    other = lab.new("other", actor=lab.enter())
    assert not set(lab.it.moments(100)) & set(other.moments(100))


def test_a_wait_that_is_notified_ends_then(lab):
    answer, took = lab.it.wait("wake", 100)
    assert answer is True
    assert took == pytest.approx(100, abs=1)


@pytest.mark.parametrize("kind", ["Lock", "RLock"])
def test_a_lock_goes_to_whoever_waits_for_it_in_time(lab, kind):
    # One has it for 100 seconds; three wait for it, for 50, 150 and 1000, and keep it for 100 each.
    assert lab.it.pass_on(kind) == [[50, False], [100, True], [200, True]]


@pytest.mark.parametrize("kind", ["Lock", "RLock"])
def test_a_lock_is_as_it_was(lab, kind):
    wrong, again = ["ValueError", "OverflowError", "RuntimeError"], kind == "RLock"
    assert lab.it.use(kind) == [wrong, [again, again], True, None, "RuntimeError"]


def test_threads_wake_in_order(lab):
    assert lab.it.many(8) == list(range(7, -1, -1))


def test_a_loop_that_polls_ends_when_its_time_is_up(lab):
    assert 550 <= lab.it.poll(30) <= 610


@pytest.mark.parametrize("how", ["busy", "busy_asking"])
def test_a_loop_that_only_looks_at_the_clock_ends(lab, how):
    began = time.monotonic()
    assert getattr(lab.it, how)({"busy": 0.2, "busy_asking": 12}[how]) is True
    assert time.monotonic() - began < REAL_SECONDS


def test_many_different_commands_take_no_time(lab):
    assert lab.it.many_commands(2000) == 2000
    assert lab.now < 1


@pytest.mark.parametrize(
    "thread",
    [
        SimpleNamespace(_wait_for_tstate_lock=lambda: "ended"),  # up to Python 3.12
        SimpleNamespace(_handle=SimpleNamespace(join=lambda: "ended")),  # up to 3.13.3
        # From then on; _handle may be a method of the student's.
        SimpleNamespace(_os_thread_handle=SimpleNamespace(join=lambda: "ended"), _handle=None),
    ],
    ids=["3.12", "3.13.3", "3.14"],
)
def test_what_waits_for_a_threads_end_is_found_on_every_python(thread):
    assert worker_time._waiting_for(thread)() == "ended"


def test_a_thread_that_came_after_a_sleep_is_waited_for(lab):
    # Who sleeps alone reads its wake-up itself: the second thread is no listener, but one that computes.
    other = lab.new("other", actor=lab.enter())
    asleep = other.wait.begin("sleep", HOUR)
    (took,) = lab.it.compute_in_thread(6_000_000)
    assert took < 1
    assert asleep.value()[1] == pytest.approx(HOUR, abs=1)
