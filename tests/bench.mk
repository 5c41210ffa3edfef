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

# Clients by a replayed kind: build/bench/replay serves it, build/bench/informer and its peers follow it.
BENCH_REPLAY := $(B)/bench/replay
BENCH_INFORMER := $(B)/bench/informer
$(BENCH_REPLAY): $(call obj,$(wildcard tests/bench/replay/*.c))
$(BENCH_INFORMER): $(call obj,$(wildcard tests/bench/informer/*.c)) $(B)/lib/libopsdk.a
$(BENCH_REPLAY) $(BENCH_INFORMER):
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -pie $(OPSDK_LDFLAGS) -o $@ $^ $(PKG_LIBS) -pthread

# Reading alone: tests/bench/scan/count counts its instructions.
BENCH_SCAN := $(B)/bench/scan
$(BENCH_SCAN): $(call obj,$(wildcard tests/bench/scan/*.c) tests/bench/replay/data.c) $(B)/lib/libopsdk-inside.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -pie $(OPSDK_LDFLAGS) -o $@ $^ $(PKG_LIBS) -pthread

.PHONY: bench-scan
bench-scan: $(BENCH_SCAN) ## instructions a byte of reading a list, a watch, a noisy list
	@B=$(B) tests/bench/scan/count
	@B=$(B) tests/bench/scan/count --watch
	@B=$(B) tests/bench/scan/count --data noisy

test-build: $(BENCH_REPLAY) $(BENCH_INFORMER) $(BENCH_SCAN)
