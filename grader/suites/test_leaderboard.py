"""The hidden suite of the leaderboard."""
