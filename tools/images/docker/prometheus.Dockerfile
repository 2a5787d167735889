# Prometheus for a cluster that has none yet: Debian's, without the rest of Debian. Built by `npm run images`.
ARG BUILD=docker.io/millrace/build:dev
ARG BASE=docker.io/millrace/base:dev

FROM ${BUILD} AS build
RUN apt-get update -q && apt-get install -y -q --no-install-recommends prometheus
RUN node --conditions=@millrace/source tools/images/src/write-rootfs.ts prometheus /rootfs

FROM ${BASE}
COPY --from=build /rootfs/ /
USER 10001:10001
ENTRYPOINT ["/usr/bin/prometheus"]
