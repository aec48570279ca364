//===- Emit.cpp - tilec FILE ----------------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "Compile.h"
#include "Header.h"
#include "OutputFile.h"
#include "Program.h"
#include "Progress.h"
#include "SharedObject.h"
#include "tilec/Dialect/Tile/TileSignature.h"
#include "tilec/Driver/Driver.h"
#include "tilec/ExecutionEngine/AheadOfTime.h"
#include "tilec/Frontend/ModuleLoader.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Path.h"
#include <fmt/format.h>

using namespace tilec;

namespace {
class Emitter {
public:
  Emitter(const DriverOptions &options, DriverDiagnostics &diagnostics)
      : options(options), diagnostics(diagnostics), out(text) {}

  int run();

private:
  int emitAST();
  int emitIR();
  int emitTile(mlir::ModuleOp module);
  int emitCompiled(mlir::ModuleOp module);
  int emitMLIR(mlir::ModuleOp module, const CPUTarget &target,
               const CompileOptions &compileOptions);
  int emitHeader(mlir::ModuleOp module, const CPUTarget &target,
                 const CompileOptions &compileOptions);
  int emitFromLLVM(mlir::ModuleOp module, llvm::ArrayRef<CPUTarget> levels,
                   const CompileOptions &compileOptions);
  /// The name of the file to write, or that it would have if the output were
  /// not to go to standard output; "-" for text to look at.
  std::string getOutputPath() const;
  int reject(llvm::Error error) {
    diagnostics.report(std::move(error));
    return ExitRejected;
  }
  int write();

  const DriverOptions &options;
  DriverDiagnostics &diagnostics;
  llvm::SmallString<0> text;
  llvm::raw_svector_ostream out;
};
} // namespace

int Emitter::emitAST() {
  if (isIRFile(options.input)) {
    diagnostics.report("`" + options.input +
                       "` holds IR, which has no syntax "
                       "tree");
    return ExitRejected;
  }
  Diagnostics &frontend = diagnostics.getFrontend();
  ModuleLoader loader(frontend, options.importDirs);
  Module *main = loader.load(options.input);
  frontend.flush();
  if (!main || frontend.hasErrors())
    return ExitRejected;
  printAST(*main, out);
  return ExitDone;
}

int Emitter::emitTile(mlir::ModuleOp module) {
  mlir::OpPrintingFlags flags;
  if (options.debugInfo)
    flags.enableDebugInfo();
  module.print(out, flags);
  return ExitDone;
}

int Emitter::emitMLIR(mlir::ModuleOp module, const CPUTarget &target,
                      const CompileOptions &compileOptions) {
  if (llvm::Error error = lowerModule(module, target, compileOptions))
    return reportFailedCompilation(std::move(error), diagnostics);
  return emitTile(module);
}

int Emitter::emitHeader(mlir::ModuleOp module, const CPUTarget &target,
                        const CompileOptions &compileOptions) {
  llvm::Expected<ModuleInfo> info =
      lowerEntries(module, target, compileOptions);
  if (!info)
    return reportFailedCompilation(info.takeError(), diagnostics);
  printHeader(llvm::sys::path::stem(getOutputPath()), info->entries, out);
  return ExitDone;
}

static llvm::Error checkNames(mlir::ModuleOp module, const CPUTarget &target) {
  std::vector<Signature> entries;
  for (auto func : module.getOps<mlir::func::FuncOp>()) {
    if (!func->hasAttr("tile.entry"))
      continue;
    llvm::Expected<Signature> signature = tile::getSignature(func);
    if (!signature)
      return signature.takeError();
    entries.push_back(std::move(*signature));
  }
  return checkExportedNames(entries, target);
}

/// What is exported from a shared object.
static std::vector<std::string> getExports(const ModuleInfo &info) {
  std::vector<std::string> names;
  for (const EntryInfo &entry : info.entries) {
    names.push_back(entry.signature.name);
    names.push_back(getInfoName(entry.signature.name));
  }
  return names;
}

/// What starts with LLVM IR: the IR itself, assembly, objects.
int Emitter::emitFromLLVM(mlir::ModuleOp module,
                          llvm::ArrayRef<CPUTarget> levels,
                          const CompileOptions &compileOptions) {
  auto compiled = compileAheadOfTime(module, levels, compileOptions);
  if (!compiled)
    return reportFailedCompilation(compiled.takeError(), diagnostics);
  if (options.emit == EmitKind::LLVM) {
    compiled->code->print(out, nullptr);
    return ExitDone;
  }
  OutputKind kind = options.emit == EmitKind::Assembly ? OutputKind::Assembly
                                                       : OutputKind::Object;
  if (llvm::Error error = emitMachineCode(*compiled->code, levels.back(),
                                          compileOptions, kind, out))
    return reportFailedCompilation(std::move(error), diagnostics);
  if (options.emit != EmitKind::Shared)
    return ExitDone;
  std::string path = getOutputPath();
  SharedObject shared{text, getExports(compiled->info), levels.back().triple(),
                      options.runtimeLibrary,
                      llvm::sys::path::filename(path).str()};
  auto linked = linkSharedObject(shared);
  if (!linked)
    return reject(linked.takeError());
  text = std::move(*linked);
  return ExitDone;
}

int Emitter::emitCompiled(mlir::ModuleOp module) {
  auto levels =
      CPUTarget::getLevels(options.triple, options.cpu, options.features);
  if (!levels)
    return reject(levels.takeError());
  llvm::Expected<CompileOptions> compileOptions = makeCompileOptions(options);
  if (!compileOptions)
    return reject(compileOptions.takeError());
  Progress progress("compiling");
  if (options.emit == EmitKind::MLIR && levels->size() > 1) {
    diagnostics.report(fmt::format(
        "`--emit=mlir` shows the code of one processor, not of `{}`",
        options.cpu));
    return ExitRejected;
  }
  if (options.emit == EmitKind::MLIR)
    return emitMLIR(module, levels->front(), *compileOptions);
  if (llvm::Error error = checkNames(module, levels->front()))
    return reject(std::move(error));
  if (options.emit == EmitKind::Header)
    return emitHeader(module, levels->front(), *compileOptions);
  return emitFromLLVM(module, *levels, *compileOptions);
}

/// What a kind of output that is a file of its own is called, and how the name
/// of the file ends; none for text to look at.
static std::optional<std::pair<llvm::StringRef, llvm::StringRef>>
getFileKind(EmitKind kind) {
  switch (kind) {
  case EmitKind::Object:
    return {{"an object", ".o"}};
  case EmitKind::Shared:
    return {{"a shared object", ".so"}};
  case EmitKind::Header:
    return {{"a header", ".h"}};
  default:
    return std::nullopt;
  }
}

int Emitter::emitIR() {
  Program program(options, diagnostics);
  if (int status = program.load())
    return status;
  if (options.emit == EmitKind::Tile)
    return emitTile(program.getModule());
  auto kind = getFileKind(options.emit);
  if (kind && program.getEntries().empty()) {
    diagnostics.report(fmt::format("`{}` has no entry, so there is nothing to "
                                   "put into {}: mark a function `@jit`",
                                   options.input, kind->first.str()));
    return ExitRejected;
  }
  return emitCompiled(program.getModule());
}

std::string Emitter::getOutputPath() const {
  auto kind = getFileKind(options.emit);
  bool isNamed = options.output && *options.output != "-";
  if (!kind || isNamed)
    return options.output.value_or("-");
  llvm::StringRef stem = options.input == "-"
                             ? llvm::StringRef("stdin")
                             : llvm::sys::path::stem(options.input);
  return (stem + kind->second).str();
}

int Emitter::write() {
  std::string path = options.output == "-" ? "-" : getOutputPath();
  if (llvm::Error error = writeOutput(path, text))
    return reject(std::move(error));
  return ExitDone;
}

int Emitter::run() {
  if (!options.runtimeLibrary.empty() && options.emit != EmitKind::Shared) {
    diagnostics.report("`--runtime-lib` is for `--emit=shared`: nothing else "
                       "links");
    return ExitRejected;
  }
  int status = options.emit == EmitKind::AST ? emitAST() : emitIR();
  return status == ExitDone ? write() : status;
}

int tilec::emitProgram(const DriverOptions &options,
                       DriverDiagnostics &diagnostics) {
  return Emitter(options, diagnostics).run();
}
