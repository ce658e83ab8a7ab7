# What a contributor runs. `make test` is what CI runs.

GO ?= go
TOOL = $(GO) tool -modfile=tools/go.mod

.PHONY: wine soak test build lint licences unit e2e setup test-faults test-editors fuzz bench golden clean vsix check-vscode test-vscode setup-vscode

# test installs what it needs, checks the style, runs every test with the race detector, drives the editors, runs
# the fault suite, and drives VS Code.
test: lint check-vscode setup
	COVLS_E2E=1 $(GO) test -race -timeout 20m $$($(GO) list ./... | grep -v /internal/editors$$)
	@$(MAKE) --no-print-directory test-editors
	@$(MAKE) --no-print-directory test-faults
	@$(MAKE) --no-print-directory test-vscode

# build makes the program as it is given away; OUT=path says where.
OUT ?= covls
build:
	CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=auto -ldflags='-s -w' -o $(OUT) ./cmd/covls

# Windows is looked at with 32 bits: both is what is not here.
lint:
	@$(TOOL) gofumpt -l . | grep . && { echo 'run: go tool -modfile=tools/go.mod gofumpt -w .'; exit 1; } || true
	$(GO) vet ./...
	GOOS=windows GOARCH=386 $(GO) vet ./...
	GOOS=darwin $(GO) vet ./...
	$(TOOL) staticcheck ./...
	$(TOOL) actionlint
	@! command -v shellcheck >/dev/null || shellcheck -x scripts/*.sh action/*.sh
	@! command -v luacheck >/dev/null || luacheck -q --no-color --config editors/neovim/.luacheckrc editors/neovim internal/editors/testdata internal/e2e/testdata
	$(GO) run ./internal/licences -q

# licences lists what covls is made of, and fails for a licence that is not on the short list.
licences:
	@$(GO) run ./internal/licences

# unit runs the tests that need nothing but Go.
unit:
	$(GO) test ./...

# setup installs the editors and the browser that the end-to-end tests drive, and languages whose parsers are measures.
setup:
	@scripts/setup-editors.sh
	@scripts/setup-browser.sh
	@scripts/setup-languages.sh

e2e: setup
	COVLS_E2E=1 $(GO) test -count=1 -v ./internal/e2e/

# test-editors drives real editors beside gopls; where `make setup` can't install one, it is left out. ARGS=-run=TestHelix
# drives one.
test-editors: setup
	COVLS_E2E=1 $(GO) test -count=1 -timeout 10m ./internal/editors $(ARGS)

# wine installs Wine and tries covls.exe on it: commands, the demo, an editor's session, and the tests of what knows
# the system. Without Wine `make test` leaves that out.
WINE_PACKAGES = ./program ./glob ./gate ./advice ./skeleton ./origin
wine:
	@scripts/setup-wine.sh
	COVLS_WINE=1 $(GO) test -count=1 -v ./internal/e2e -run '^TestWindows'
	GOOS=windows GOARCH=amd64 $(GO) test -count=1 -exec '$(CURDIR)/scripts/setup-wine.sh --run' $(WINE_PACKAGES)

# test-faults does to the program what can go wrong, in less than three minutes; without COVLS_FAULTS the
# other targets leave it out. ARGS=-update writes the table of docs/reliability.md.
test-faults:
	COVLS_FAULTS=1 $(GO) test -count=1 -timeout 10m ./internal/faults $(ARGS)

# The VS Code extension: what npm runs, with the Node.js of scripts/setup-vscode.sh.
VSCODE := editors/vscode
NODE := PATH="$$(scripts/setup-vscode.sh --bin):$$PATH"

# vsix packs the extension into dist/, one for each platform with its own server.
VSIX_TARGETS ?= linux-x64 linux-arm64 alpine-x64 darwin-x64 darwin-arm64 win32-x64 win32-arm64

vsix: setup-vscode
	@$(NODE) node $(VSCODE)/scripts/pack.mjs $(VSIX_TARGETS)

# check-vscode is what lint is for the extension: types, style, what is made from something else, and licences.
check-vscode: setup-vscode
	@cd $(VSCODE) && PATH="$$(../../scripts/setup-vscode.sh --bin):$$PATH" && npm run --silent check
	$(GO) run ./internal/licences -q -npm

# test-vscode packs the extension for this machine, and drives it in a real VS Code in a real browser.
# SHOTS=folder keeps a picture of every step, ARGS='--only PATTERN' runs the steps of such names; COVLS_PATIENCE=5 waits five
# times as long. What is seen at first sight, and the pictures of the README, are drawn by test/e2e/looks.mts.
test-vscode: setup-vscode
	@$(NODE) node $(VSCODE)/test/e2e/main.mts $(if $(SHOTS),--shots $(abspath $(SHOTS))) $(ARGS)

# setup-vscode installs what builds and drives the extension; npm's part follows package-lock.json.
setup-vscode:
	@scripts/setup-vscode.sh
	@cd $(VSCODE) && if ! cmp -s package-lock.json node_modules/.covls-lock; then \
	  PATH="$$(../../scripts/setup-vscode.sh --bin):$$PATH" npm ci --ignore-scripts --no-audit --no-fund && cp package-lock.json node_modules/.covls-lock; \
	fi

# soak works two servers for SOAK, and draws docs/soak.svg of it.
SOAK ?= 20m
soak:
	$(GO) test -count=1 -timeout 0 -v ./internal/faults -run '^TestSoak$$' -soak $(SOAK) -update

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

# The readers that have golden files which the tests write; Go itself writes those of gocoverdir.
GOLDEN = $(patsubst %/testdata,./%,$(filter-out profile/gocoverdir/% profile/demangle/% profile/v8/%,$(wildcard profile/*/testdata)))

# golden rewrites the golden files and the notices; read the diff before you commit it.
golden:
	$(GO) run ./internal/licences -q -update
	$(GO) test ./internal/golden ./cmd/covls ./config ./server $(GOLDEN) -update

clean:
	rm -f covls
	rm -rf dist $(VSCODE)/dist $(VSCODE)/server
