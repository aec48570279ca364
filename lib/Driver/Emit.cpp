//===- Emit.cpp - tilec FILE ----------------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "Compile.h"
#include "OutputFile.h"
#include "Program.h"
#include "Progress.h"
#include "tilec/Driver/Driver.h"
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
  int emitFromLLVM(mlir::ModuleOp module, const CPUTarget &target,
                   const CompileOptions &compileOptions);
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

/// What starts with LLVM IR: the IR itself, assembly, an object.
int Emitter::emitFromLLVM(mlir::ModuleOp module, const CPUTarget &target,
                          const CompileOptions &compileOptions) {
  if (llvm::Error error = lowerModule(module, target, compileOptions))
    return reportFailedCompilation(std::move(error), diagnostics);
  llvm::LLVMContext context;
  auto translated = translateModule(module, context, target, compileOptions);
  if (!translated)
    return reportFailedCompilation(translated.takeError(), diagnostics);
  if (options.emit == EmitKind::LLVM) {
    (*translated)->print(out, nullptr);
    return ExitDone;
  }
  OutputKind kind = options.emit == EmitKind::Object ? OutputKind::Object
                                                     : OutputKind::Assembly;
  if (llvm::Error error =
          emitMachineCode(**translated, target, compileOptions, kind, out))
    return reportFailedCompilation(std::move(error), diagnostics);
  return ExitDone;
}

int Emitter::emitCompiled(mlir::ModuleOp module) {
  auto target = CPUTarget::get(options.triple, options.cpu, options.features);
  if (!target)
    return reject(target.takeError());
  llvm::Expected<CompileOptions> compileOptions = makeCompileOptions(options);
  if (!compileOptions)
    return reject(compileOptions.takeError());
  Progress progress("compiling");
  return options.emit == EmitKind::MLIR
             ? emitMLIR(module, *target, *compileOptions)
             : emitFromLLVM(module, *target, *compileOptions);
}

int Emitter::emitIR() {
  Program program(options, diagnostics);
  if (int status = program.load())
    return status;
  if (options.emit == EmitKind::Tile)
    return emitTile(program.getModule());
  if (options.emit == EmitKind::Object && program.getEntries().empty()) {
    diagnostics.report(fmt::format("`{}` has no entry, so there is nothing to "
                                   "put into an object: mark a function `@jit`",
                                   options.input));
    return ExitRejected;
  }
  return emitCompiled(program.getModule());
}

int Emitter::write() {
  std::string path = options.output.value_or("-");
  if (!options.output && options.emit == EmitKind::Object)
    path = options.input == "-"
               ? "stdin.o"
               : (llvm::sys::path::stem(options.input) + ".o").str();
  if (llvm::Error error = writeOutput(path, text))
    return reject(std::move(error));
  return ExitDone;
}

int Emitter::run() {
  int status = options.emit == EmitKind::AST ? emitAST() : emitIR();
  return status == ExitDone ? write() : status;
}

int tilec::emitProgram(const DriverOptions &options,
                       DriverDiagnostics &diagnostics) {
  return Emitter(options, diagnostics).run();
}
