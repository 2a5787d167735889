# Redis for a cluster that has none of its own: Debian's, without the rest of Debian. Built by `npm run images`.
ARG BUILD=docker.io/millrace/build:dev
ARG BASE=docker.io/millrace/base:dev

FROM ${BUILD} AS build
RUN apt-get update -q && apt-get install -y -q --no-install-recommends redis-server
RUN node --conditions=@millrace/source tools/images/src/write-rootfs.ts redis /rootfs

FROM ${BASE}
COPY --from=build /rootfs/ /
USER 10001:10001
ENTRYPOINT ["/usr/bin/redis-server"]
