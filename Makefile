# Everything that is done with this repository; `make` lists it.

SWIFT_FLAGS := --explicit-target-dependency-import-check error
BROWSER_PACKAGES := chromium fonts-liberation fonts-dejavu-core libreoffice-calc-nogui
SYSTEM_PACKAGES := libsqlite3-dev libcurl4-openssl-dev libssl-dev pkg-config
PREFIX ?= /usr/local
DEMO_FLAGS ?=
FILES ?= 400000
FUZZ_SECONDS ?= 600
FAULT ?=
KILLS ?= 200
SEED ?=
PACING_SEEDS ?= 20
PACING_FLAGS ?=
NIGHTS ?= 10000
NIGHT_SEED ?= 0

.PHONY: help demo sample test lint format pacing nights tsan bench bench-intake bench-run bench-report bench-pacing \
	faults kill-run kill-ingest memory leaks interop browser \
	differential fuzz build install setup clean

help:
	@echo 'make demo              build, and watch 2,000 transfers on a local Amazon Connect'
	@echo 'make sample            write the reports that stand in reports/sample again'
	@echo 'make test              build, and run the tests'
	@echo 'make lint              check the format, and the rules of the house'
	@echo 'make interop           drive the local Connect with boto3 and the aws CLI (needs PyPI)'
	@echo 'make browser           drive the reports in Chromium and LibreOffice (needs both, and PyPI)'
	@echo 'make differential      compare how CSV is split with what Python makes of it (2 minutes)'
	@echo 'make fuzz              look for bytes that break the intake (libFuzzer, 20 minutes)'
	@echo 'make pacing            simulate quotas of many kinds, and print how well they are used'
	@echo 'make nights            simulate runs with faults, crashes and resumes (NIGHTS=10000)'
	@echo 'make tsan              run the tests under Thread Sanitizer (half an hour)'
	@echo 'make bench             measure; figures are of this machine'
	@echo 'make bench-intake      of that, how an input is taken in (wants sqlite3 and PyPI)'
	@echo 'make bench-run         of that, a run without a quota, beside boto3 (wants nginx and boto3)'
	@echo 'make bench-report      of that, reports of up to 1,000,000 rows (wants nginx, Chromium, playwright)'
	@echo 'make bench-pacing      of that, quotas over HTTP, beside botocore (wants boto3, 30 minutes)'
	@echo 'make faults            show what a run makes of each fault (3 minutes; FAULT=disk for some)'
	@echo 'make kill-run          show that a run killed 200 times moves each contact once (KILLS=20 for fewer)'
	@echo 'make kill-ingest       show that a killed ingest leaves its job whole or not at all'
	@echo 'make memory            show that a million calls leave nothing behind (3 minutes)'
	@echo 'make leaks             show that calls of all ends leak nothing (AddressSanitizer)'
	@echo 'make install PREFIX=   install baton below PREFIX (now $(PREFIX))'
	@echo 'make build, make format, make clean'

demo: build
	.build/release/baton demo $(DEMO_FLAGS)

# With Swift's own libraries in it, so that it runs where no toolchain is.
build: setup
	swift build -c release $(SWIFT_FLAGS) --static-swift-stdlib --product baton

# All at once, tests would wait for each other beyond their limits of time on two cores.
test: setup
	SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=16 swift test --disable-xctest $(SWIFT_FLAGS)

lint: setup
	swift format lint --strict --recursive Package.swift Sources Tests
	swift test --disable-xctest $(SWIFT_FLAGS) --filter TidyTests

format:
	swift format --in-place --recursive Package.swift Sources Tests

# On the debug build, which `make test` has made already. A test has 60 s, all of them 5 min.
interop: setup .venv-Interop/ready
	swift build $(SWIFT_FLAGS) --product baton
	swift build $(SWIFT_FLAGS) --product EdgeProbe
	swift build $(SWIFT_FLAGS) --product IntakeProbe
	timeout --signal=INT --kill-after=30 300 \
		.venv-Interop/bin/python -m pytest -q --timeout 60 -p no:cacheprovider Tests/Interop

# The reports' pages in a real Chromium, their CSVs in LibreOffice: both of the system.
browser: setup .venv-Browser/ready
	@if command -v chromium >/dev/null && command -v soffice >/dev/null; then :; \
	elif command -v apt-get >/dev/null; then \
		sudo=; [ "$$(id -u)" -eq 0 ] || sudo=sudo; \
		echo 'Installing $(BROWSER_PACKAGES)'; \
		$$sudo apt-get update -qq && $$sudo env DEBIAN_FRONTEND=noninteractive \
			apt-get install -qq -y --no-install-recommends $(BROWSER_PACKAGES) >/dev/null; \
	else \
		echo 'make browser needs Chromium and LibreOffice Calc.' >&2; exit 1; \
	fi
	swift build $(SWIFT_FLAGS) --product baton
	timeout --signal=INT --kill-after=30 900 \
		.venv-Browser/bin/python -m pytest -q --timeout 120 -p no:cacheprovider Tests/Browser

.venv-%/ready: Tests/%/requirements.txt
	@rm -rf $(@D)
	@python3 -m venv $(@D) || { \
		echo 'make $* needs Python 3.10 or later with its venv module' >&2; \
		echo '(on Debian: apt-get install python3-venv).' >&2; exit 1; }
	@echo 'Installing what Tests/$* needs from PyPI'
	@timeout 300 $(@D)/bin/pip install --quiet --requirement $< || { \
		echo 'make $* needs PyPI, or an index that pip is set up for.' >&2; exit 1; }
	@touch $@

# The reports that the README shows; its screenshot is taken where Chromium is.
sample: build
	python3 samples/sample-report.py .build/release/baton reports/sample
	@if command -v chromium >/dev/null; then \
		chromium --headless --no-sandbox --hide-scrollbars --window-size=1100,1000 \
			--screenshot=reports/sample/summary.png reports/sample/summary.html 2>/dev/null; fi

# A seeded simulation: nothing of it depends on the machine. PACING_SEEDS=100 takes minutes.
pacing: setup
	PACING_SEEDS=$(PACING_SEEDS) swift test --disable-xctest $(SWIFT_FLAGS) --filter PacingTests \
		| grep '^pacing |'

# Seeded as well. NIGHT_SEED=4711 NIGHTS=1 replays one, and tells what happened in it.
nights: setup
	@told=$$(NIGHTS=$(NIGHTS) NIGHT_SEED=$(NIGHT_SEED) \
		swift test --disable-xctest $(SWIFT_FLAGS) --filter NightTests 2>&1); status=$$?; \
	echo "$$told" | grep -E '^nights \||error:|Test run with'; exit $$status

# The program that the tests start stands beside them, and is sanitized as they are. Two tests at
# once, since all is many times slower. 99: the sanitizer's own status would be one of Baton's.
TSAN_FLAGS = $(SWIFT_FLAGS) --sanitize thread --scratch-path .build-tsan \
	-Xlinker $(CURDIR)/.build-tsan/mutex.o
tsan: setup
	mkdir -p .build-tsan
	"$$(dirname "$$(readlink -f "$$(command -v swiftc)")")/clang" -O1 -fPIC -Wall -c \
		Tests/Sanitizer/mutex.c -o .build-tsan/mutex.o
	TSAN_OPTIONS="suppressions=$(CURDIR)/Tests/Sanitizer/suppressions.txt exitcode=99 history_size=7" \
	SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=2 \
		swift test --disable-xctest $(TSAN_FLAGS)

bench: build
	swift build -c release $(SWIFT_FLAGS) --product BenchProbe
	python3 Tests/Bench/edge.py .build/release/BenchProbe
	python3 Tests/Bench/intake.py .build/release/baton .build/release/BenchProbe
	python3 Tests/Bench/run.py .build/release/baton
	python3 Tests/Bench/report.py .build/release/baton
	python3 Tests/Bench/pacing.py .build/release/baton

bench-intake: build
	swift build -c release $(SWIFT_FLAGS) --product BenchProbe
	python3 Tests/Bench/intake.py .build/release/baton .build/release/BenchProbe

bench-run: build
	python3 Tests/Bench/run.py .build/release/baton

bench-report: build
	python3 Tests/Bench/report.py .build/release/baton

# With 2,000 rows at the least: make bench-pacing PACING_FLAGS='--rows 2000', 40 minutes.
bench-pacing: build
	python3 Tests/Bench/pacing.py .build/release/baton $(PACING_FLAGS)

# FAULT=disk plays only the lines whose name has that word.
faults: build
	python3 Tests/Faults/matrix.py .build/release/baton '$(FAULT)'

kill-run: build
	python3 Tests/Faults/kill_run.py .build/release/baton $(KILLS) $(SEED)

kill-ingest: build
	python3 Tests/Bench/intake.py --kill 10 .build/release/baton

memory: setup
	swift build -c release $(SWIFT_FLAGS) --product BenchProbe
	python3 Tests/Bench/edge.py .build/release/BenchProbe memory 1000000

leaks: setup
	swift build -c release $(SWIFT_FLAGS) --sanitize address --scratch-path .build-leaks --product BenchProbe
	python3 Tests/Bench/edge.py .build-leaks/release/BenchProbe leaks 10000

differential: setup
	swift build -c release $(SWIFT_FLAGS) --product IntakeProbe
	python3 Tests/Fuzz/differential.py --files $(FILES)

# libFuzzer comes with the toolchain. The probe has a main, so its driver is linked by hand.
SWIFT_RESOURCES = $(shell swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')
FUZZ_LIBRARY = $(SWIFT_RESOURCES)/clang/lib/linux/libclang_rt.fuzzer_no_main-$(shell uname -m).a
FUZZ_FLAGS = --scratch-path .build-fuzz --sanitize address \
	-Xswiftc -DFUZZING -Xswiftc -Xfrontend -Xswiftc -sanitize=fuzzer \
	-Xlinker $(FUZZ_LIBRARY) -Xlinker -lstdc++

# What is found stands in .build-fuzz/findings; the inputs that led somewhere are kept for the next
# run. Leaks are not looked for: Swift keeps what it knows of types, and LeakSanitizer would go
# through all of it after each input.
fuzz: setup
	swift build -c release $(SWIFT_FLAGS) $(FUZZ_FLAGS) --product IntakeProbe
	mkdir -p .build-fuzz/findings .build-fuzz/corpus/parser .build-fuzz/corpus/intake
	python3 Tests/Fuzz/seeds.py .build-fuzz/seeds
	for check in parser intake; do \
		SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=malloc_context_size=2:quarantine_size_mb=16 \
		.build-fuzz/release/IntakeProbe fuzz $$check -max_total_time=$(FUZZ_SECONDS) \
			-max_len=768 -detect_leaks=0 -print_final_stats=1 \
			-dict=Tests/Fuzz/intake.dict -artifact_prefix=.build-fuzz/findings/$$check- \
			.build-fuzz/corpus/$$check .build-fuzz/seeds/$$check || exit 1; \
	done

install: build
	install -d $(DESTDIR)$(PREFIX)/bin
	install -s -m 755 .build/release/baton $(DESTDIR)$(PREFIX)/bin/baton

clean:
	rm -rf .build .build-leaks .build-fuzz .build-tsan .venv-Interop .venv-Browser

# What a machine needs beside a Swift toolchain. On Debian and Ubuntu it is installed; elsewhere it
# is named.
setup:
	@command -v swift >/dev/null || { \
		echo 'baton needs Swift 6.2 or later: see https://www.swift.org/install' >&2; exit 1; }
	@swift --version 2>/dev/null | grep -Eq 'Swift version (6\.([2-9]|[1-9][0-9])|[7-9]|[1-9][0-9])' || { \
		echo "baton needs Swift 6.2 or later; this is: $$(swift --version 2>/dev/null | head -n 1)" >&2; \
		exit 1; }
	@if command -v pkg-config >/dev/null && pkg-config --exists sqlite3 'libcurl >= 7.87' libcrypto; then :; \
	elif command -v apt-get >/dev/null; then \
		sudo=; [ "$$(id -u)" -eq 0 ] || sudo=sudo; \
		echo 'Installing $(SYSTEM_PACKAGES)'; \
		$$sudo apt-get update -qq && \
		$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y $(SYSTEM_PACKAGES); \
	else \
		echo 'Install the development files of SQLite 3, libcurl 7.87 or later and OpenSSL 3, and pkg-config' >&2; \
		echo '(on Debian: $(SYSTEM_PACKAGES)), then run make again.' >&2; exit 1; \
	fi
