# Nothing lost: a history of changes, cuts, 410s and relists through the whole engine, judged event by event.

HISTORY := $(B)/tests/history/history
HISTORY_OBJ := $(call obj,$(addprefix tests/history/,world.c server.c check.c run.c patience.c) tests/bench/replay/reply.c)
HISTORY_WRAP := -Wl,--wrap=watcher_end

$(HISTORY): $(call obj,tests/history/main.c) $(HISTORY_OBJ) $(B)/lib/libopsdk-inside.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(OPSDK_LDFLAGS) $(HISTORY_WRAP) -o $@ $^ $(PKG_LIBS) -pthread

$(B)/tests/runtime/test_history: INSIDE = $(HISTORY_WRAP) $(HISTORY_OBJ) $(TEST_INSIDE)
$(B)/tests/runtime/test_history: $(HISTORY_OBJ)

test-build: $(HISTORY)

N ?= 10000000
SEED ?=
.PHONY: history history-run
history: ## N=10000000 events with cuts, 410s and relists through the engine; SEED= repeats one
	@tests/deps test
	@$(MAKE) --no-print-directory history-run
history-run: $(HISTORY)
	@$(HISTORY) --events $(N) $(if $(SEED),--seed $(SEED))
