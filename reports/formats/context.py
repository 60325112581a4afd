"""What a platform gives to a format besides the results: plain data, nothing is read here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from reports.visibility import Visibility

# The start of time as Unix counts it: a fixed moment for callers that have no rules by date.
EPOCH = datetime.fromtimestamp(0, tz=UTC)


@dataclass(frozen=True)
class Context:
    """Where and when a format is written."""

    visibility: Visibility = field(default_factory=Visibility)
    now: datetime = EPOCH  # with its offset from UTC
    platform: Mapping[str, str] = field(default_factory=dict)  # the platform's environment: CLASSROOM ...
    scorecard: str = ""  # address of the full scorecard, where there is one
    language: str = "en"
    guide: str = ""  # address of the lesson's guide; '' for the one in the starter repository
