#!/usr/bin/env bash
# Gradescope runs this once, when it builds the image. Packages come by the lock file, with hashes.
set -euo pipefail

cd /autograder/source
python=
for name in python3.13 python3.12 python3.11 python3; do
  if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$name
    break
  fi
done
if [ -z "$python" ]; then
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
