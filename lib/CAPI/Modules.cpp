//===- Modules.cpp - Compiling, and what was compiled ---------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Objects.h"
#include "mlir/IR/MLIRContext.h"
#include "tilec/ExecutionEngine/ObjectCache.h"

using namespace tilec;
using namespace tilec::capi;

//===----------------------------------------------------------------------===//
// Compiling
//===----------------------------------------------------------------------===//

/// Code for another processor would end the host's process.
static bool checkHost(const CompileOptions &options, tilec_error **error) {
  auto target = CPUTarget::get(options.triple, options.cpu, options.features);
  if (!target) {
    reject(error, target.takeError());
    return false;
  }
  if (target->runsOnHost())
    return true;
  reject(error, fmt::format("this machine cannot run code for processor `{}`"
                            " with features `{}`",
                            options.cpu, options.features));
  return false;
}

/// What the compiler has said, and what became of it, as an error.
static tilec_status failToCompile(llvm::Error reason,
                                  const ProgramDiagnostics &diagnostics,
                                  tilec_error **error) {
  bool rejected = reason.isA<ProgramRejected>();
  std::string text = diagnostics.getRecord().str();
  DiagnosticList list = DiagnosticList::parse(text);
  std::string why = llvm::toString(std::move(reason));
  if (!rejected)
    text = "the compiler failed: " + why + (text.empty() ? "" : "\n") + text;
  return fail(error, rejected ? TILEC_PROGRAM_REJECTED : TILEC_INTERNAL_ERROR,
              llvm::StringRef(text).rtrim('\n').str(), std::move(list));
}

/// The cache that the options and the environment ask for; none may be asked
/// for.
static llvm::Expected<std::optional<ObjectCache>>
openCache(const tilec_options &options) {
  auto settings = CacheSettings::fromEnvironment();
  if (!settings)
    return settings.takeError();
  settings->enabled = options.cacheEnabled.value_or(settings->enabled);
  settings->folder = options.cacheFolder.value_or(settings->folder);
  settings->maxBytes = options.cacheBytes.value_or(settings->maxBytes);
  return ObjectCache::open(*settings);
}

static tilec_status compile(SourceOptions source, const tilec_options &options,
                            tilec_module **module, tilec_error **error) {
  if (!checkHost(options.compile, error))
    return TILEC_INVALID_ARGUMENT;
  auto cache = openCache(options);
  if (!cache)
    return reject(error, cache.takeError());
  source.frontend = options.frontend;
  source.entry = options.entry;
  // A host decides on its threads; and what unwinds must meet guard().
  source.onModule = [](mlir::ModuleOp module) {
    module.getContext()->disableMultithreading();
  };
  // Of this compilation alone: a stream has a buffer.
  llvm::raw_null_ostream nowhere;
  ProgramDiagnostics diagnostics(nowhere, /*showRemarks=*/false);
  auto object = compileSource(std::move(source), options.compile,
                              *cache ? &**cache : nullptr, diagnostics);
  if (!object)
    return failToCompile(object.takeError(), diagnostics, error);
  auto code = CompiledModule::load(std::move(*object),
                                   options.compile.pipeline.debugInfo);
  if (!code)
    return failToCompile(code.takeError(), diagnostics, error);
  auto result = std::make_unique<tilec_module>();
  result->code = std::move(*code);
  result->warnings = DiagnosticList::parse(diagnostics.getRecord());
  for (const CompiledEntry &entry : result->code->getEntries())
    result->entries.push_back(std::make_unique<tilec_entry>(entry));
  *module = result.release();
  return TILEC_OK;
}

tilec_status capi::tilec_compile_file(const char *path,
                                      const tilec_options *options,
                                      tilec_module **module,
                                      tilec_error **error) {
  return guard(error, [&] {
    if (!path || !module)
      return rejectNull(error, !path ? "path" : "module");
    SourceOptions source;
    // Standard input is the host's.
    source.path = llvm::StringRef(path) == "-" ? "./-" : path;
    return compile(std::move(source), options ? *options : tilec_options(),
                   module, error);
  });
}

tilec_status capi::tilec_compile_text(const char *text, size_t length,
                                      const char *name,
                                      const tilec_options *options,
                                      tilec_module **module,
                                      tilec_error **error) {
  return guard(error, [&] {
    if ((!text && length != 0) || !name || !module)
      return rejectNull(error, !name ? "name" : !module ? "module" : "text");
    SourceOptions source;
    source.path = name;
    source.text.emplace(text ? text : "", length);
    return compile(std::move(source), options ? *options : tilec_options(),
                   module, error);
  });
}

//===----------------------------------------------------------------------===//
// Modules
//===----------------------------------------------------------------------===//

void capi::tilec_module_destroy(tilec_module *module) { delete module; }

size_t capi::tilec_module_diagnostic_count(const tilec_module *module) {
  return module ? module->warnings.get().size() : 0;
}

const tilec_diagnostic *
capi::tilec_module_diagnostic(const tilec_module *module, size_t index) {
  return index < capi::tilec_module_diagnostic_count(module)
             ? &module->warnings.get()[index]
             : nullptr;
}

size_t capi::tilec_module_entry_count(const tilec_module *module) {
  return module ? module->entries.size() : 0;
}

const tilec_entry *capi::tilec_module_entry(const tilec_module *module,
                                            size_t index) {
  return index < capi::tilec_module_entry_count(module)
             ? module->entries[index].get()
             : nullptr;
}

const tilec_entry *capi::tilec_module_find(const tilec_module *module,
                                           const char *name) {
  if (!module || !name)
    return nullptr;
  for (const auto &entry : module->entries)
    if (entry->getSignature().name == name)
      return entry.get();
  return nullptr;
}
