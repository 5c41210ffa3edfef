# The command against the real thing: a registry; and the guide's walk, from new to deployed, in a real cluster.

.PHONY: opsdk-e2e opsdk-e2e-run guide
opsdk-e2e: ## opsdk against a real registry and a real cluster, as docs/guide.md tells it; needs root
	@tests/deps opsdk-e2e
	@$(MAKE) --no-print-directory opsdk-e2e-run
opsdk-e2e-run: lib $(B)/bin/opsdk
	@B=$(B) tests/opsdk/run
guide: lib $(B)/bin/opsdk ## writes the output of its commands into docs/guide.md; needs root
	@B=$(B) tests/opsdk/walk.sh --write
