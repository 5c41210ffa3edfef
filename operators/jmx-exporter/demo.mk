# The main job for somebody to watch, and what the operator finds in its image, for when it runs without one.

JMX_TOOLS := $(B)/jmx-exporter/jmx-attach $(B)/jmx-exporter/agent.jar
$(B)/jmx-exporter/jmx-attach: $(B)/bin/jmx-attach
$(B)/jmx-exporter/agent.jar: $(AGENT_JAR)
$(JMX_TOOLS):
	@mkdir -p $(@D)
	@cp $< $@

.PHONY: demo demo-run
demo: ## the main job, step by step, without a cluster or root; CLUSTER=1: in a real Kubernetes
	@tests/deps $(if $(CLUSTER),demo-cluster,demo)
	@$(MAKE) --no-print-directory $(if $(CLUSTER),demo-cluster-run,demo-run)

# "opsdk deploy" leaves the example of a folder out, and here it is all that is wanted.
DEMO_EXAMPLE := $(B)/demo/deploy/example.yaml
$(DEMO_EXAMPLE): deploy/cr.yaml
	@mkdir -p $(@D)
	@cp $< $@

# Through make again, as in tests/unit.mk.
demo-run: $(BINARIES) $(JMX_TOOLS) $(FIXTURE_STAMP) $(DEMO_EXAMPLE)
	@B=$(B) tests/demo/embedded

test-build: $(if $(shell command -v javac),$(JMX_TOOLS))
