#!/usr/bin/env bash
# Gradescope runs this once, when it builds the image. Packages come by the lock file, with hashes.
set -euo pipefail

cd /autograder/source
python=$(command -v python3.13 || command -v python3.12 || command -v python3.11 || command -v python3)
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "The grader needs Python 3.11. Choose Ubuntu 24.04 as the base image of this autograder." >&2
  exit 1
fi
apt-get update
apt-get install --yes --no-install-recommends python3-venv bubblewrap
"$python" -m venv /autograder/venv
/autograder/venv/bin/python -m pip install --require-hashes -r source/requirements.lock
/autograder/venv/bin/python -m pip install --no-deps ./source
# The suites are for root only: a student's code never runs as root.
chmod -R go-rwx /autograder/source /autograder/venv
