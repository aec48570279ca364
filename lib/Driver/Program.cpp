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

static std::vector<std::string>
getNames(llvm::ArrayRef<mlir::func::FuncOp> entries) {
  std::vector<std::string> names;
  for (mlir::func::FuncOp entry : entries)
    names.push_back(mlir::func::FuncOp(entry).getName().str());
  return names;
}

mlir::func::FuncOp Program::getEntryToCall() {
  std::vector<mlir::func::FuncOp> entries = getEntries();
  if (entries.size() == 1)
    return entries.front();
  std::vector<std::string> names = getNames(entries);
  diagnostics.report(
      entries.empty()
          ? fmt::format("`{}` has no entry: no function is marked `@jit`",
                        options.input)
          : fmt::format("`{}` has several entries: say which with --entry{}",
                        options.input, suggestName("", names)));
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Machine code
//===----------------------------------------------------------------------===//

std::unique_ptr<CompiledModule> Program::compile(bool instrument, int &status) {
  llvm::Expected<CompileOptions> compileOptions = makeCompileOptions(options);
  if (!compileOptions) {
    diagnostics.report(compileOptions.takeError());
    status = ExitRejected;
    return nullptr;
  }
  compileOptions->pipeline.instrument = instrument;
  llvm::Expected<CompiledObject> object =
      source.compile(*compileOptions, /*cache=*/nullptr);
  if (!object) {
    status = report(object.takeError());
    return nullptr;
  }
  auto compiled = CompiledModule::load(std::move(*object), options.debugInfo);
  if (compiled)
    return std::move(*compiled);
  status = reportInternalError(llvm::toString(compiled.takeError()));
  return nullptr;
}
