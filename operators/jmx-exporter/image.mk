# The operator's image, built without a daemon.  Its name stands in one place, the Deployment.

IMAGE := $(shell sed -n 's/^ *image: //p' deploy/operator.yaml)
IMAGE_TAR := $(B)/jmx-exporter-operator.tar

.PHONY: image
image: $(IMAGE_TAR) ## build/jmx-exporter-operator.tar, which docker load and ctr images import take

$(IMAGE_TAR): $(B)/bin/jmx-exporter-operator $(B)/bin/jmx-attach $(B)/bin/opsdk $(AGENT_JAR) deploy/operator.yaml operators/jmx-exporter/image.mk
	$(call say,IMAGE,$@)
	$(Q)mkdir -p $(B)/image && strip -o $(B)/image/jmx-attach $(B)/bin/jmx-attach
	$(Q)$(B)/bin/opsdk build $(IMAGE) --no-make --program $(B)/bin/jmx-exporter-operator \
		--add $(B)/image/jmx-attach:/opt/jmx-exporter/jmx-attach --add $(AGENT_JAR):/opt/jmx-exporter/agent.jar -o $@
