//===- CompiledModule.h - Kernels compiled in memory ------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_EXECUTIONENGINE_COMPILEDMODULE_H
#define TILEC_EXECUTIONENGINE_COMPILEDMODULE_H

#include "tilec/ExecutionEngine/Compiler.h"
#include "tilec/Runtime/Runtime.h"

namespace llvm::orc {
class LLJIT;
} // namespace llvm::orc

namespace tilec {

/// What a caller needs to run a compiled entry through tilec_rt_call.
struct CompiledEntry : EntryInfo {
  tilec_rt_entry function = nullptr;
};

/// A module compiled for the host and loaded into this process.
class CompiledModule {
public:
  ~CompiledModule();

  /// Lowers and compiles `module` (tile IR, changed in place) for the host;
  /// `options.triple` must be empty.
  static llvm::Expected<std::unique_ptr<CompiledModule>>
  compile(mlir::ModuleOp module, const CompileOptions &options);

  /// Loads what was compiled for the host, or for a processor that it contains.
  /// `debugInfo`: a debugger is told of the code's line tables.
  static llvm::Expected<std::unique_ptr<CompiledModule>>
  load(CompiledObject object, bool debugInfo);

  llvm::ArrayRef<CompiledEntry> getEntries() const { return entries; }
  /// Null where there is no entry of that name.
  const CompiledEntry *find(llvm::StringRef name) const;
  llvm::ArrayRef<std::string> getScopeNames() const { return scopeNames; }

private:
  CompiledModule();

  std::unique_ptr<llvm::orc::LLJIT> jit;
  std::vector<CompiledEntry> entries;
  std::vector<std::string> scopeNames;
};

} // namespace tilec

#endif // TILEC_EXECUTIONENGINE_COMPILEDMODULE_H
