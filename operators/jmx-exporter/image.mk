# The operator's image, built without a daemon.  Its name stands in one place, the Deployment.

IMAGE := $(shell sed -n 's/^ *image: //p' deploy/operator.yaml)
IMAGE_TAR := $(B)/jmx-exporter-operator.tar
IMAGE_ROOT := $(B)/image/root

.PHONY: image
image: $(IMAGE_TAR) ## build/jmx-exporter-operator.tar, which docker load and ctr images import take

$(IMAGE_TAR): $(B)/bin/jmx-exporter-operator $(B)/bin/jmx-attach $(AGENT_JAR) deploy/operator.yaml deploy/pack-image \
		deploy/copy-libraries operators/jmx-exporter/image.mk
	$(call say,IMAGE,$@)
	$(Q)rm -rf $(IMAGE_ROOT)
	$(Q)install -d -m 755 $(IMAGE_ROOT) $(IMAGE_ROOT)/etc
	$(Q)install -d -m 1777 $(IMAGE_ROOT)/tmp
	$(Q)install -D -s -m 755 $(B)/bin/jmx-exporter-operator $(IMAGE_ROOT)/usr/local/bin/jmx-exporter-operator
	$(Q)install -D -s -m 755 $(B)/bin/jmx-attach $(IMAGE_ROOT)/opt/jmx-exporter/jmx-attach
	$(Q)install -m 644 $(AGENT_JAR) $(IMAGE_ROOT)/opt/jmx-exporter/agent.jar
	$(Q)deploy/copy-libraries $(IMAGE_ROOT) $(B)/bin/jmx-exporter-operator
	$(Q)echo 'nonroot:x:65532:65532::/:/sbin/nologin' >$(IMAGE_ROOT)/etc/passwd
	$(Q)echo 'nonroot:x:65532:' >$(IMAGE_ROOT)/etc/group
	$(Q)chmod -R u=rwX,go=rX $(IMAGE_ROOT)/etc $(IMAGE_ROOT)/usr $(IMAGE_ROOT)/opt $(wildcard $(IMAGE_ROOT)/lib*)
	$(Q)deploy/pack-image $(IMAGE_ROOT) $(IMAGE) $@ -u 65532:65532 /usr/local/bin/jmx-exporter-operator
	@printf 'image %s: %s, %s KiB\n' $(IMAGE) $@ $$(du -k $@ | cut -f1)
