# The embedded API server against the real one: tests/conformance/README.md.

CONFORMANCE := $(B)/tests/conformance/conformance
CONFORMANCE_SRC := $(filter-out tests/conformance/test_%,$(wildcard tests/conformance/*.c))

$(CONFORMANCE): $(call obj,$(CONFORMANCE_SRC)) $(B)/lib/libopsdk-inside.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(OPSDK_LDFLAGS) -o $@ $^ $(PKG_LIBS) -pthread

test-build: $(CONFORMANCE)

CAUSES_OBJ := $(call obj,$(addprefix tests/conformance/,causes.c tool.c))
$(B)/tests/conformance/test_causes: INSIDE = $(CAUSES_OBJ) $(TEST_INSIDE)
$(B)/tests/conformance/test_causes: $(CAUSES_OBJ)

.PHONY: conformance conformance-run
conformance: ## the embedded API server against the real one: equal/total, docs/conformance.md; needs root
	@tests/deps conformance
	@$(MAKE) --no-print-directory conformance-run
conformance-run: all $(CONFORMANCE)
	@B=$(B) DOCUMENT=docs/conformance.md tests/conformance/conformance
