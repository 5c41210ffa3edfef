# Fuzzers: each tests/fuzz/NAME_fuzzer.c, with clang's libFuzzer, ASan and UBSan, in build-fuzz.
# FUZZ_SECONDS bounds each, FUZZ=json picks one.  Seeds: tests/fuzz/seeds/NAME, tests/fixtures/NAME; words: seeds/NAME.dict.

FUZZ_SECONDS ?= 20
FUZZ ?= $(patsubst tests/fuzz/%_fuzzer.c,%,$(wildcard tests/fuzz/*_fuzzer.c))
FUZZ_CC ?= clang
FUZZ_SANITIZE := -g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_OBJ := $(patsubst %.c,build-fuzz/obj/%.o,$(wildcard libopsdk/core/*.c) tests/support/tokens.c tests/support/play.c)

.PHONY: fuzz fuzz-run
.SECONDARY:
fuzz: ## runs each fuzzer for FUZZ_SECONDS (20); FUZZ=json: only that one
	@tests/deps fuzz
	@$(MAKE) --no-print-directory fuzz-run

fuzz-run: $(FUZZ:%=build-fuzz/%_fuzzer)
	$(Q)for name in $(FUZZ); do \
		seeds=$$(ls -d tests/fuzz/seeds/$$name tests/fixtures/$$name 2>/dev/null); \
		mkdir -p build-fuzz/corpus/$$name; \
		echo "fuzz     $$name, $(FUZZ_SECONDS) s"; \
		build-fuzz/$${name}_fuzzer -max_total_time=$(FUZZ_SECONDS) -max_len=8192 -timeout=10 -rss_limit_mb=2048 \
			-artifact_prefix=build-fuzz/ $$(ls tests/fuzz/seeds/$$name.dict 2>/dev/null | sed s/^/-dict=/) \
			-verbosity=0 -print_final_stats=1 build-fuzz/corpus/$$name $$seeds \
			>build-fuzz/$$name.log 2>&1 || { tail -n 60 build-fuzz/$$name.log; exit 1; }; \
		grep number_of_executed_units build-fuzz/$$name.log; \
	done

build-fuzz/obj/%.o: %.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(OPSDK_CPPFLAGS) -std=c11 $(WARNINGS) $(FUZZ_SANITIZE) -fsanitize=fuzzer-no-link $(PKG_CFLAGS) -MMD -MP -c -o $@ $<

build-fuzz/libcore.a: $(FUZZ_OBJ)
	$(Q)rm -f $@ && ar rcs $@ $^

build-fuzz/%_fuzzer: build-fuzz/obj/tests/fuzz/%_fuzzer.o build-fuzz/libcore.a
	$(call say,LD,$@)
	$(Q)$(FUZZ_CC) $(FUZZ_SANITIZE) -fsanitize=fuzzer -o $@ $^ -ljansson -lyaml

# The reader of types.h, with what is made of it.
FUZZ_TYPES := pool names model lex notes value marker marker_apply parse schema_of crd tables yaml_write
build-fuzz/types_fuzzer: build-fuzz/libtypes.a
build-fuzz/libtypes.a: $(FUZZ_TYPES:%=build-fuzz/obj/cmd/opsdk/generate/%.o)
	$(Q)rm -f $@ && ar rcs $@ $^
build-fuzz/obj/cmd/opsdk/generate/parse.o: $(B)/gen/meta.inc
build-fuzz/obj/cmd/opsdk/generate/parse.o: OPSDK_CPPFLAGS += -I$(B)/gen

# Those of the embedded API server: api_NAME.
build-fuzz/libapiserver.a: $(patsubst %.c,build-fuzz/obj/%.o,$(filter-out libopsdk/core/%,$(SERVER_SRC)))
	$(Q)rm -f $@ && ar rcs $@ $^

build-fuzz/api_%_fuzzer: build-fuzz/obj/tests/fuzz/api_%_fuzzer.o build-fuzz/libapiserver.a build-fuzz/libcore.a
	$(call say,LD,$@)
	$(Q)$(FUZZ_CC) $(FUZZ_SANITIZE) -fsanitize=fuzzer -o $@ $^ $(PKG_LIBS) -pthread

-include $(shell find build-fuzz -name '*.d' 2>/dev/null)
