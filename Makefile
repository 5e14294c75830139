# The targets people use; `make help` lists them. Nothing but Go, make and git has to be installed.

GO ?= go
# The race detector needs a C compiler, which is nothing that has to be installed for this.
RACE := $(if $(filter 1,$(shell $(GO) env CGO_ENABLED)),-race)
# The tests make much garbage in little memory.
LESS_GC := GOGC=400
TOOLS := $(GO) tool -modfile=.tools/go.mod

.DEFAULT_GOAL := help

.PHONY: conformance
conformance: ## judge every version against the built-in mock
	$(GO) run ./conformance/cmd/scp-conformance run

COMMAND := scp-conformance

.PHONY: build
build: ## build the command as one static file (COMMAND=scp-conformance)
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags='-s -w' -o $(COMMAND) ./conformance/cmd/scp-conformance

.PHONY: test
test: ## run the tests, with the race detector where there is a C compiler
	$(LESS_GC) $(GO) test $(RACE) ./...

.PHONY: proof
proof: ## run the slow proofs: new versions, reproducible output, a stranger's tests
	$(GO) test -count=1 -timeout 30m -tags proof -run Proof ./openapi/codegen ./conformance/conformancetest

.PHONY: mutants
mutants: ## break the mock in every way there is, and print which cases notice
	cd conformance/cases && $(LESS_GC) $(GO) test -count=1 -tags mutants -parallel 16 -run '^Test(NoDefect|Defects|StrangeServers|CloseLooks)$$' -table

.PHONY: freedoms
freedoms: ## use every freedom of the document, alone and in pairs, and raise no alarm
	$(LESS_GC) $(GO) test -count=1 -tags freedoms -parallel 16 -run '^TestFreedoms' ./conformance/cases

.PHONY: crash
crash: ## kill a run at 30 points, and see that its volumes are put back
	$(GO) test -count=1 -tags crash -run '^TestKilled$$' ./conformance/cmd/scp-conformance

AXE := axe-core@4.14.1

.PHONY: browser
browser: ## use the HTML report in Chromium, and check its accessibility (needs chromium and npm)
	npm install --silent --no-save --no-package-lock --prefix .browser $(AXE)
	cd conformance/report/browser && $(GO) test -count=1 . -axe $(CURDIR)/.browser/node_modules/axe-core/axe.min.js

.PHONY: live
live: ## judge the mock as the live service was seen, 20 times (ten minutes)
	$(GO) test -count=1 -tags live -timeout 2h -parallel 10 -v -run '^TestLiveProfile$$' ./conformance/cases

.PHONY: soak
soak: ## judge through a bad network, 20 times in a row (an hour)
	$(GO) test -count=1 -tags soak -timeout 3h -v -run '^TestSoak' ./conformance/cases

.PHONY: bench
bench: ## measure signing, side by side in one run
	$(GO) test -run '^$$' -bench . -benchmem -count 10 ./signing | tee .bench.txt
	$(TOOLS) benchstat .bench.txt

.PHONY: bench-scan
bench-scan: ## measure a scan for old versions beside ripgrep (needs ripgrep)
	$(GO) test -count=1 -tags benchscan -v -run '^TestBenchScan$$' ./conformance/migrate

FUZZTIME ?= 1m

.PHONY: fuzz
fuzz: ## fuzz everything that reads what others wrote (FUZZTIME=1m each)
	$(GO) test -run '^$$' -fuzz '^FuzzVerify$$' -fuzztime $(FUZZTIME) ./signing
	$(GO) test -run '^$$' -fuzz '^FuzzParseDiscovery$$' -fuzztime $(FUZZTIME) ./openapi/lifecycle
	$(GO) test -run '^$$' -fuzz '^FuzzErr$$' -fuzztime $(FUZZTIME) ./openapi/client
	$(GO) test -run '^$$' -fuzz '^FuzzLoadBaseline$$' -fuzztime $(FUZZTIME) ./conformance
	$(GO) test -run '^$$' -fuzz '^FuzzReadReports$$' -fuzztime $(FUZZTIME) ./conformance
	$(GO) test -run '^$$' -fuzz '^FuzzScanText$$' -fuzztime $(FUZZTIME) ./conformance/migrate

.PHONY: generate
generate: ## write gen/ from the documents in openapi/
	$(GO) generate ./...

.PHONY: lint
lint: ## look for what the compiler lets through
	$(TOOLS) golangci-lint run ./...

.PHONY: lint-ci
lint-ci: ## lint the workflows
	$(GO) tool -modfile=.tools/actionlint.mod actionlint

.PHONY: govulncheck
govulncheck: ## look for known vulnerabilities in what is called (needs the network)
	$(TOOLS) govulncheck ./...

REDOCLY := @redocly/cli@2.77.0
SPECTRAL := @stoplight/spectral-cli@6.16.3

.PHONY: lint-openapi
lint-openapi: ## lint the OpenAPI documents (needs npm)
	npx --yes --package $(REDOCLY) -- redocly lint openapi/*.yaml
	npx --yes --package $(SPECTRAL) -- spectral lint --ruleset .spectral.yaml --fail-severity hint openapi/*.yaml

.PHONY: fmt
fmt: ## format the code
	$(TOOLS) golangci-lint fmt ./...

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
