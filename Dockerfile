# One image for web, workers, beat and migrations; docker-compose.yml says which runs where.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PATH="/opt/parley/bin:$PATH"

RUN useradd --system --uid 10001 --home-dir /srv/parley parley \
    && mkdir --parents /srv/parley /srv/static /var/lib/parley \
    && chown --recursive parley /var/lib/parley

WORKDIR /srv/parley
COPY requirements/uv.txt requirements/runtime.txt requirements/
RUN pip install --no-cache-dir --require-hashes --target /tmp/uv -r requirements/uv.txt \
    && /tmp/uv/bin/uv venv /opt/parley \
    && /tmp/uv/bin/uv pip sync --no-cache --python /opt/parley/bin/python --require-hashes requirements/runtime.txt \
    && rm -rf /tmp/uv

COPY . .
# Not compressed here: brotli takes minutes, and the proxy in front compresses.
RUN SECRET_KEY=only-for-this-step DATABASE_URL=postgres:/// REDIS_URL=redis:// \
    STATIC_ROOT=/srv/static python manage.py collectstatic --no-input

USER parley
EXPOSE 8000
CMD ["gunicorn", "escalation.wsgi:application", "--bind", "0.0.0.0:8000"]
