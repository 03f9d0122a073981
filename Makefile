# SPDX-License-Identifier: MIT
# placesim: build, test, measure, install. GNU make.
#
#   make demo     from a fresh Debian machine to a first answer      make test     everything that is tested
#   make          build/placesim                                     make help     the other targets
#
# Each set of flags has a build folder of its own, and a change of compiler or flags rebuilds what is in it:
#   make BUILD=build/debug CFLAGS='-O0 -g'        make BUILD=build/clang CC=clang WERROR=1

MAKEFLAGS += --no-builtin-rules --no-print-directory
BUILD  ?= build
PREFIX ?= /usr/local
ifeq ($(origin CC),default)
CC := gcc
endif
CFLAGS ?= -O2 -g
PYTHON ?= /usr/bin/python3

# One C17 for every machine: no contraction and no -march, so equal sources and seeds give equal bytes.
warnings := -Wall -Wextra -Wconversion -Wshadow $(if $(filter-out 0,$(WERROR)),-Werror)
standard := -std=c17 -D_POSIX_C_SOURCE=200809L -D_FILE_OFFSET_BITS=64 -pthread -ffp-contract=off -fno-math-errno
includes := -Iinclude -I$(BUILD)/generated
compile   = $(CC) $(standard) $(CFLAGS) $(warnings) $(includes) $(CPPFLAGS) $(EXTRA)

# Debian's `hdf5` becomes the MPI build where that is installed, so `hdf5-serial` is asked first.
hdf5_name   := $(shell pkg-config --exists hdf5-serial 2>/dev/null && echo hdf5-serial || echo hdf5)
pkg_cflags   = $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(1) 2>/dev/null))
pkg_libs     = $(shell pkg-config --libs $(1) 2>/dev/null)
result_needs := $(hdf5_name) libdeflate libcrypto
found       := $(shell pkg-config --exists libxml-2.0 $(result_needs) 2>/dev/null && echo yes)
libs        := -lhdf5_hl $(call pkg_libs,libxml-2.0 $(result_needs)) -lm   # pkg-config does not name HDF5's dimension scales

# A library's headers are in reach of the one layer that may use it (see src/README.md).
flags_scenario := $(call pkg_cflags,libxml-2.0)
flags_result   := $(call pkg_cflags,$(result_needs))
flags_tests    := $(flags_scenario) $(flags_result) $(call pkg_cflags,check)
flags_fuzz     := $(flags_scenario) $(flags_result)
flags_bench    := $(flags_result)

objects  = $(patsubst %.c,$(BUILD)/%.o,$(1))
headers := $(sort $(wildcard include/place/*.h))
library := $(BUILD)/libplacesim.a
program := $(BUILD)/placesim
runner  := $(BUILD)/tests/run
version := $(BUILD)/generated/place/version.h
cli_objects     := $(call objects,$(sort $(wildcard src/cli/*.c)))
library_objects := $(call objects,$(sort $(filter-out src/cli/%,$(wildcard src/*/*.c)))) \
                   $(BUILD)/generated/embedded.o
fuzz_common     := $(call objects,tests/fuzz/common.c tests/fuzz/start_libxml.c)
fuzz_objects    := $(fuzz_common) $(call objects,$(sort $(wildcard tests/fuzz/target_*.c))) \
                   $(filter-out %/main.o,$(cli_objects))
test_objects    := $(call objects,$(sort $(wildcard tests/*.c))) $(fuzz_objects)
short           := $(BUILD)/tests/placesim-short
preloaded       := $(patsubst tests/preload/%.c,$(BUILD)/tests/%.so,$(sort $(wildcard tests/preload/*.c)))
test_helpers    := $(patsubst tests/%.cpp,$(BUILD)/tests/%,$(sort $(wildcard tests/*.cpp))) $(preloaded) $(short)

.PHONY: all help setup setup-test demo test check reference laws golden same-bytes faults short-of-memory bench asan ubsan tsan coverage mutants fuzz tidy check-layers hdr-check format format-check \
        install clean FORCE
.DELETE_ON_ERROR:
.SECONDARY:

all: $(program)

help:
	@echo 'all            build $(program) (the default)'
	@echo 'demo           set up, build, run scenarios/rutland-2021.xml, print its summary'
	@echo 'test           set up, build, run every test'
	@echo 'check          the tests alone, nothing installed; SUITES="random model" for some of them'
	@echo 'reference      the same integers as the second program in tests/reference, on 240 random scenarios (some minutes)'
	@echo 'laws           the statistical tests at full length (half an hour)'
	@echo 'golden         keep the shipped scenarios'"'"' new digests, and say which moved'
	@echo 'faults         what may happen to a run, in earnest (minutes); FAULTS="1/10" for a tenth'
	@echo 'short-of-memory  requests for memory refused, in each command (half an hour and more)'
	@echo 'same-bytes     is a run file the same whatever makes it? SAME="--only shards" for some (an hour)'
	@echo 'bench          measure speed and memory; BENCH="--quick" for less'
	@echo 'asan ubsan tsan  the tests under a sanitizer'
	@echo 'coverage       which lines and branches the tests reach, and why not the others'
	@echo 'mutants        planted bugs: is each caught? (slow)'
	@echo 'fuzz           libFuzzer on each target, FUZZ_TIME=60 seconds, FUZZ_JOBS=1 at a time; FUZZ="csv scenario" for some'
	@echo 'tidy           clang-tidy and shellcheck        format, format-check   clang-format'
	@echo 'check-layers   who may include what             hdr-check   each public header compiles alone'
	@echo 'setup, setup-test  install from Debian what building, or testing, lacks'
	@echo 'install        to DESTDIR$(PREFIX)              clean   removes build/'

# ---- building ----

# One short line a command; V=1 shows the command instead.
quietly = @$(if $(V),set -x;,echo '$(1)';)

$(program): $(cli_objects) $(library)
	$(call quietly,link $@) $(CC) -pthread $(CFLAGS) $(EXTRA) $(LDFLAGS) -o $@ $(cli_objects) $(library) $(libs)

$(library): $(library_objects)
	@rm -f $@
	$(call quietly,archive $@) $(AR) rcs $@ $^

# The layer is the folder: src/result/x.c gets flags_result, tests/x.c flags_tests.
$(BUILD)/%.o: %.c $(BUILD)/flags | $(version)
	@mkdir -p $(@D)
	$(call quietly,compile $<) $(compile) $(flags_$(notdir $(*D))) -MMD -MP -c -o $@ $<

$(BUILD)/generated/embedded.o: $(BUILD)/generated/embedded.c $(BUILD)/flags
	$(call quietly,compile $<) $(compile) -MMD -MP -c -o $@ $<

closed_forms := $(sort $(wildcard scenarios/verify/*.xml))
$(BUILD)/generated/embedded.c: tools/embed.sh scenarios/placesim.xsd scenarios/minimal.xml $(closed_forms)
	@mkdir -p $(@D)
	$(call quietly,embed scenarios/placesim.xsd scenarios/minimal.xml scenarios/verify) \
	tools/embed.sh place_embedded_schema scenarios/placesim.xsd place_embedded_starter scenarios/minimal.xml \
	    --list place_embedded_closed_forms $(closed_forms) >$@

# Two files that are looked at each time and touched only when what they say has changed.
hash := \#
say_if_changed = mkdir -p $(@D); printf '%s\n' '$(1)' | cmp -s - $@ || printf '%s\n' '$(1)' >$@
$(version): FORCE
	@$(call say_if_changed,$(hash)define PLACE_VERSION "$(shell cat VERSION)")
$(BUILD)/flags: FORCE
	$(if $(found),,$(error libxml2, HDF5, libdeflate or libcrypto is missing: `make setup` installs them))
	@$(call say_if_changed,$(compile) $(flags_scenario) $(flags_result) $(LDFLAGS) $(libs))

-include $(wildcard $(BUILD)/src/*/*.d $(BUILD)/tests/*.d $(BUILD)/tests/*/*.d $(BUILD)/tools/*/*.d $(BUILD)/generated/*.d)

# ---- from a fresh machine: libraries are looked for anew (a second make) once they are installed ----

setup:
	@tools/setup.sh build
setup-test:
	@tools/setup.sh build test

demo: setup
	@$(MAKE) all
	$(program) run scenarios/rutland-2021.xml -n 2000 -o output/rutland-2021.h5 --force
	$(program) summary output/rutland-2021.h5

test: setup-test
	@$(MAKE) check-layers hdr-check all
	@$(MAKE) check

# ---- tests ----

check: $(program) $(runner) $(test_helpers)
	@PLACESIM=$(program) $(runner) $(SUITES)

# Calls of libraries that tests refuse go through tests/refusal.c: the second word of each row of its table.
refusable := $(shell sed -n 's/^ *X.[^,]*, \([A-Za-z0-9_]*\),.*/\1/p' tests/refusal.h)
$(runner): $(test_objects) $(library)
	$(call quietly,link $@) $(CC) -pthread $(CFLAGS) $(EXTRA) $(LDFLAGS) $(refusable:%=-Wl,--wrap=%) -o $@ \
	    $(test_objects) $(library) $(call pkg_libs,check) $(libs)

# The program with memory and threads that can be refused (tests/shortage/shortage.c).
short_wraps := malloc calloc realloc aligned_alloc strdup strndup realpath fopen fdopen opendir qsort pthread_create \
               place_arena_array place_arena_text place_memory_get place_memory_resize place_memory_copy
$(short): $(cli_objects) $(BUILD)/tests/shortage/shortage.o $(library)
	$(call quietly,link $@) $(CC) -pthread $(CFLAGS) $(EXTRA) $(LDFLAGS) $(short_wraps:%=-Wl,--wrap=%) -o $@ $^ $(libs)

# Minutes: the second program is written to be read.
reference: $(program) $(runner)
	@REFERENCE_NUMBER=240 PLACESIM=$(program) $(runner) reference

# Statistical tests at full length: 10^6 draws of each sampler, 20,000 random scenarios, all chains, 50 scenarios against a model in numpy.
laws: $(program) $(runner) $(test_helpers)
	@LAWS_IN_FULL=1 CK_TIMEOUT_MULTIPLIER=60 PLACESIM=$(program) $(runner) random distribution closed-forms conservation identities laws

# The shipped scenarios' digests change only here, and are shown to.
golden: $(program)
	@$(PYTHON) tools/golden.py --program $(program) --update

# One run, in compilers, flags, locales, memory layouts, stops and shards that must not matter. SAME="--no-builds" without the builds.
same-bytes: $(program)
	@$(PYTHON) tools/same_bytes.py --program $(program) $(SAME)

# A tests/NAME.cpp is an oracle in C++ (PCG's own code is), a program that suites run.
$(BUILD)/tests/%: tests/%.cpp
	@mkdir -p $(@D)
	$(call quietly,compile $<) $(CXX) -std=c++17 -O2 -o $@ $<

# A tests/preload/NAME.c goes before the libraries that the program is linked with: built plainly, whatever the program is built with.
$(BUILD)/tests/%.so: tests/preload/%.c
	@mkdir -p $(@D)
	$(call quietly,compile $<) $(CC) $(standard) $(warnings) $(flags_tests) -O2 -fPIC -shared -o $@ $< -ldl

# Runs that are killed, cut off and short of room, in earnest: 1,000 kills, 10,000 losses of power, every call that can fail. In shares, each
# spread evenly over all, so that it may be stopped and gone on with: FAULTS="4/20 5/20" for some. What is done is in $(BUILD)/faults.
FAULTS ?= $(foreach i,1 2 3 4 5 6 7 8 9 10,$(i)/10)
faults: $(program) $(runner) $(test_helpers)
	@mkdir -p $(BUILD)/faults; for share in $(FAULTS); do \
	    done=$(BUILD)/faults/$$(echo $$share | tr / -); [ "$$done" -nt $(runner) ] && continue; \
	    { PLACE_FAULTS=$$share CK_RUN_CASE=faults PLACESIM=$(program) $(runner) durable faults disks power child && \
	        PLACE_FAULTS=$$share CK_RUN_CASE=calls PLACESIM=$(program) $(runner) faults; } >$$done.now 2>&1 \
	        || { cat $$done.now; exit 1; }; \
	    mv $$done.now $$done; echo "share $$share: $$(tail -n 1 $$done)"; \
	done; sed -n 's/^faults [0-9]*\/[0-9]*: \([0-9]*\) \(.*\), 0 bad$$/\1\t\2/p' $(BUILD)/faults/*-* \
	    | awk -F '\t' '{ n[$$2] += $$1 } END { for (what in n) printf "%8d %s, 0 bad\n", n[what], what }' | sort -k2

# Requests for memory refused in each command (tests/test_memory.c), in a build that sees memory that is lost: each that comes by a way of its own,
# once and for ever; SHORT="1/100" for the first of a hundred shares of all. What was broken off goes on; what is done is in build/short.
SHORT       ?= ways
short_build := build/short
short_ways  := $(short_build)/ways
short-of-memory:
	@$(MAKE) BUILD=$(short_build) CFLAGS='-O1 -g' EXTRA='-fsanitize=address -fno-omit-frame-pointer' all $(short_build)/tests/run \
	    $(short_build)/tests/placesim-short
	@[ $(short_ways) -nt $(short_build)/tests/placesim-short ] || { rm -f $(short_ways).log; : >$(short_ways); }
	@SHORT=$(SHORT) SHORT_WAYS=$(CURDIR)/$(short_ways) CK_RUN_CASE=refused PLACESIM=$(short_build)/placesim $(short_build)/tests/run memory \
	    2>>$(short_ways).log || { grep -v '^short' $(short_ways).log | tail -n 60; exit 1; }
	@sed -n 's/^short: \(.*\): placesim .*, 0 bad$$/\1/p' $(short_ways).log | awk -F '\t' '{ n[$$3] += $$1; new[$$3] += $$2 } END { for (w in n) \
	    printf "%7d %s refused, 0 bad, by %d ways\n", n[w], w, new[w] }'

asan:  sanitizer = -fsanitize=address -fno-omit-frame-pointer
asan:  export LSAN_OPTIONS = suppressions=$(CURDIR)/tests/leaks.supp:print_suppressions=0
ubsan: sanitizer = -fsanitize=undefined -fno-sanitize-recover=all
tsan:  sanitizer = -fsanitize=thread
asan ubsan tsan:
	@CK_TIMEOUT_MULTIPLIER=10 $(MAKE) check BUILD=build/$@ CFLAGS='-O1 -g' EXTRA='$(sanitizer)'

# Lines and branches that the tests reach, by layer and file, and what has no reason not to be reached. -O0, so that a branch is one of
# the source; of the calls that are refused, of the system and of libraries, all, of which `make check` tries some.
coverage:
	@find build/coverage -name '*.gcda' -delete 2>/dev/null || true
	@CK_TIMEOUT_MULTIPLIER=10 $(MAKE) check BUILD=build/coverage CFLAGS='-O0 -g' EXTRA=--coverage
	@PLACE_FAULTS=1/1 CK_RUN_CASE=calls PLACESIM=build/coverage/placesim build/coverage/tests/run faults
	@$(PYTHON) tools/coverage.py build/coverage $(COVERAGE)

# Planted bugs, each shown to the suites that ought to see it; half an hour. MUTANTS="--only uplift" for some, --list for their names.
mutants:
	@$(PYTHON) tools/mutants.py $(MUTANTS)

# libFuzzer on each target (FUZZ="csv scenario" for some) for FUZZ_TIME seconds, FUZZ_JOBS of them at a time, on from the corpus and from what
# was found before. New inputs go to build/fuzz/found, what broke something to build/fuzz/broken, and what was done is added to
# build/fuzz/total.tsv, the sum of which over all runs of the same sources is printed last.
FUZZ      ?= command_line csv guard number run_file scenario seal set
FUZZ_TIME ?= 60
FUZZ_JOBS ?= 1
fuzz_build := build/fuzz
fuzz_flags := -O2 -g -fsanitize=address,undefined -fno-sanitize-recover=all
fuzz_trace := -fsanitize=fuzzer-no-link -fsanitize-coverage-ignorelist=tests/fuzz/not_traced.txt
fuzz:
	@$(MAKE) BUILD=$(fuzz_build) CC=clang CFLAGS='$(fuzz_flags)' EXTRA='$(fuzz_trace)' $(fuzz_build)/placesim \
	    $(FUZZ:%=$(fuzz_build)/fuzz-%)
	@FUZZ_JOBS=$(FUZZ_JOBS) tools/fuzz.sh $(fuzz_build) $(FUZZ_TIME) $(FUZZ)

$(BUILD)/tests/fuzz/driver-%.o: tests/fuzz/driver.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call quietly,compile $< for $*) $(compile) -DFUZZ_TARGET=fuzz_$* -MMD -MP -c -o $@ $<

# Each with what it calls and no more: libFuzzer looks through all counters of the program after each input.
$(BUILD)/fuzz-%: $(BUILD)/tests/fuzz/driver-%.o $(BUILD)/tests/fuzz/target_%.o $(fuzz_common) $(library)
	$(call quietly,link $@) $(CC) -pthread $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $(filter %.o,$^) $(library) $(libs)
$(BUILD)/fuzz-scenario: $(BUILD)/tests/fuzz/mutate_scenario.o
$(BUILD)/fuzz-command_line: $(BUILD)/tests/fuzz/mutate_command_line.o $(filter-out %/main.o,$(cli_objects))

check-layers:
	@tools/check-layers.sh

# Twice, so that a header without a guard is found too.
hdr-check: $(version)
	@for header in $(notdir $(headers)) $(notdir $(version)); do for cc in gcc clang; do \
	    command -v $$cc >/dev/null || continue; \
	    printf '#include <place/%s>\n#include <place/%s>\nextern int place_header_check;\n' $$header $$header \
	        | $$cc $(standard) $(warnings) -Werror $(includes) -fsyntax-only -x c - \
	        || { echo "hdr-check: place/$$header does not compile alone with $$cc" >&2; exit 1; }; \
	done; done; echo 'hdr-check: $(words $(headers)) public headers compile alone'

# ---- measuring, reading, tidying ----

bench: all $(BUILD)/tools/bench/durability
	@tools/setup.sh bench
	@$(PYTHON) tools/bench.py --program $(program) --durability $(BUILD)/tools/bench/durability $(BENCH)

$(BUILD)/tools/bench/durability: $(BUILD)/tools/bench/durability.o $(library)
	$(call quietly,link $@) $(CC) -pthread $(CFLAGS) $(EXTRA) $(LDFLAGS) -o $@ $^ $(libs)

c_files := $(sort $(wildcard include/place/*.h src/*/*.[ch] tests/*.[ch] tests/*/*.[ch] tools/*/*.c))
scripts := $(wildcard tools/*.sh tools/*/*.sh tools/*/*.sbatch tests/*.sh) .ci/run

tidy: $(version)
	@tools/setup.sh build test lint
	clang-tidy --quiet $(filter %.c,$(c_files)) -- $(standard) $(includes) $(flags_tests)
	shellcheck $(scripts)
format:
	@tools/setup.sh lint
	clang-format -i $(c_files)
format-check:
	@tools/setup.sh lint
	clang-format --dry-run -Werror $(c_files)

# ---- installing ----

to := $(DESTDIR)$(PREFIX)

install: all
	install -d $(to)/bin $(to)/lib/pkgconfig $(to)/include/place $(to)/share/placesim/scenarios
	install -m 755 $(program) $(to)/bin
	install -m 644 $(library) $(to)/lib
	install -m 644 $(headers) $(version) $(to)/include/place
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(shell cat VERSION)|' -e 's|@REQUIRES@|libxml-2.0 $(result_needs)|' \
	    placesim.pc.in >$(to)/lib/pkgconfig/placesim.pc
	install -m 644 $(filter-out scenarios/README.md,$(wildcard scenarios/*.*)) $(to)/share/placesim/scenarios

clean:
	rm -rf build
