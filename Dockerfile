FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
COPY requirements.lock.txt .
RUN pip install --no-deps -r requirements.lock.txt
COPY . .
RUN useradd --system --home-dir /app quantsite && mkdir /data && chown quantsite /data
USER quantsite
ENV QUANTSITE_VAR=/data
EXPOSE 8000
CMD ["gunicorn", "quantsite.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4"]
