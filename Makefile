# Needs Python 3.11 or newer, git and make. Everything goes through bootstrap.py, which also serves Windows.
#   make study                      the whole study: cohort, analyses, notebooks, reports/study
#   make study REPORT=ro SEED=7     one language, another seed
#   make study COHORT=folder OUT=folder    your own data; an existing OUT is not replaced unless FORCE=1
#   make test ARGS="-k scoring"     the tests, or some of them
PYTHON ?= python3
RUN = $(PYTHON) bootstrap.py
# reports/study is generated and made anew each time; a folder you name yourself is not
STUDY = $(if $(COHORT),--cohort "$(COHORT)") $(if $(RECIPE),--recipe $(RECIPE)) $(if $(SEED),--seed $(SEED)) \
        $(if $(REPORT),--report $(REPORT)) $(if $(OUT),--out "$(OUT)" $(if $(FORCE),--force),--force) $(ARGS)

.PHONY: study test proofs lint types layers check lab install format bench environment lock catalogues clean
.DEFAULT_GOAL := study

study:
	@$(RUN) study $(STUDY)

test proofs lint types layers check bench lab install:
	@$(RUN) $@ $(ARGS)

# for those who change the package: lay the code out, write generated files anew, start over (reports stay)
VENV = .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
format: install
	$(VENV)/python -m ruff check --fix-only
	$(VENV)/python -m ruff format

environment: install
	$(VENV)/python tools/environment.py

lock: install
	$(VENV)/python -m uv pip compile pyproject.toml --universal --python-version 3.11 --all-extras \
	    --no-header --no-annotate --quiet -o requirements.lock $(ARGS)

catalogues: install
	$(VENV)/python tools/catalogues.py

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist
