//===- ProgramKey.cpp - What a compiled program depends on ----------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProgramKey.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringExtras.h"

using namespace tilec;
using llvm::StringRef;

void ProgramKey::addCompiler(StringRef identity) { hash.add(identity); }

void ProgramKey::addModules(llvm::ArrayRef<Module *> modules) {
  llvm::DenseMap<const Module *, uint64_t> numbers;
  hash.add(StringRef("source"), uint64_t(modules.size()));
  for (const Module *module : modules) {
    hash.add(StringRef(module->name), StringRef(module->path), module->text);
    // Each module stands behind all that it imports; 0 is none.
    for (const Stmt *statement : module->body)
      if (auto *import = llvm::dyn_cast<ImportStmt>(statement))
        hash.add(numbers.lookup(import->resolved));
    numbers.try_emplace(module, numbers.size() + 1);
  }
}

void ProgramKey::addIR(StringRef name, StringRef text) {
  hash.add(StringRef("IR"), name, text);
}

// The structures are taken apart by name, so that an option which is new does
// not compile before somebody has thought of the key.

void ProgramKey::addSource(const SourceOptions &options) {
  // The modules tell what the others have led to.
  const auto &[path, text, frontend, entry, onModule] = options;
  const auto &[defines, importDirs] = frontend;
  hash.add(uint64_t(defines.size()));
  for (const auto &[name, value] : defines)
    hash.add(StringRef(name), StringRef(value));
  hash.add(StringRef(entry));
}

void ProgramKey::addCompilation(const CompileOptions &options,
                                const CPUTarget &target) {
  const auto &[triple, cpu, features, optLevel, pipeline, configure] = options;
  const auto &[boundsChecks, checkRaces, instrument, debugInfo] = pipeline;
  hash.add(StringRef(target.triple().str()), target.cpu(),
           target.featureString());
  hash.add(optLevel, boundsChecks, checkRaces, instrument, debugInfo);
}

std::string ProgramKey::finish() {
  return llvm::toHex(hash.final(), /*LowerCase=*/true);
}
