//===- AheadOfTime.h - Code for later and elsewhere -------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_EXECUTIONENGINE_AHEADOFTIME_H
#define TILEC_EXECUTIONENGINE_AHEADOFTIME_H

#include "tilec/ExecutionEngine/Compiler.h"

namespace tilec {

/// A module compiled for one or more processors of an architecture. For each
/// entry NAME it exports
///   - NAME, a tilec_rt_entry, which calls the code for the best of these
///     processors that the machine at hand supports,
///   - NAME_info, a tilec_rt_entry_info.
struct AheadOfTimeModule {
  std::unique_ptr<llvm::LLVMContext> context;
  std::unique_ptr<llvm::Module> code;
  /// `scratchBytes` serves all processors.
  ModuleInfo info;
};

/// The name of the constant that describes an entry.
std::string getInfoName(llvm::StringRef entry);

/// Compiles `module` (tile IR, changed in place) for each of `levels`, which
/// are those of CPUTarget::getLevels; `options.cpu` is not looked at.
llvm::Expected<AheadOfTimeModule>
compileAheadOfTime(mlir::ModuleOp module, llvm::ArrayRef<CPUTarget> levels,
                   const CompileOptions &options);

/// What names an object and its header cannot have: of entries, those of the C
/// library, which the object would replace in its program, those of the
/// compiler, and one that is another's description; and whatever IR may hold
/// that is no identifier. Joined errors; success if there are none.
llvm::Error checkExportedNames(llvm::ArrayRef<Signature> entries,
                               const CPUTarget &target);

/// Adds the exported constants and functions of `entries` to `code`, where the
/// code of entry NAME for level i is the internal function
/// getLevelFunctionName(NAME, i).
void addEntryInfos(llvm::Module &code, llvm::ArrayRef<EntryInfo> entries,
                   llvm::ArrayRef<CPUTarget> levels, const CPUTarget &baseline);
std::string getLevelFunctionName(llvm::StringRef entry, const CPUTarget &level);

} // namespace tilec

#endif // TILEC_EXECUTIONENGINE_AHEADOFTIME_H
