.PHONY: valgrind
valgrind: all test-build ## unit tests under valgrind
	@tests/deps valgrind
	@B=$(B) T='$(T)' CK_FORK=no CK_DEFAULT_TIMEOUT=600 WRAP='valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite --track-fds=no' tests/run $(TESTS)
