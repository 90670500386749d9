FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
COPY requirements.lock.txt .
RUN pip install --no-deps -r requirements.lock.txt
COPY . .
RUN useradd --system --home-dir /app quantsite && mkdir /data && chown quantsite /data
USER quantsite
ENV QUANTSITE_VAR=/data QUANTSITE_BIND=0.0.0.0:8000 QUANTSITE_LOG_FORMAT=json QUANTSITE_LOG_LEVEL=INFO
EXPOSE 8000
# Everything else of the web server is in gunicorn.conf.py.
CMD ["gunicorn"]
