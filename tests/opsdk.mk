# The command against the real thing: a registry; and the walk from new to deployed in a real cluster.

.PHONY: opsdk-e2e opsdk-e2e-run
opsdk-e2e: ## opsdk build --push against a real registry
	@tests/deps opsdk-e2e
	@$(MAKE) --no-print-directory opsdk-e2e-run
opsdk-e2e-run: $(B)/bin/opsdk
	@B=$(B) tests/opsdk/push.sh
