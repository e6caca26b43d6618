# The environment alone; the repository is mounted, so that DVC's cache and results stay in it:
#   docker build --tag viewcache .
#   docker run --rm -it --network host --volume "$PWD:/viewcache" viewcache dvc repro
FROM python:3.11
WORKDIR /viewcache
COPY requirements.lock .
RUN pip install --no-cache-dir --requirement requirements.lock
# A user of another number than the image's has neither home nor name.
ENV HOME=/tmp USER=user PYTHONPATH=/viewcache
RUN git config --system --add safe.directory /viewcache
CMD ["python", "-m", "viewcache", "--help"]
