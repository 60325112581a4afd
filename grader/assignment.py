"""An assignment's settings: which exercises, at what weight, within which bounds."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Exercise:
    """One exercise: a module that the student fills in, and the suite that grades it."""

    id: str  # "cache_manager": also the suite's file, test_<id>.py
    title: str  # "Cache manager"
    class_name: str  # "CacheManager"
    weight: float  # points for the whole exercise
    enabled: bool = True

    @property
    def module(self) -> str:
        """The file that the student hands in."""
        return f"{self.id}.py"


@dataclass(frozen=True)
class Bounds:
    """What a submission may use; reaching one is the student's fault. Units are in the names."""

    call_seconds: float = 5.0  # real time for one call, before its process is killed
    total_seconds: float = 60.0  # real time for a whole submission
    time_outs: int = 3  # in one exercise, before its other checks are skipped
    memory_mib: int = 512  # for each process
    cpu_seconds: int = 30  # for each process
    processes: int = 64  # processes and threads of the worker's user, all told
    open_files: int = 256
    file_mib: int = 16  # the largest file it may write, and the size of its scratch folder
    output_kib: int = 64  # of stdout and stderr kept for each check
    message_mib: int = 16  # the largest answer
    message_depth: int = 64  # of nesting in an answer
    server_mib: int = 256  # Valkey's maxmemory
    script_seconds: float = 1.0  # a script that runs longer is killed


@dataclass(frozen=True)
class Assignment:
    """What is graded, and how."""

    title: str
    exercises: tuple[Exercise, ...]
    bounds: Bounds = field(default_factory=Bounds)


DEFAULT = Assignment(
    title="Caching with Valkey",
    exercises=(
        Exercise("cache_manager", "Cache manager", "CacheManager", 40),
        Exercise("leaderboard", "Leaderboard", "Leaderboard", 30),
        Exercise("shopping_cart", "Shopping cart", "ShoppingCart", 30),
    ),
)
