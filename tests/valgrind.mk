.PHONY: valgrind valgrind-run
valgrind: ## unit tests under valgrind
	@tests/deps valgrind
	@$(MAKE) --no-print-directory valgrind-run

valgrind-run: all test-build
	@B=$(B) T='$(T)' CK_FORK=no CK_DEFAULT_TIMEOUT=600 WRAP='valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite --track-fds=no' tests/run $(TESTS)

.PHONY: helgrind helgrind-run
helgrind: ## the queue under load from many threads under helgrind
	@tests/deps valgrind
	@$(MAKE) --no-print-directory helgrind-run

HELGRIND := $(addprefix $(B)/tests/runtime/,test_queue_load test_queue_own)
helgrind-run: $(HELGRIND)
	@B=$(B) T= CK_FORK=no CK_DEFAULT_TIMEOUT=600 WRAP='valgrind -q --tool=helgrind --suppressions=tests/helgrind.supp --error-exitcode=99' tests/run $(HELGRIND)
