# Unmodified clients against the embedded API server; make e2e runs them too.

.PHONY: clients clients-run
clients: ## kubectl and Go programs against the embedded API server; builds Kubernetes once
	@tests/deps conformance
	@$(MAKE) --no-print-directory clients-run
clients-run: all
	@B=$(B) tests/clients/kubectl/kubectl check
	@B=$(B) tests/clients/go/run
