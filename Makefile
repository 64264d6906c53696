# A thin front for CMake: what people type. `make help` lists it.
BUILD ?= build
JOBS  ?= $(shell nproc)
# Most tests wait for most of their time, so more of them run at once than there are processors.
TEST_JOBS ?= $(shell expr 4 \* $(JOBS))
PREFIX ?= /usr/local

.DEFAULT_GOAL := build
.PHONY: help build demo test test-sanitize test-all bench symbols lint install deb rpm format clean
.PHONY: packages-for-build packages-for-test packages-for-bench packages-for-lint packages-for-package
.NOTPARALLEL: # ninja and ctest are

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

packages-for-build packages-for-test packages-for-bench packages-for-lint packages-for-package: packages-for-%:
	@packaging/install-needed $*

build: packages-for-build ## build the programs into build/
	@cmake -S . -B $(BUILD) -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_INSTALL_PREFIX:PATH=$(PREFIX) -DWARNINGS_AS_ERRORS=ON -DTESTS=OFF > $(BUILD).log 2>&1 || { cat $(BUILD).log; exit 1; }
	@ninja -C $(BUILD) -j $(JOBS)

demo: build ## install what is missing, build, and watch entries arrive (DEMO_SECONDS=10 ends by itself)
	@packaging/demo $(BUILD)

test: packages-for-test ## install what is missing, build, run every test
	@cmake -S . -B $(BUILD)-test -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DWARNINGS_AS_ERRORS=ON -DCRASH_POINTS=ON > $(BUILD)-test.log 2>&1 || { cat $(BUILD)-test.log; exit 1; }
	@ninja -C $(BUILD)-test -j $(JOBS)
	@cd $(BUILD)-test && ctest --output-on-failure -j $(TEST_JOBS)

test-sanitize: packages-for-test ## the same, built by clang with AddressSanitizer and UndefinedBehaviorSanitizer
	@cmake -S . -B $(BUILD)-sanitize -G Ninja -DCMAKE_C_COMPILER=clang -DWARNINGS_AS_ERRORS=ON -DSANITIZE=ON -DCRASH_POINTS=ON > $(BUILD)-sanitize.log 2>&1 || { cat $(BUILD)-sanitize.log; exit 1; }
	@ninja -C $(BUILD)-sanitize -j $(JOBS)
	@cd $(BUILD)-sanitize && ctest --output-on-failure -j $(TEST_JOBS)

test-all: test-sanitize test ## both, the plain one last

bench: packages-for-bench build ## time, memory and latency beside the goals (BENCH="cost start --json FILE" runs parts of it)
	@tests/bench/run $(BUILD) $(BENCH)

symbols: packages-for-test build ## write the list of what the shared library exports anew
	@python3 -B tests/library/symbols.py --renew $(BUILD)/src/slackaudit/libslackaudit.so

lint: packages-for-lint build ## clang-tidy over the sources
	@git ls-files 'src/*.c' ':!src/base/error.c' | xargs -P $(JOBS) -n 1 clang-tidy -p $(BUILD) --quiet \
		--extra-arg=-include --extra-arg=$(CURDIR)/tests/structure/lint.h
	@clang-tidy -p $(BUILD) --quiet src/base/error.c

install: build ## install below PREFIX (/usr/local), in DESTDIR when it is given
	@DESTDIR=$(DESTDIR) cmake --install $(BUILD)
	@test -n "$(DESTDIR)" -o "$$(id -u)" != 0 || ldconfig # or programs do not find the library

deb: packages-for-package ## build the Debian packages into build/packages
	@JOBS=$(JOBS) packaging/build-deb $(BUILD)/packages

rpm: packages-for-package ## build the RPM packages and their source package into build/packages
	@JOBS=$(JOBS) packaging/build-rpm $(BUILD)/packages

format: packages-for-lint ## lay the sources out
	@git ls-files 'src/*.[ch]' 'tests/*.[ch]' 'docs/*.c' | xargs clang-format -i

clean: ## remove what was built
	rm -rf $(BUILD) $(BUILD)-test $(BUILD)-sanitize $(BUILD)*.log
