.PHONY: tsan tsan-run
tsan: ## the tests with threads under ThreadSanitizer
	@tests/deps test
	@$(MAKE) --no-print-directory SAN=thread tsan-run

tsan-run: all test-build
	@B=$(B) SAN=$(SAN) tests/run $(filter $(B)/tests/apiserver/% $(B)/tests/runtime/%,$(TESTS))
