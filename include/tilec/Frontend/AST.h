//===- AST.h - A parsed module ----------------------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_FRONTEND_AST_H
#define TILEC_FRONTEND_AST_H

#include "tilec/Frontend/Expr.h"
#include "tilec/Frontend/Stmt.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Allocator.h"

#include <memory>
#include <type_traits>
#include <utility>

namespace tilec {

/// One source file, parsed. Owns every node of its tree in an arena, so that
/// destroying it never recurses.
class Module {
public:
  Module(llvm::StringRef name, llvm::StringRef path) : name(name), path(path) {}
  Module(const Module &) = delete;
  Module &operator=(const Module &) = delete;

  /// Dotted name it is imported by; the file's stem for the main module.
  const std::string name;
  /// As given, or as found on the import path.
  const std::string path;
  /// The source; the diagnostics' SourceMgr owns it.
  llvm::StringRef text;
  StringExpr *docstring = nullptr;
  /// Imports, constants, functions (and errors) in source order, the docstring
  /// left out.
  Block body;

  /// Makes a node in the arena.
  template <typename Node, typename... Args> Node *create(Args &&...args) {
    static_assert(std::is_trivially_destructible_v<Node>,
                  "the arena runs no destructors");
    return new (arena.Allocate<Node>()) Node(std::forward<Args>(args)...);
  }

  /// Moves a list into the arena.
  template <typename T> llvm::ArrayRef<T> copy(llvm::ArrayRef<T> list) {
    static_assert(std::is_trivially_destructible_v<T>,
                  "the arena runs no destructors");
    if (list.empty())
      return {};
    T *storage = arena.Allocate<T>(list.size());
    std::uninitialized_copy(list.begin(), list.end(), storage);
    return {storage, list.size()};
  }

  llvm::StringRef copy(llvm::StringRef text) { return text.copy(arena); }

private:
  llvm::BumpPtrAllocator arena;
};

/// Prints the tree as `--emit=ast` shows it: one statement a line, indented by
/// two spaces a block, without positions; an operation in an expression stands
/// in parentheses, which show its precedence.
void printAST(const Module &module, llvm::raw_ostream &os);

} // namespace tilec

#endif // TILEC_FRONTEND_AST_H
