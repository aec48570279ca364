//===- Frontend.h - From a .tile file to tile IR ----------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The whole front end: loads a file and its imports, checks names, types and
// shapes, and generates a module of the tile dialect with one function for each
// entry of the main file. What is wrong goes to the diagnostics.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_FRONTEND_FRONTEND_H
#define TILEC_FRONTEND_FRONTEND_H

#include "tilec/Frontend/Diagnostics.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace tilec {

class Module;

struct FrontendOptions {
  /// One `-D NAME=VALUE`: the value of a module-level constant.
  struct Define {
    std::string name;
    std::string value;
  };

  std::vector<Define> defines;
  /// `-I` folders, searched after the importing file's own.
  std::vector<std::string> importDirs;
};

struct FrontendResult {
  /// Null after errors.
  mlir::OwningOpRef<mlir::ModuleOp> module;
  /// The errors are the compiler's fault, not the program's.
  bool internalError = false;

  explicit operator bool() const { return static_cast<bool>(module); }
};

/// Compiles the file at `path` ("-": standard input). The dialects needed are
/// loaded into `context`. Diagnostics are collected, not yet flushed; there may
/// be warnings with a module, and there are errors without one.
FrontendResult compileToTileIR(mlir::MLIRContext &context, llvm::StringRef path,
                               const FrontendOptions &options,
                               Diagnostics &diags);

/// Compiles `text`, which diagnostics and locations call `name`; imports are
/// looked for beside it and in the import folders.
FrontendResult compileTextToTileIR(mlir::MLIRContext &context,
                                   llvm::StringRef text, llvm::StringRef name,
                                   const FrontendOptions &options,
                                   Diagnostics &diags);

/// Compiles what a ModuleLoader has read: its modules, the main one last.
/// `options.importDirs` were the loader's business.
FrontendResult compileModulesToTileIR(mlir::MLIRContext &context,
                                      llvm::ArrayRef<Module *> modules,
                                      const FrontendOptions &options,
                                      Diagnostics &diags);

} // namespace tilec

#endif // TILEC_FRONTEND_FRONTEND_H
