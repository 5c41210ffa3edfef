# The embedded API server's figures beside the real one's: docs/performance.md.

BENCH := $(B)/tests/bench/bench
BENCH_SRC := $(wildcard tests/bench/*.c)

$(BENCH): $(call obj,$(BENCH_SRC)) $(B)/lib/libopsdk-inside.a $(B)/lib/libopsdk-apiserver.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(OPSDK_LDFLAGS) -o $@ $^ $(PKG_LIBS) -pthread

test-build: $(BENCH)

.PHONY: bench bench-run
bench: ## start, writes, memory of the embedded API server, and of the real one when it is built already or REAL=1
	@REAL=$(REAL) tests/deps bench
	@$(MAKE) --no-print-directory bench-run
bench-run: all $(BENCH)
	@B=$(B) REAL=$(REAL) BENCH_JSON=$(BENCH_JSON) tests/bench/bench

# Clients by a replayed kind: build/bench/replay serves it; null reads it, informer and its peers follow it, start times their start.
# Reading alone: tests/bench/scan/count counts the instructions of build/bench/scan.
BENCH_PROGRAMS := $(addprefix $(B)/bench/,replay null informer start scan)
BENCH_FIGURES := $(call obj,tests/bench/proc.c tests/bench/informer/figures.c tests/bench/informer/delays.c)
BENCH_LINE := $(call obj,tests/bench/line.c) $(B)/lib/libopsdk-inside.a
$(B)/bench/replay: $(call obj,$(wildcard tests/bench/replay/*.c))
$(B)/bench/null: $(call obj,tests/bench/null/main.c) $(BENCH_FIGURES) $(BENCH_LINE)
$(B)/bench/start: $(call obj,tests/bench/start/main.c) $(BENCH_FIGURES) $(BENCH_LINE)
$(B)/bench/informer: $(call obj,tests/bench/informer/main.c tests/bench/informer/tally.c) $(BENCH_FIGURES) $(B)/lib/libopsdk.a
$(B)/bench/scan: $(call obj,$(wildcard tests/bench/scan/*.c) tests/bench/replay/data.c) $(B)/lib/libopsdk-inside.a
$(BENCH_PROGRAMS):
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -pie $(OPSDK_LDFLAGS) -o $@ $^ $(PKG_LIBS) -pthread

test-build: $(BENCH_PROGRAMS)

.PHONY: bench-scan
bench-scan: $(B)/bench/scan ## instructions a byte of reading a list, a watch, a noisy list
	@B=$(B) tests/bench/scan/count
	@B=$(B) tests/bench/scan/count --watch
	@B=$(B) tests/bench/scan/count --data noisy

# The work queue alone.
BENCH_QUEUE := $(B)/bench/queue
$(BENCH_QUEUE): $(call obj,$(wildcard tests/bench/queue/*.c)) $(B)/lib/libopsdk-inside.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -pie $(OPSDK_LDFLAGS) -o $@ $^ $(PKG_LIBS) -pthread

test-build: $(BENCH_QUEUE)
