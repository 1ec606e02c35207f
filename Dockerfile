# docker build -t vmlint . && docker run --rm -v "$PWD:/work:ro" vmlint
ARG PYTHON=python:3.12-slim-bookworm

FROM ${PYTHON} AS build
COPY . /source
RUN bash /source/ci/install.sh /opt/vmlint \
    && /opt/vmlint/bin/python -I -m pip uninstall --quiet --yes setuptools pip

FROM ${PYTHON}
COPY --from=build /opt/vmlint /opt/vmlint
ENV PATH=/opt/vmlint/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["vmlint"]
CMD ["check"]
