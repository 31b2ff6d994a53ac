# Everything here runs from the repository's own folder. `make run` needs only Go.

SHELL := /bin/sh
GO ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo development)
BUILD := CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)"
ESBUILD := $(GO) tool esbuild --bundle --minify --target=es2022 --log-level=warning
# Scripts that a page or a worker starts with; what these import comes along, in
# files of its own where it is loaded later.
SCRIPTS := theme css app live-worker
CHAT_SCRIPTS := $(ESBUILD) $(SCRIPTS:%=static/js/%.js) --format=esm --splitting --chunk-names=[name]-[hash] --outdir=static/dist
TEST_FLAGS ?=
DOCKER ?= docker

.DEFAULT_GOAL := help
.PHONY: help run build dev gallery test race generate po passwords fresh lint bench browser image sbom screenshots clean FORCE

help: ## Show this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## Build and serve on http://localhost:8000 (SQLite in ./data)
	./bin/taskpilot serve

build: bin/taskpilot ## Build bin/taskpilot

bin/taskpilot: FORCE
	@mkdir -p bin
	$(BUILD) -o $@ ./cmd/taskpilot

dev: node_modules/.package-lock.json ## Serve with live reload: http://localhost:7331
	npm run --silent css:watch & css=$$!; $(CHAT_SCRIPTS) --watch=forever & js=$$!; trap 'kill $$css $$js' EXIT; \
	$(GO) tool templ generate --watch --proxy=http://localhost:8000 --cmd="$(GO) run ./cmd/taskpilot serve"

test: ## Install what the tests need, then run every check and test
	@.ci/prepare
	@.ci/test

race: ## Run only the Go tests, with the race detector
	$(GO) test -race -shuffle=on -timeout 30m $(TEST_FLAGS) ./...

generate: node_modules/.package-lock.json ## Write the generated files: templates, style sheet, scripts
	$(GO) tool templ generate
	npm run --silent css
	rm -rf static/dist
	$(CHAT_SCRIPTS)
	$(ESBUILD) static/src/chatkit/main.jsx --format=iife --jsx=automatic --define:process.env.NODE_ENV='"production"' --outfile=static/dist/chatkit-page.js

po: ## Add new texts to the catalogues of the languages, to be translated, and say what is missing
	$(GO) run ./cmd/po

# Passwords of eight letters and more, and shorter words that people add digits to.
LONG_OR_WORD := .filter((s) => s.length >= 8 || /^.{3,6}[a-z]$$/.test(s))
passwords: node_modules/.package-lock.json ## Write the list of passwords that are refused anew
	node -p '[...new Set(require("@zxcvbn-ts/language-common").dictionary["passwords-common"].map((s) => s.toLowerCase()))]$(LONG_OR_WORD).sort().join("\n")' >models/leaked_passwords.txt

fresh: ## Fail if a generated file is not what its source makes
	@.ci/fresh

lint: ## Check formatting, vet, staticcheck, our own rules and known vulnerabilities
	@.ci/lint

gallery: ## Show every component in every state on http://localhost:8001, without a database
	$(GO) run ./cmd/gallery

bench: ## Measure
	$(GO) test -run '^$$' -bench . -benchmem ./...
	$(GO) run ./bench/streams -n 1000 -rate 20 -for 20s
	$(GO) run ./bench/pages -items 20000
	$(GO) run ./bench/chatkit
	$(GO) run ./bench/model
	$(GO) run ./bench/search
	$(GO) run ./bench/bulk
	$(GO) run ./bench/timing

browser: ## Run only the tests in a browser
	$(GO) test -race -run Browser $(TEST_FLAGS) ./...

# cyclonedx-gomod reads what the program itself says it is made of; npm, which
# scripts and styles are built into it.
sbom: build node_modules/.package-lock.json ## List what bin/taskpilot is made of (CycloneDX), beside it
	$(GO) run github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.9.0 bin -json -output bin/taskpilot.cdx.json bin/taskpilot
	npm sbom --sbom-format cyclonedx >bin/taskpilot-front-end.cdx.json

image: build ## Make the container image `taskpilot`, with $(DOCKER): docker, podman or buildah
	@mkdir -p -m 0700 bin/image/data && mkdir -p -m 1777 bin/image/tmp
	cp bin/taskpilot bin/image/
	$(DOCKER) build -t taskpilot -f Dockerfile bin/image

screenshots: ## Draw the pictures of the README anew
	$(GO) test -count=1 -run TestBrowserPictures ./cmd/taskpilot -screenshots=$(CURDIR)/docs/screenshots

clean: ## Remove what was built; ./data stays
	rm -rf bin node_modules

node_modules/.package-lock.json: package.json package-lock.json
	npm ci --no-audit --no-fund

FORCE:
