# The real thing: a cluster, the operator's image, its manifests.

JVM_IMAGES := $(B)/e2e/jvm.tar

.PHONY: e2e e2e-run demo-cluster-run
e2e: ## scenarios on a real Kubernetes that is built once and started for them; needs root; some: make e2e E2E=kill
	@tests/deps e2e
	@$(MAKE) --no-print-directory e2e-run
# Through make again, as in unit.mk.
e2e-run: all image $(JVM_IMAGES) $(if $(E2E),,$(CONFORMANCE))
	@B=$(B) tests/e2e/run $(E2E)
	$(if $(E2E),,@B=$(B) tests/conformance/conformance)
demo-cluster-run: all image $(JVM_IMAGES)
	@B=$(B) tests/demo/cluster

$(JVM_IMAGES): tests/e2e/app/images tests/e2e/app/App.java $(B)/bin/opsdk
	$(call say,IMAGE,$@)
	$(Q)OPSDK=$(B)/bin/opsdk tests/e2e/app/images $(@D)
