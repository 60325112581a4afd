from .quota import Quota
from .sliding import SlidingWindow

__all__ = ["Quota", "SlidingWindow"]
