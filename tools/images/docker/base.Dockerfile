# Two images that the others are made of: `build` holds sources and packages and never leaves the builder; `base` is what every
# image stands on: Node.js and the C libraries it loads, no shell. Built by `npm run images`.
ARG NODE_IMAGE=docker.io/library/node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /src
# Packages change less often than sources.
COPY package.json package-lock.json .npmrc ./
COPY libs/ libs/
COPY apps/ apps/
COPY tools/ tools/
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
RUN node --conditions=@millrace/source tools/images/src/write-rootfs.ts base /rootfs

FROM scratch AS base
COPY --from=build /rootfs/ /
ENV PATH=/usr/local/bin:/usr/bin NODE_ENV=production NODE_COMPILE_CACHE=/app/compile-cache NODE_COMPILE_CACHE_PORTABLE=1
WORKDIR /data
USER 10001:10001
STOPSIGNAL SIGTERM
