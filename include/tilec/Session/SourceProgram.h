//===- SourceProgram.h - From a source to an object -------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// All that lies between a source, or tile IR, and machine code, for whoever
// calls the compiler: the commands and embedding programs. MLIR is not touched
// as long as nothing has to be compiled.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_SESSION_SOURCEPROGRAM_H
#define TILEC_SESSION_SOURCEPROGRAM_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "tilec/ExecutionEngine/Compiler.h"
#include "tilec/ExecutionEngine/ObjectCache.h"
#include "tilec/Frontend/Frontend.h"
#include "tilec/Session/ProgramDiagnostics.h"
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tilec {

class ModuleLoader;

/// Where a program comes from, and what of it is wanted.
struct SourceOptions {
  /// The file, "-" being standard input. A name that ends in `.mlir` stands for
  /// tile IR, which takes no definitions and no import folders.
  std::string path;
  /// The contents, if they are at hand. Messages call them `path`, and imports
  /// are looked for beside it.
  std::optional<std::string> text;
  FrontendOptions frontend;
  /// Leaves only this entry. Empty: all.
  std::string entry;
  /// Called with the program's tile IR before any pass sees it.
  std::function<void(mlir::ModuleOp)> onModule;
};

/// The program or an option was at fault, and the diagnostics have said why.
/// Any other error of what is below is a defect of the compiler.
class ProgramRejected : public llvm::ErrorInfo<ProgramRejected> {
public:
  static char ID;
  void log(llvm::raw_ostream &os) const override;
  std::error_code convertToErrorCode() const override;
};

/// Whether the name stands for tile IR, and not for a source.
bool isIRFile(llvm::StringRef path);

/// A program that is read, made into tile IR and compiled, each only when it is
/// asked for.
class SourceProgram {
public:
  /// `diagnostics` outlives the program and serves no other one.
  SourceProgram(SourceOptions options, ProgramDiagnostics &diagnostics);
  ~SourceProgram();

  /// Makes tile IR, and tells the author of a source what analyses find to be
  /// wrong with it. Does nothing the second time.
  llvm::Error makeModule();
  /// The tile IR that makeModule made. The program owns it. Whoever changes it
  /// must not compile the program afterwards.
  mlir::ModuleOp getModule() { return *module; }
  /// Its entries in the order of the source.
  std::vector<mlir::func::FuncOp> getEntries();

  /// The compiled program, if `cache` has it; its warnings are shown again.
  /// Nothing without a cache, if passes are to be watched
  /// (CompileOptions::configure, remarks), and for programs that are wrong.
  llvm::Expected<std::optional<CompiledObject>>
  find(const CompileOptions &options, const ObjectCache *cache);

  /// The same, or else compiles the program and stores it in `cache` (null:
  /// none). A cache that cannot be written is no error; there is a warning if
  /// somebody chose its folder. The tile IR stays as it
  /// is. Errors are told to the diagnostics; see ProgramRejected.
  llvm::Expected<CompiledObject> compile(const CompileOptions &options,
                                         const ObjectCache *cache);

private:
  struct Context;

  llvm::Error read();
  llvm::Error readIR();
  llvm::Error makeCheckedModule();
  llvm::Error makeFromSource();
  llvm::Error makeFromIR();
  llvm::Error selectEntry();
  llvm::Error checkSource();
  llvm::Expected<std::optional<std::string>>
  getKey(const CompileOptions &options, const ObjectCache *cache);
  std::optional<CompiledObject> lookup(llvm::StringRef key,
                                       const ObjectCache &cache);
  void store(llvm::StringRef key, CachedObject cached,
             const ObjectCache &cache);
  llvm::Expected<CompiledObject> compileModule(const CompileOptions &options);
  llvm::Error reject(const std::string &message);
  llvm::Error failed(const std::string &message);

  SourceOptions options;
  ProgramDiagnostics &diagnostics;
  std::unique_ptr<ModuleLoader> loader;
  std::unique_ptr<llvm::MemoryBuffer> ir;
  std::unique_ptr<Context> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  /// Warnings that the front end and the analyses have about the program.
  std::string moduleWarnings;
  /// Warnings that the user has seen.
  std::string shownWarnings;
};

/// Compiles a program. `cache` may be null. Errors are told to `diagnostics`;
/// see ProgramRejected.
llvm::Expected<CompiledObject> compileSource(SourceOptions source,
                                             const CompileOptions &options,
                                             const ObjectCache *cache,
                                             ProgramDiagnostics &diagnostics);

} // namespace tilec

#endif // TILEC_SESSION_SOURCEPROGRAM_H
