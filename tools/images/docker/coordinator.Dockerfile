# Millrace coordinator. Built by `npm run images`, which makes BUILD and BASE first (base.Dockerfile).
ARG BUILD=docker.io/millrace/build:dev
ARG BASE=docker.io/millrace/base:dev

FROM ${BUILD} AS build
RUN node --conditions=@millrace/source tools/images/src/write-rootfs.ts coordinator /rootfs

FROM ${BASE}
COPY --from=build /rootfs/ /
USER 10001:10001
# Node.js is process 1: it has handlers for SIGTERM and SIGINT before anything else runs, and waits for its own children.
ENTRYPOINT ["/usr/local/bin/node", "/app/main.js"]
