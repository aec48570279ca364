//===- ProgramKey.h - What a compiled program depends on --------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_SESSION_PROGRAMKEY_H
#define TILEC_LIB_SESSION_PROGRAMKEY_H

#include "tilec/ExecutionEngine/Compiler.h"
#include "tilec/Frontend/AST.h"
#include "tilec/Session/SourceProgram.h"
#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/HashBuilder.h"

namespace tilec {

/// Hashes all that decides what a program is compiled to. Texts and lists are
/// hashed with their lengths, so that no two programs look alike. Names of
/// files are hashed as they are given, and no times.
class ProgramKey {
public:
  /// The compiler, as getCompilerIdentity knows it.
  void addCompiler(llvm::StringRef identity);
  /// The modules that a source is made of: names, contents, and which of them
  /// each import stands for. Locations in the code show the names.
  void addModules(llvm::ArrayRef<Module *> modules);
  /// Tile IR and what locations call it.
  void addIR(llvm::StringRef name, llvm::StringRef text);
  /// Definitions and the chosen entry.
  void addSource(const SourceOptions &options);
  /// `target` is what the names in `options` stand for on this machine.
  void addCompilation(const CompileOptions &options, const CPUTarget &target);

  /// In hexadecimal.
  std::string finish();

private:
  llvm::HashBuilder<llvm::BLAKE3, llvm::endianness::little> hash;
};

} // namespace tilec

#endif // TILEC_LIB_SESSION_PROGRAMKEY_H
