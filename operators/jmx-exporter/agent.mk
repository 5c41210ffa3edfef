# The agent jar that the operator copies into containers, and the version of the helper that loads it.

AGENT := io.prometheus.jmx:jmx_prometheus_javaagent:1.0.1
AGENT_SHA256 := 7d61f737fd661610ccc14aea79764faa1ea94a340cbc8f0029b3d2edea3d80c1
AGENT_FILE := build/agent/jmx_prometheus_javaagent-1.0.1.jar
AGENT_JAR := build/agent/agent.jar

.PHONY: agent
agent: $(AGENT_JAR) ## fetches the JMX exporter's agent (build/agent/agent.jar) with mvn, once for all builds

# "get" brings the file into Maven's own store, wherever that is and whatever mirror it uses; "copy" takes it from there.
$(AGENT_FILE):
	$(call say,FETCH,$@)
	@mkdir -p $(@D)
	@command -v mvn >/dev/null || { echo "agent: mvn is needed to fetch $(AGENT); or put the jar at $@" >&2; exit 1; }
	$(Q)said=$$({ mvn -q -B dependency:get -Dartifact=$(AGENT) -Dtransitive=false && \
		mvn -q -B dependency:copy -Dartifact=$(AGENT) -DoutputDirectory=$(abspath $(@D)) -Dmdep.overWriteReleases=true; } 2>&1) || \
		{ echo "$$said" >&2; exit 1; } # it resets a terminal's colours even when it is told to be quiet
	@touch $@

$(AGENT_JAR): $(AGENT_FILE)
	@echo "$(AGENT_SHA256)  $<" | sha256sum --check --status || { rm -f $<; \
		echo "agent: $< is not the file that was expected (SHA-256 $(AGENT_SHA256)): fetch it again" >&2; exit 1; }
	@cp $< $@.new && mv $@.new $@

# A changed helper has another version: the operator then copies it anew.
ATTACH_ALL := $(sort $(ATTACH_SRC) $(wildcard operators/jmx-exporter/attach/*.h))
ATTACH_VERSION_H := $(B)/gen/attach_version.h
$(ATTACH_VERSION_H): $(ATTACH_ALL) libopsdk/include/opsdk/version.h
	@mkdir -p $(@D)
	@printf '#define ATTACH_VERSION "%s-%s"\n' $(VERSION) $$(cat $(ATTACH_ALL) | sha256sum | cut -c1-12) >$@

$(call obj,$(JMX_SRC) $(ATTACH_SRC)): OPSDK_CPPFLAGS += -I$(B)/gen
$(call obj,$(JMX_SRC) $(ATTACH_SRC)): | $(ATTACH_VERSION_H)

# The Java application that the tests attach to. Bytecode of Java 8 runs everywhere.
FIXTURE_JAVA := $(wildcard tests/fixtures/java/*.java)
FIXTURE_STAMP := build/fixture/done
$(FIXTURE_STAMP): $(FIXTURE_JAVA) $(wildcard tests/fixtures/java/modular/*.java)
	$(call say,JAVAC,$(@D))
	@rm -rf $(@D) && mkdir -p $(@D)/classes $(@D)/modular
	$(Q)javac --release 8 -Xlint:-options -d $(@D)/classes $(FIXTURE_JAVA)
	$(Q)javac --release 9 -d $(@D)/modular tests/fixtures/java/modular/module-info.java $(FIXTURE_JAVA)
	@touch $@

test-build: $(if $(shell command -v javac),$(FIXTURE_STAMP) $(AGENT_JAR))

# The helper's own fuzzers need its sources besides the library's.
FUZZ_ATTACH := $(patsubst tests/fuzz/%.c,build-fuzz/%,$(wildcard tests/fuzz/attach_*_fuzzer.c))
$(FUZZ_ATTACH): build-fuzz/libattach.a
build-fuzz/libattach.a: $(patsubst %.c,build-fuzz/obj/%.o,$(filter-out %/main.c,$(ATTACH_SRC)))
	$(Q)rm -f $@ && ar rcs $@ $^
