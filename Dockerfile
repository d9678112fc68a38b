ARG NODE_VERSION=20.20.2

FROM node:${NODE_VERSION}-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build-workflow-bundle.cjs scripts/
COPY src src
RUN npm run build && npm prune --omit=dev --ignore-scripts

# Not Alpine: Temporal's native core and the local model's engine need glibc.
FROM node:${NODE_VERSION}-bookworm-slim
# Temporal's native core takes the system's certificates, and the slim image has none.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/lib lib
COPY models.yaml LICENSE ./
COPY assets assets
COPY definitions definitions
COPY examples examples
# Volumes take their owner from these folders.
RUN ln -s /app/lib/cli/main.js /usr/local/bin/cadenza \
  && chmod +x lib/cli/main.js \
  && mkdir -p /var/lib/cadenza/store /var/lib/cadenza/cache \
  && chown -R node:node /var/lib/cadenza
ENV NODE_ENV=production \
    CADENZA_HOME=/var/lib/cadenza/home \
    CADENZA_STORE=/var/lib/cadenza/store \
    CADENZA_CACHE=/var/lib/cadenza/cache
USER node
ENTRYPOINT ["cadenza"]
CMD ["worker"]
