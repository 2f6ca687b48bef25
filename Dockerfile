# The service in one image: `web` and `worker` differ only in their command.
# The CPU engine's assembler has wheels for x86-64 only.

FROM node:20-slim AS page
WORKDIR /srv/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
COPY frontend/ ./
RUN npm run build

FROM python:3.11-slim AS packages
RUN python3 -m venv /venv
COPY requirements/base.txt /tmp/base.txt
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes --only-binary :all: -r /tmp/base.txt

FROM python:3.11-slim
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin playground \
 && install -d -o playground -g playground /var/lib/playground
COPY --from=packages /venv /venv
WORKDIR /srv
COPY manage.py ./
COPY emulator/ emulator/
COPY playground/ playground/
RUN /venv/bin/python -m compileall -q emulator playground
COPY --from=page /srv/frontend/dist frontend/dist
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 HOST=0.0.0.0 PORT=8000 PLAYGROUND_VAR=/var/lib/playground
USER playground
EXPOSE 8000
CMD ["python", "manage.py", "serve"]
