//===- Program.cpp - The program that a command works on ------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Program.h"
#include "Compile.h"
#include "InternalError.h"
#include "tilec/Driver/Driver.h"
#include "tilec/Support/Names.h"
#include <fmt/format.h>

using namespace tilec;

/// The IR as a reproducer needs it: with the places in the source.
static std::string printWithLocations(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream out(text);
  module.print(out, mlir::OpPrintingFlags().enableDebugInfo());
  return text;
}

static SourceOptions makeSourceOptions(const DriverOptions &options) {
  SourceOptions source;
  source.path = options.input;
  for (const auto &[name, value] : options.defines)
    source.frontend.defines.push_back({name, value});
  source.frontend.importDirs = options.importDirs;
  source.entry = options.entry;
  source.onModule = [](mlir::ModuleOp module) {
    setProgramIR(printWithLocations(module));
  };
  return source;
}

Program::Program(const DriverOptions &options, DriverDiagnostics &diagnostics)
    : options(options), diagnostics(diagnostics),
      source(makeSourceOptions(options), diagnostics) {}

int Program::report(llvm::Error error) {
  if (!error.isA<ProgramRejected>())
    return reportInternalError(llvm::toString(std::move(error)));
  llvm::consumeError(std::move(error));
  return ExitRejected;
}

int Program::load() {
  if (llvm::Error error = source.makeModule())
    return report(std::move(error));
  // IR printed between passes that run side by side would mix.
  if (options.printAfterAll || !options.printAfter.empty())
    getModule()->getContext()->disableMultithreading();
  return ExitDone;
}

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

/// The number of the only entry. None after a report.
std::optional<size_t> Program::chooseEntry(llvm::ArrayRef<std::string> names) {
  if (names.size() == 1)
    return 0;
  diagnostics.report(
      names.empty()
          ? fmt::format("`{}` has no entry: no function is marked `@jit`",
                        options.input)
          : fmt::format("`{}` has several entries: say which with --entry{}",
                        options.input, suggestName("", names)));
  return std::nullopt;
}

mlir::func::FuncOp Program::getEntryToCall() {
  std::vector<std::string> names;
  for (mlir::func::FuncOp entry : getEntries())
    names.push_back(entry.getName().str());
  std::optional<size_t> chosen = chooseEntry(names);
  return chosen ? getEntries()[*chosen] : nullptr;
}

const EntryInfo *Program::getEntryToCall(const CompiledObject &object) {
  std::vector<std::string> names;
  for (const EntryInfo &entry : object.entries)
    names.push_back(entry.signature.name);
  std::optional<size_t> chosen = chooseEntry(names);
  return chosen ? &object.entries[*chosen] : nullptr;
}

//===----------------------------------------------------------------------===//
// Machine code
//===----------------------------------------------------------------------===//

std::optional<CompileOptions> Program::makeOptions(bool instrument,
                                                   int &status) {
  llvm::Expected<CompileOptions> compileOptions = makeCompileOptions(options);
  if (compileOptions) {
    compileOptions->pipeline.instrument = instrument;
    return std::move(*compileOptions);
  }
  diagnostics.report(compileOptions.takeError());
  status = ExitRejected;
  return std::nullopt;
}

/// Opens the cache that the command line and the environment ask for, once.
bool Program::openCache(int &status) {
  if (cache || options.noCache)
    return true;
  llvm::Expected<CacheSettings> settings = CacheSettings::fromEnvironment();
  if (!settings) {
    diagnostics.report(settings.takeError());
    status = ExitRejected;
    return false;
  }
  if (!options.cacheDir.empty()) {
    settings->enabled = true;
    settings->folder = options.cacheDir;
  }
  if (options.cacheSize)
    settings->maxBytes = *options.cacheSize;
  cache = ObjectCache::open(*settings);
  return true;
}

std::optional<CompiledObject> Program::find(bool instrument, int &status) {
  auto compileOptions = makeOptions(instrument, status);
  if (!compileOptions || !openCache(status))
    return std::nullopt;
  auto object = source.find(*compileOptions, cache ? &*cache : nullptr);
  if (object)
    return std::move(*object);
  status = report(object.takeError());
  return std::nullopt;
}

std::optional<CompiledObject> Program::compile(bool instrument, int &status) {
  auto compileOptions = makeOptions(instrument, status);
  if (!compileOptions || !openCache(status))
    return std::nullopt;
  auto object = source.compile(*compileOptions, cache ? &*cache : nullptr);
  if (object)
    return std::move(*object);
  status = report(object.takeError());
  return std::nullopt;
}

std::unique_ptr<CompiledModule> Program::loadForCalls(CompiledObject object,
                                                      int &status) {
  auto compiled = CompiledModule::load(std::move(object), options.debugInfo);
  if (compiled)
    return std::move(*compiled);
  status = reportInternalError(llvm::toString(compiled.takeError()));
  return nullptr;
}

std::unique_ptr<CompiledModule> Program::compileForCalls(bool instrument,
                                                         int &status) {
  std::optional<CompiledObject> object = compile(instrument, status);
  return object ? loadForCalls(std::move(*object), status) : nullptr;
}
