# syntax=docker/dockerfile:1
FROM python:3.12-slim AS build
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /app
ENV UV_PROJECT_ENVIRONMENT=/opt/slamon UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
# The dependencies change less often than the code: a layer of their own.
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --locked --no-default-groups --no-install-project
COPY slamon ./slamon
RUN uv sync --locked --no-default-groups --no-editable

FROM python:3.12-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/slamon slamon
COPY --from=build /opt/slamon /opt/slamon
ENV PATH=/opt/slamon/bin:$PATH PYTHONUNBUFFERED=1
USER 10001
WORKDIR /var/lib/slamon
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["slamon"]
CMD ["--help"]
