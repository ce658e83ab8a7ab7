# What a contributor runs. `make test` is what CI runs.

GO ?= go
TOOL = $(GO) tool -modfile=tools/go.mod

# The grammars that package source uses; without these tags a build holds all that there are.
LANGUAGES = python javascript typescript tsx java ruby php rust
comma := ,
space := $(subst ,, )
export GOFLAGS := -tags=grammar_subset,$(subst $(space),$(comma),$(LANGUAGES:%=grammar_subset_%))

.PHONY: test build lint unit e2e setup fuzz bench golden clean

# test installs what it needs, checks the style, and runs every test with the race detector.
test: lint setup
	COVLS_E2E=1 $(GO) test -race -timeout 20m ./...

build:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags='-s -w' -o covls ./cmd/covls

lint:
	@$(TOOL) gofumpt -l . | grep . && { echo 'run: go tool -modfile=tools/go.mod gofumpt -w .'; exit 1; } || true
	$(GO) vet ./...
	GOOS=windows $(GO) vet ./...
	GOOS=darwin $(GO) vet ./...
	$(TOOL) staticcheck ./...

# unit runs the tests that need nothing but Go.
unit:
	$(GO) test ./...

# setup installs the editors and the browser that the end-to-end tests drive.
setup:
	@scripts/setup-neovim.sh
	@scripts/setup-browser.sh

e2e: setup
	COVLS_E2E=1 $(GO) test -count=1 -v ./internal/e2e/

FUZZTIME ?= 20s

# fuzz runs every fuzz test for FUZZTIME each.
fuzz:
	@for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep ^Fuzz); do \
	    echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$p || exit 1; \
	  done; \
	done

# bench prints the table of docs/performance.md.
bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...

# golden rewrites the golden files; read the diff before you commit it.
golden:
	$(GO) test ./internal/golden ./cmd/covls ./profile/gocover ./config ./server -update

clean:
	rm -f covls
