//===- ModuleLoader.h - Files and their imports -----------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_FRONTEND_MODULELOADER_H
#define TILEC_FRONTEND_MODULELOADER_H

#include "tilec/Frontend/AST.h"

#include "llvm/ADT/StringMap.h"

#include <memory>
#include <string>
#include <vector>

namespace tilec {

/// Reads and parses a file and everything it imports, each file once. A module
/// NAME is NAME.tile beside the importing file, else in each import folder in
/// turn; dots in the name stand for folders.
class ModuleLoader {
public:
  ModuleLoader(Diagnostics &diags, std::vector<std::string> importDirs)
      : diags(diags), importDirs(std::move(importDirs)) {}

  /// Loads the main file, "-" being standard input. Null when it cannot be
  /// read. Everything wrong, in it or in its imports, is reported; the modules
  /// are returned as far as they were understood.
  Module *load(llvm::StringRef path);

  /// The same for text at hand. The buffer's identifier is its path: messages
  /// name it, and imports are looked for beside it.
  Module &load(std::unique_ptr<llvm::MemoryBuffer> text);

  /// Every module loaded, each after all that it imports; the main module is
  /// the last.
  llvm::ArrayRef<Module *> modules() const { return order; }

private:
  /// A module whose imports are being resolved, and the import at hand.
  struct Active {
    Module *module;
    const ImportStmt *import;
  };

  Module *parse(std::unique_ptr<llvm::MemoryBuffer> buffer,
                llvm::StringRef name);
  void resolveImports(Module &module);
  Module *resolve(const Module &importer, const ImportStmt &import);
  Module *loadImported(const std::string &path, const ImportStmt &import);
  std::vector<std::string> candidates(const Module &importer,
                                      llvm::StringRef name) const;
  void reportMissing(const ImportStmt &import,
                     llvm::ArrayRef<std::string> tried);
  void reportCycle(const ImportStmt &import, const Module *target);

  Diagnostics &diags;
  std::vector<std::string> importDirs;
  std::vector<std::unique_ptr<Module>> owned;
  llvm::StringMap<Module *> byFile; ///< By real path.
  std::vector<Active> active;       ///< The chain of imports to here.
  std::vector<Module *> order;
};

} // namespace tilec

#endif // TILEC_FRONTEND_MODULELOADER_H
