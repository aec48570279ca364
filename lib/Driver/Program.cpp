//===- Program.cpp - The program that a command works on ------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Program.h"
#include "InternalError.h"
#include "Names.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "tilec/Driver/Driver.h"
#include "tilec/Frontend/Frontend.h"
#include "tilec/Pipelines/Pipelines.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <fmt/format.h>

using namespace tilec;
using llvm::StringRef;

bool tilec::isIRFile(StringRef path) {
  return llvm::sys::path::extension(path) == ".mlir";
}

static mlir::DialectRegistry makeRegistry() {
  mlir::DialectRegistry registry;
  registerPipelineDialects(registry);
  return registry;
}

Program::Program(const DriverOptions &options, DriverDiagnostics &diagnostics)
    : options(options), diagnostics(diagnostics), context(makeRegistry()),
      handler(&context, [&diagnostics](mlir::Diagnostic &diagnostic) {
        diagnostics.report(diagnostic);
      }) {
  // Diagnostics are about the source, which they show.
  context.printOpOnDiagnostic(false);
  // IR printed between passes that run side by side would mix.
  if (options.printAfterAll || !options.printAfter.empty())
    context.disableMultithreading();
}

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

int Program::loadSource() {
  FrontendOptions frontendOptions;
  for (const auto &[name, value] : options.defines)
    frontendOptions.defines.push_back({name, value});
  frontendOptions.importDirs = options.importDirs;
  Diagnostics &frontend = diagnostics.getFrontend();
  FrontendResult result =
      compileToTileIR(context, options.input, frontendOptions, frontend);
  frontend.flush();
  module = std::move(result.module);
  if (result.internalError || (!module && !frontend.hasErrors()))
    return reportInternalError("the front end failed");
  return module ? ExitDone : ExitRejected;
}

/// Whether brackets nest so deep that the IR parser, which recurses, would run
/// out of stack.
static bool nestsTooDeep(StringRef text) {
  constexpr int maxNesting = 1000;
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      // A backslash keeps a quotation mark from ending the string.
      for (++i; i < text.size() && text[i] != '"' && text[i] != '\n'; ++i)
        i += text[i] == '\\';
    } else if (text.substr(i, 2) == "//") {
      i = std::min(text.find('\n', i), text.size());
    } else if (text.substr(i, 2) == "->" || text.substr(i + 1, 1) == "=") {
      ++i; // an arrow or a comparison, no bracket
    } else if (StringRef("([{<").contains(text[i])) {
      if (++depth > maxNesting)
        return true;
    } else if (depth > 0 && StringRef(")]}>").contains(text[i])) {
      --depth;
    }
  }
  return false;
}

int Program::loadIR() {
  if (!options.defines.empty() || !options.importDirs.empty()) {
    diagnostics.report("`-D` and `-I` are for sources; `" + options.input +
                       "` holds IR, whose constants are settled");
    return ExitRejected;
  }
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(options.input);
  if (!buffer) {
    diagnostics.report(fmt::format("cannot read `{}`: {}", options.input,
                                   buffer.getError().message()));
    return ExitRejected;
  }
  if (nestsTooDeep((*buffer)->getBuffer())) {
    diagnostics.report("the IR in `" + options.input +
                       "` nests deeper than 1000 brackets");
    return ExitRejected;
  }
  auto sources = std::make_shared<llvm::SourceMgr>();
  sources->AddNewSourceBuffer(std::move(*buffer), llvm::SMLoc());
  module = mlir::parseSourceFile<mlir::ModuleOp>(sources, &context);
  return module ? ExitDone : ExitRejected;
}

/// The IR as a reproducer needs it: with the places in the source.
static std::string printWithLocations(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream out(text);
  module.print(out, mlir::OpPrintingFlags().enableDebugInfo());
  return text;
}

int Program::load() {
  int status = isIRFile(options.input) ? loadIR() : loadSource();
  if (status == ExitDone)
    status = selectEntry();
  if (status == ExitDone)
    setProgramIR(printWithLocations(*module));
  if (status == ExitDone && !isIRFile(options.input))
    status = checkSource();
  return status;
}

int Program::checkSource() {
  mlir::PassManager manager(&context);
  buildCheckPipeline(manager);
  if (mlir::succeeded(manager.run(*module)))
    return ExitDone;
  bool rejected =
      diagnostics.getProgramErrors() && !diagnostics.getCompilerErrors();
  return rejected ? int(ExitRejected)
                  : reportInternalError("the program could not be checked");
}

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

std::vector<mlir::func::FuncOp> Program::getEntries() {
  std::vector<mlir::func::FuncOp> entries;
  for (auto function : module->getOps<mlir::func::FuncOp>())
    if (function->hasAttr("tile.entry"))
      entries.push_back(function);
  return entries;
}

static std::vector<std::string>
getNames(llvm::ArrayRef<mlir::func::FuncOp> entries) {
  std::vector<std::string> names;
  for (mlir::func::FuncOp entry : entries)
    names.push_back(mlir::func::FuncOp(entry).getName().str());
  return names;
}

/// Leaves only the entry that was asked for.
int Program::selectEntry() {
  if (options.entry.empty())
    return ExitDone;
  std::vector<mlir::func::FuncOp> entries = getEntries();
  std::vector<std::string> names = getNames(entries);
  if (!llvm::is_contained(names, options.entry)) {
    std::string what = names.empty() ? "; the file has no entry"
                                     : suggestName(options.entry, names);
    diagnostics.report(fmt::format("`{}` has no entry `{}`{}", options.input,
                                   options.entry, what));
    return ExitRejected;
  }
  for (mlir::func::FuncOp entry : entries)
    if (entry.getName() != options.entry)
      entry.erase();
  return ExitDone;
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
