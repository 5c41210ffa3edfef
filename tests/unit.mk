# Unit tests: each tests/.../test_NAME.c is one program; tests/.../test_NAME.sh one script.

CHECK_LIBS := $(if $(PACKAGES_HAVE),$(shell pkg-config --libs check))
TEST_SCRIPTS := $(sort $(wildcard tests/*/test_*.sh tests/*/*/test_*.sh tests/*/*/*/test_*.sh))
# Everything but the main functions, with all names visible.  The API server and the run time each have a "store": the tests of the
# one see the other from outside.
TEST_INSIDE := $(foreach n,cmd jmx attach opsdk,$(B)/lib/lib$(n)-inside.a) $(B)/lib/libopsdk-apiserver.a
SERVER_INSIDE := $(foreach n,apiserver client,$(B)/lib/lib$(n)-inside.a)

.PHONY: test test-run test-build
test: ## unit tests, hermetic, under a minute; SAN=1: with ASan and UBSan; only: make test T=queue
	@tests/deps test
	@$(MAKE) --no-print-directory test-run

# Begun first, so that the others run beside it.
LONGEST := %/test_scenarios

# Through make again: what pkg-config says was read before tests/deps brought the packages.
test-run: all test-build
	@B=$(B) SAN=$(SAN) T=$(T) tests/run $(filter $(LONGEST),$(TESTS)) $(TEST_SCRIPTS) $(filter-out $(LONGEST),$(TESTS))

test-build: $(TESTS)

$(B)/lib/libopsdk-inside.a: $(LIB_OBJ)
$(B)/lib/libclient-inside.a: $(filter-out $(B)/obj/libopsdk/runtime/%,$(LIB_OBJ))
$(B)/lib/libapiserver-inside.a: $(filter-out $(LIB_OBJ),$(SERVER_OBJ))
$(B)/lib/libcmd-inside.a: $(filter-out %/opsdk/main.o,$(CMD_OBJ))
$(B)/lib/libjmx-inside.a: $(call obj,$(filter-out %/main.c,$(JMX_SRC)))
$(B)/lib/libattach-inside.a: $(call obj,$(filter-out %/main.c,$(ATTACH_SRC)))
$(B)/lib/%-inside.a:
	@mkdir -p $(@D)
	$(Q)rm -f $@ && ar rcs $@ $^

$(B)/tests/%: INSIDE = $(TEST_INSIDE)
$(B)/tests/apiserver/%: INSIDE = $(SERVER_INSIDE)
$(B)/tests/%: $(B)/obj/tests/%.o $(call obj,$(SUPPORT_SRC)) $(TEST_INSIDE) $(SERVER_INSIDE)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(OPSDK_LDFLAGS) -o $@ $(B)/obj/tests/$*.o $(call obj,$(SUPPORT_SRC)) \
		-Wl,--start-group $(INSIDE) -Wl,--end-group $(PKG_LIBS) $(CHECK_LIBS) -pthread
