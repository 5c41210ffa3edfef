# libopsdk: the library, its command, the JMX exporter operator.  "make help" lists the targets.
#
# Variables: CC (gcc or clang), SAN=1 (ASan and UBSan, in build-san) or
# SAN=thread (TSan, in build-tsan), PREFIX and DESTDIR (install), V=1 (show commands).

VERSION := $(shell sed -n 's/^.define OPSDK_VERSION "\([^"]*\)".*/\1/p' libopsdk/include/opsdk/version.h)
SOVERSION := $(word 1,$(subst ., ,$(VERSION)))
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
DESTDIR ?=
B := build$(if $(SAN),$(if $(filter thread,$(SAN)),-tsan,-san))

PACKAGES := libcurl jansson yaml-0.1 libwebsockets openssl libzstd
PACKAGES_HAVE := $(shell pkg-config --exists $(PACKAGES) check 2>/dev/null && echo yes)
PKG_CFLAGS := $(if $(PACKAGES_HAVE),$(shell pkg-config --cflags $(PACKAGES)))
PKG_LIBS := $(if $(PACKAGES_HAVE),$(shell pkg-config --libs $(PACKAGES)))

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wvla -Wundef \
	-Wimplicit-fallthrough -Werror=format-security -Werror=implicit -Werror=incompatible-pointer-types -Werror
# clang 14 has it only behind another option
AUTO_INIT := $(shell $(CC) -ftrivial-auto-var-init=zero -fsyntax-only -x c /dev/null 2>/dev/null && echo -ftrivial-auto-var-init=zero)
HARDENING := -fstack-protector-strong -fstack-clash-protection -fcf-protection=full -fno-delete-null-pointer-checks \
	-fno-strict-overflow -fno-strict-aliasing $(AUTO_INIT)
ifdef SAN
OPTIMIZE := -O1 -fno-omit-frame-pointer $(if $(filter thread,$(SAN)),-fsanitize=thread,-fsanitize=address,undefined -fno-sanitize-recover=all)
else
OPTIMIZE := -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
endif
OPSDK_CPPFLAGS := -D_GNU_SOURCE -Ilibopsdk/include -Ilibopsdk -I. $(CPPFLAGS)
OPSDK_CFLAGS := -std=c11 -g $(OPTIMIZE) $(HARDENING) $(WARNINGS) -fvisibility=hidden -ffunction-sections -fdata-sections \
	-ffile-prefix-map=$(CURDIR)=. $(PKG_CFLAGS) $(CFLAGS)
OPSDK_LDFLAGS := -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed,--gc-sections $(filter -fsanitize=%,$(OPTIMIZE)) $(LDFLAGS)

# The embedded API server is a library of its own, and takes what it needs of core with it.
SERVER_SRC := $(wildcard libopsdk/apiserver/*.c libopsdk/apiserver/*/*.c) $(wildcard libopsdk/core/*.c)
LIB_SRC := $(wildcard libopsdk/core/*.c libopsdk/client/*.c libopsdk/runtime/*.c)
CMD_SRC := $(wildcard cmd/opsdk/*.c cmd/opsdk/*/*.c)
JMX_SRC := $(wildcard operators/jmx-exporter/*.c operators/jmx-exporter/api/*/*.c)
ATTACH_SRC := $(wildcard operators/jmx-exporter/attach/*.c)
TEST_SRC := $(wildcard tests/core/test_*.c tests/client/test_*.c tests/runtime/test_*.c tests/cmd/test_*.c tests/cmd/*/test_*.c \
	tests/conformance/test_*.c tests/apiserver/test_*.c tests/apiserver/*/test_*.c tests/operators/jmx-exporter/test_*.c tests/operators/jmx-exporter/attach/test_*.c)
SUPPORT_SRC := $(wildcard tests/support/*.c)
obj = $(patsubst %.c,$(B)/obj/%.o,$(1))
LIB_OBJ := $(call obj,$(LIB_SRC))
SERVER_OBJ := $(call obj,$(SERVER_SRC))

SO := $(B)/lib/libopsdk.so.$(VERSION)
SERVER_SO := $(B)/lib/libopsdk-apiserver.so.$(VERSION)
BINARIES := $(B)/bin/opsdk $(B)/bin/jmx-exporter-operator $(B)/bin/jmx-attach
TESTS := $(patsubst tests/%.c,$(B)/tests/%,$(TEST_SRC))

Q := $(if $(V),,@)
say = $(if $(V),,@printf '%-8s %s\n' '$(1)' '$(2)')

.PHONY: all lib clean help
.DELETE_ON_ERROR:
.SECONDARY:

all: lib $(BINARIES) ## the library, the command, the operator and the attach helper (default)
lib: $(SO) $(B)/lib/libopsdk.a $(SERVER_SO) $(B)/lib/libopsdk-apiserver.a ## build/lib/libopsdk.so.* and libopsdk.a, and libopsdk-apiserver

# The generator knows opsdk/meta.h by heart.
$(B)/obj/cmd/opsdk/generate/parse.o: $(B)/gen/meta.inc
$(B)/obj/cmd/opsdk/generate/parse.o: OPSDK_CPPFLAGS += -I$(B)/gen
$(B)/gen/meta.inc: libopsdk/include/opsdk/meta.h
	@mkdir -p $(@D)
	@sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n",/' $< >$@

$(B)/obj/%.o: %.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(OPSDK_CPPFLAGS) $(OPSDK_CFLAGS) -fPIC -MMD -MP -c -o $@ $<

$(SO): $(LIB_OBJ) libopsdk/opsdk.map
$(SERVER_SO): $(SERVER_OBJ) libopsdk/opsdk-apiserver.map
$(SO) $(SERVER_SO):
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -shared -Wl,-soname,$(@F:.$(VERSION)=.$(SOVERSION)) -Wl,--version-script=$(filter %.map,$^) $(OPSDK_LDFLAGS) -o $@ $(filter %.o,$^) $(PKG_LIBS) -pthread
	@ln -sf $(@F) $(@D)/$(@F:.$(VERSION)=.$(SOVERSION))
	@ln -sf $(@F:.$(VERSION)=.$(SOVERSION)) $(@D)/$(@F:.$(VERSION)=)

# One object with everything but the public names made local: a program may have a queue_add of its own.
$(B)/lib/libopsdk.a: $(LIB_OBJ)
$(B)/lib/libopsdk-apiserver.a: $(SERVER_OBJ)
$(B)/lib/libopsdk.a: PUBLIC := opsdk_* OPSDK_*
$(B)/lib/libopsdk-apiserver.a: PUBLIC := opsdk_apiserver_*
$(B)/lib/libopsdk.a $(B)/lib/libopsdk-apiserver.a:
	$(call say,AR,$@)
	@mkdir -p $(@D)
	$(Q)ld -r -o $(@:.a=.o) $^
	$(Q)objcopy --wildcard $(foreach name,$(PUBLIC),--keep-global-symbol='$(name)') $(@:.a=.o)
	$(Q)rm -f $@ && ar rcs $@ $(@:.a=.o)

TEMPLATES := $(sort $(wildcard cmd/opsdk/templates/*.tmpl))
$(B)/gen/templates.c: cmd/opsdk/templates/embed $(TEMPLATES)
	@mkdir -p $(@D)
	$(Q)cmd/opsdk/templates/embed $(TEMPLATES) >$@
$(B)/obj/cmd/opsdk/templates.o: $(B)/gen/templates.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(OPSDK_CPPFLAGS) $(OPSDK_CFLAGS) -fPIC -c -o $@ $<

CMD_OBJ := $(call obj,$(CMD_SRC)) $(B)/obj/cmd/opsdk/templates.o
$(B)/bin/opsdk: $(CMD_OBJ) $(B)/lib/libopsdk.a $(B)/lib/libopsdk-apiserver.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -pie $(OPSDK_LDFLAGS) -o $@ $^ $(PKG_LIBS) -pthread

$(B)/bin/jmx-exporter-operator: $(call obj,$(JMX_SRC)) $(B)/lib/libopsdk.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -pie $(OPSDK_LDFLAGS) -o $@ $^ $(PKG_LIBS) -pthread

# Runs in other people's containers: static, so that it needs nothing there, whatever libc they have.
$(B)/bin/jmx-attach: $(call obj,$(ATTACH_SRC))
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(if $(SAN),,-static) $(OPSDK_LDFLAGS) -o $@ $^

.PHONY: install
install: lib $(B)/bin/opsdk ## headers, both libraries, opsdk.pc and the command; PREFIX= DESTDIR=
	install -d $(DESTDIR)$(PREFIX)/include/opsdk $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(PREFIX)/bin
	install -m 644 libopsdk/include/opsdk.h $(DESTDIR)$(PREFIX)/include/
	install -m 644 libopsdk/include/opsdk/*.h $(DESTDIR)$(PREFIX)/include/opsdk/
	install -m 644 $(B)/lib/libopsdk.a $(B)/lib/libopsdk-apiserver.a $(DESTDIR)$(LIBDIR)/
	install -m 755 $(SO) $(SERVER_SO) $(DESTDIR)$(LIBDIR)/
	for name in libopsdk libopsdk-apiserver; do \
		ln -sf $$name.so.$(VERSION) $(DESTDIR)$(LIBDIR)/$$name.so.$(SOVERSION) && \
		ln -sf $$name.so.$(SOVERSION) $(DESTDIR)$(LIBDIR)/$$name.so || exit; \
	done
	for name in opsdk opsdk-apiserver; do \
		sed 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@VERSION@|$(VERSION)|' pkgconfig/$$name.pc.in \
			>$(DESTDIR)$(LIBDIR)/pkgconfig/$$name.pc || exit; \
	done
	install -m 755 $(B)/bin/opsdk $(DESTDIR)$(PREFIX)/bin/

clean: ## removes what was built
	rm -rf build build-*

help: ## this list
	@sed -n 's/^\([a-z][a-z0-9-]*\):.*## \(.*\)/\1|\2/p' Makefile operators/*/*.mk tests/*.mk | sort -u | awk -F'|' '{printf "  %-12s %s\n", $$1, $$2}'

include $(wildcard tests/*.mk operators/*/*.mk)
-include $(shell find $(B) -name '*.d' 2>/dev/null)
