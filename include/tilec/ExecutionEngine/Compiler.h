//===- Compiler.h - From tile IR to machine code ----------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_EXECUTIONENGINE_COMPILER_H
#define TILEC_EXECUTIONENGINE_COMPILER_H

#include "mlir/IR/BuiltinOps.h"
#include "tilec/Pipelines/Pipelines.h"
#include "tilec/Support/Signature.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include <functional>
#include <memory>

namespace llvm {
class LLVMContext;
class Module;
class raw_pwrite_stream;
} // namespace llvm

namespace tilec {

struct CompileOptions {
  /// Empty strings stand for the host.
  std::string triple, cpu, features;
  /// 0 to 3.
  unsigned optLevel = 3;
  PipelineOptions pipeline;
  /// Called on each pass manager before it runs: to print IR between passes,
  /// or to write a reproducer.
  std::function<void(mlir::PassManager &)> configure;
};

/// Runs both pipelines: on success `module` is in the LLVM dialect. Diagnostics
/// go to the context's handlers.
llvm::Error lowerModule(mlir::ModuleOp module, const CPUTarget &target,
                        const CompileOptions &options);

/// Translates a module of the LLVM dialect to LLVM IR and optimizes it.
llvm::Expected<std::unique_ptr<llvm::Module>>
translateModule(mlir::ModuleOp module, llvm::LLVMContext &context,
                const CPUTarget &target, const CompileOptions &options);

enum class OutputKind { Assembly, Object };

/// Emits machine code for `module`.
llvm::Error emitMachineCode(llvm::Module &module, const CPUTarget &target,
                            const CompileOptions &options, OutputKind kind,
                            llvm::raw_pwrite_stream &out);

/// What a caller must know of a compiled entry.
struct EntryInfo {
  /// With the layouts that the compiler chose for weights.
  Signature signature;
  /// Scratch memory that each worker needs, in bytes.
  int64_t scratchBytes = 0;
  /// The entry's documentation string, or empty.
  std::string doc;
};

/// What lowering tells of a module.
struct ModuleInfo {
  std::vector<EntryInfo> entries;
  /// Names of the scopes that the profile hooks number, with
  /// PipelineOptions::instrument.
  std::vector<std::string> scopeNames;
};

/// Runs both pipelines as lowerModule does, on a module of entries.
llvm::Expected<ModuleInfo> lowerEntries(mlir::ModuleOp module,
                                        const CPUTarget &target,
                                        const CompileOptions &options);

/// An object file and what it holds: each entry is a function of its name, of
/// type tilec_rt_entry.
struct CompiledObject : ModuleInfo {
  llvm::SmallVector<char, 0> code;
};

/// Lowers and compiles `module` (tile IR, changed in place).
llvm::Expected<CompiledObject> compileToObject(mlir::ModuleOp module,
                                               const CompileOptions &options);

} // namespace tilec

#endif // TILEC_EXECUTIONENGINE_COMPILER_H
