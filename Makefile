# Two commands are all that is needed: `make demo` and `make test`.
SHELL := /bin/bash
PYTHON := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help demo test town load chaos race reconcile bench-sync bench-sync-size bench-pdf bench-marks copies front-room fuzz-marks read-back survive tamper by-hand fuzz-scans check preview pictures lock clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## set up and play a day of コンビニ交付: sheets as PDF and PNG in out/
	@.ci/setup demo
	@$(PYTHON) -m load_tests.demo --out out

test: ## set up, check and test everything, with real PostgreSQL, Redis, PC/SC and IPP
	@.ci/setup test
	@$(MAKE) --no-print-directory check
	@.ci/tests

town: ## leave the demo's town running and print the addresses to open
	@.ci/setup demo
	@$(PYTHON) -m load_tests.demo --stay

load: ## a first load run: every PDF's text is checked against the resident who asked
	@.ci/setup demo
	@$(PYTHON) -m load_tests.run --out out/load

chaos: ## everything between registry and copy killed and spoilt 200 times; nothing may be lost (about 8 minutes)
	@.ci/setup bench
	@$(PYTHON) -m load_tests.chaos --naive --events 3000 --faults 15 --out out/chaos
	@$(PYTHON) -m load_tests.chaos --events 100000 --faults 200 --out out/chaos

race: ## a seal cancelled at the counter, its certificate asked for at once, 1,000 times under load
	@.ci/setup bench
	@$(PYTHON) -m load_tests.race --times 1000 --out out/race

reconcile: ## up to 500,000 residents, 50 rows damaged in silence: found, repaired, bytes exchanged
	@.ci/setup bench
	@$(PYTHON) -m load_tests.reconciling --out out/reconciling

bench-sync: ## change data measured: docs/benchmarks/sync.md, as ratios of one run (about 5 minutes)
	@.ci/setup bench
	@$(PYTHON) -m load_tests.bench_sync --date $$(date +%F) --out docs/benchmarks

bench-sync-size: ## full load and reads at 3.77 million residents: docs/benchmarks/sync-size.json (about half an hour)
	@.ci/setup bench
	@$(PYTHON) -m load_tests.bench_sync.size --residents 3770000 --date $$(date +%F) --docs docs/benchmarks --out out/size

bench-pdf: ## the four-member sheet by both writers and six others: docs/benchmarks/pdf.md (about 2 minutes)
	@.ci/setup bench
	@$(PYTHON) -m load_tests.bench_pdf --out docs/benchmarks

bench-marks: ## every mark and all of them, beside stamping by pypdf and pikepdf: docs/benchmarks/marks.md (about 3 minutes)
	@.ci/setup bench
	@$(PYTHON) -m load_tests.bench_marks --out docs/benchmarks

copies: ## two grounds through eight copier models: docs/benchmarks/copies.md and two pictures in docs/pictures (two minutes)
	@.ci/setup demo
	@$(PYTHON) -m load_tests.copies --docs docs/benchmarks --pictures docs/pictures

front-room: ## what of a foreign front finds room on the back: docs/benchmarks/front-room.md (three minutes)
	@.ci/setup demo
	@$(PYTHON) -m load_tests.front_room --out docs/benchmarks/front-room.md

fuzz-marks: ## 10,000 mutated PDFs to the marks, limits on time and memory: docs/benchmarks/fuzz-marks.txt (about 10 minutes)
	@.ci/setup demo
	@$(PYTHON) -m load_tests.fuzz_marks --files 10000 --out docs/benchmarks/fuzz-marks.txt

survive: ## backs through 18 classes of damage at 300 and 200 dpi, 200 sheets each: docs/benchmarks/survive.md (about an hour)
	@.ci/setup bench
	@$(PYTHON) -m load_tests.survive --sheets $(or $(SHEETS),200) --out out/survive --docs docs/benchmarks --date $$(date +%F)

read-back: ## certificates of 1,000 invented residents read by pdftotext, pdfium, pypdf, qpdf: docs/benchmarks/read-back.md (about a minute)
	@.ci/setup test
	@$(PYTHON) -m load_tests.read_back --residents 1000 --out docs/benchmarks

tamper: ## forged fronts of eight kinds in four qualities and three families of models, at least 200 of each: docs/benchmarks/tamper.md (about an hour of two cores)
	@.ci/setup bench
	@$(PYTHON) -m load_tests.tamper --sheets $(or $(SHEETS),225) --seed $(or $(SEED),6) --out out/tamper --docs docs/benchmarks --date $$(date +%F)

by-hand: ## fronts altered with a pen, a ruler and a second print, which of it is seen: docs/benchmarks/by-hand.md (about 6 minutes of two cores)
	@.ci/setup bench
	@$(PYTHON) -m load_tests.by_hand --sheets $(or $(SHEETS),40) --out out/by_hand --docs docs/benchmarks --date $$(date +%F)

fuzz-scans: ## 10,000 mutated scans (PNG, JPEG, TIFF, PDF, pixels): no crash, no hang, no memory over the limit: docs/benchmarks/fuzz-scans.txt (about 10 minutes)
	@.ci/setup bench
	@set -o pipefail; $(PYTHON) -m load_tests.fuzz_scans --cases $(or $(CASES),10000) | tee docs/benchmarks/fuzz-scans.txt

check: ## ruff, mypy strict, dependency direction
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check --quiet .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports --no-cache

preview: ## the three invented municipalities on paper: out/preview/*/index.html
	@.ci/setup demo
	@for profile in certificates/profiles/*.toml; do $(PYTHON) -m certificates preview --profile $$profile || exit 1; done

pictures: ## certificates, municipalities, the kiosk's screens and the inquiry site's answers of docs/pictures drawn anew, and the invented municipalities' seals
	@.ci/setup test
	@$(PYTHON) -m certificates.pdf.seal_scans --out certificates/profiles/seals
	@$(PYTHON) -m certificates.pdf.gallery --out docs/pictures
	@$(PYTHON) -m certificates.preview.side_by_side --out docs/pictures
	@$(PYTHON) -m load_tests.kiosk_screens --out docs/pictures
	@$(PYTHON) -m load_tests.inquiry_answers --out docs/pictures

# Extras stay: where a package asks for coverage[toml], a pip before 23.3 does not take a pinned coverage for it.
PIN := $(PYTHON) -m piptools compile -q --generate-hashes --no-strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options

lock: ## pin every dependency with its hashes
	@$(PIN) --extra dev -o requirements.lock pyproject.toml
	@$(PIN) -o requirements-pcsc.lock .ci/pcsc.in
	@$(PIN) -o requirements-bench.lock .ci/bench.in

clean: ## remove what was made here
	rm -rf .venv out var .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
