# The embedded API server's figures beside the real one's, and the library's as an informer beside its peers': docs/performance.md.

BENCH_SERVER := $(B)/tests/bench/bench
BENCH_SRC := $(wildcard tests/bench/*.c)

$(BENCH_SERVER): $(call obj,$(BENCH_SRC)) $(B)/lib/libopsdk-inside.a $(B)/lib/libopsdk-apiserver.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(OPSDK_LDFLAGS) -o $@ $^ $(PKG_LIBS) -pthread

test-build: $(BENCH_SERVER)

# Clients by a replayed kind: build/bench/replay serves it; null reads it, informer and its peers follow it, start times their start.
# Reading alone: tests/bench/scan/count counts the instructions of build/bench/scan.
BENCH_PROGRAMS := $(addprefix $(B)/bench/,replay null informer start scan queue)
BENCH_FIGURES := $(call obj,tests/bench/proc.c tests/bench/informer/figures.c tests/bench/informer/delays.c)
BENCH_LINE := $(call obj,tests/bench/line.c) $(B)/lib/libopsdk-inside.a
$(B)/bench/replay: $(call obj,$(wildcard tests/bench/replay/*.c))
$(B)/bench/null: $(call obj,tests/bench/null/main.c) $(BENCH_FIGURES) $(BENCH_LINE)
$(B)/bench/start: $(call obj,tests/bench/start/main.c) $(BENCH_FIGURES) $(BENCH_LINE)
$(B)/bench/informer: $(call obj,tests/bench/informer/main.c tests/bench/informer/tally.c) $(BENCH_FIGURES) $(B)/lib/libopsdk.a
$(B)/bench/scan: $(call obj,$(wildcard tests/bench/scan/*.c) tests/bench/replay/data.c) $(B)/lib/libopsdk-inside.a
$(B)/bench/queue: $(call obj,$(wildcard tests/bench/queue/*.c)) $(B)/lib/libopsdk-inside.a
$(BENCH_PROGRAMS):
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -pie $(OPSDK_LDFLAGS) -o $@ $^ $(PKG_LIBS) -pthread

test-build: $(BENCH_PROGRAMS)

.PHONY: bench-scan
bench-scan: $(B)/bench/scan ## instructions a byte of reading a list, a watch, a noisy list, keys alone
	@B=$(B) tests/bench/scan/count
	@B=$(B) tests/bench/scan/count --watch
	@B=$(B) tests/bench/scan/count --data noisy
	@B=$(B) tests/bench/scan/count --keys

.PHONY: bench bench-run
bench: ## the library beside its peers, the embedded API server beside the real one; only: make bench BENCH=engine|real|server; QUICK=1
	@REAL=$(if $(filter real,$(BENCH)),1,$(REAL)) tests/deps bench
	@$(MAKE) --no-print-directory bench-run
bench-run: all $(BENCH_SERVER) $(BENCH_PROGRAMS)
	@$(if $(BENCH_JSON),: >$(BENCH_JSON))
	@$(if $(filter server,$(BENCH)),,B=$(B) BENCH=$(BENCH) REAL=$(if $(filter real,$(BENCH)),1,$(REAL)) tests/bench/engine)
	@$(if $(or $(filter engine real,$(BENCH)),$(QUICK)),,B=$(B) REAL=$(REAL) tests/bench/bench)
