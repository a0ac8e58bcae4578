FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts scripts
COPY schema schema
COPY src src
RUN npm run build

FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund
# Nothing reads the packages' types and source maps, which are two fifths of their size.
RUN find node_modules -type f '(' -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' ')' -delete

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
# The image only runs node. Package managers would only help an intruder.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn*
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY schema schema
COPY --from=build /app/dist dist
# By number, so that Kubernetes can tell that it is not root.
USER 1000:1000
EXPOSE 4000
# Checks that the process lives, not that it is ready: an overloaded process must not be restarted.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 4000}/livez`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# All objects of a query fit into the young generation, which saves a third of the garbage collector's work.
CMD ["node", "--enable-source-maps", "--max-semi-space-size=64", "dist/index.js"]
