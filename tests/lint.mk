.PHONY: lint format docs
lint: ## layers, banned functions, sizes, headers alone in C99 and C++, documents, format
	@CC='$(CC)' CXX='$(CXX)' tests/lint/lint

format: ## writes every source as .clang-format says
	git ls-files '*.c' '*.h' | xargs clang-format -i

docs: ## makes docs/api from the public headers
	docs/generate
