# covls on a system that has nothing else:
#
#   docker build -t covls .
#   docker run --rm -v "$PWD:/src" covls gaps
#
# The tags are for people, the digests for the build.
FROM --platform=$BUILDPLATFORM golang:1.26.8-trixie@sha256:bdca99a00bc16590cb1a0bb4e698f5fc5d6a64e4d5eef13d9f18a0ee08e5fa65 AS build
WORKDIR /covls
COPY go.mod go.sum ./
RUN go mod download
# With .git, in which Go finds the version.
COPY . .
ARG TARGETOS TARGETARCH TARGETVARIANT
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH GOARM=${TARGETVARIANT#v} go build -trimpath -buildvcs=true -ldflags='-s -w' -o /out/covls ./cmd/covls

FROM gcr.io/distroless/static-debian13:nonroot@sha256:f7f8f729987ad0fdf6b05eeeae94b26e6a0f613bdf46feea7fc40f7bd72953e6
LABEL org.opencontainers.image.source=https://github.com/covls/covls
LABEL org.opencontainers.image.licenses=MIT
COPY --from=build /out/covls /usr/local/bin/covls
COPY --from=build /covls/LICENSE /usr/share/doc/covls/LICENSE
USER nonroot
WORKDIR /src
ENTRYPOINT ["/usr/local/bin/covls"]
