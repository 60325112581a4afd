# The grader, ready to run; docs/hand-in.md says with which options of Docker.
# It holds the hidden suites: whoever can pull it can read them.
ARG BASE=python:3.13.5-slim-bookworm@sha256:6544e0e002b40ae0f59bc3618b07c1e48064c4faed3a15ae2fbd2e8f663e8283

FROM ${BASE} AS build
LABEL stage=valkey-grader-build
WORKDIR /build
RUN ["python", "-m", "venv", "/opt/grader"]
COPY requirements.lock ./
RUN ["/opt/grader/bin/python", "-m", "pip", "install", "--no-cache-dir", "--require-hashes", "-r", "requirements.lock"]
COPY pyproject.toml README.md ./
COPY grader grader
COPY reports reports
RUN ["/opt/grader/bin/python", "-m", "pip", "install", "--no-cache-dir", "--no-deps", "."]

FROM ${BASE}
COPY --from=build /opt/grader /opt/grader
ENV PATH=/opt/grader/bin:$PATH PYTHONDONTWRITEBYTECODE=1 HOME=/tmp
# A user that no machine has: bubblewrap makes its walls without root.
USER 10001:10001
WORKDIR /tmp
ENTRYPOINT ["grade"]
CMD ["--help"]
