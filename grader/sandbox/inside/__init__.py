"""What runs inside the walls: standard library and redis-py only, nothing of ours from outside."""
