//===- AST.cpp - Spellings of the syntax tree -----------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Frontend/AST.h"

using namespace tilec;
using llvm::StringRef;

StringRef tilec::spelling(UnaryOp op) {
  static constexpr const char *names[] = {"-", "+", "~", "not"};
  return names[static_cast<unsigned>(op)];
}

StringRef tilec::spelling(BinaryOp op) {
  static constexpr const char *names[] = {"+",  "-",  "*",   "/", "//",
                                          "%",  "**", "&",   "|", "^",
                                          "<<", ">>", "and", "or"};
  return names[static_cast<unsigned>(op)];
}

StringRef tilec::spelling(CompareOp op) {
  static constexpr const char *names[] = {"==", "!=", "<", "<=", ">", ">="};
  return names[static_cast<unsigned>(op)];
}

std::optional<std::string> tilec::dottedName(const Expr *e) {
  llvm::SmallVector<StringRef, 4> parts;
  while (auto *attribute = llvm::dyn_cast<AttributeExpr>(e)) {
    parts.push_back(attribute->name);
    e = attribute->base;
  }
  auto *root = llvm::dyn_cast<NameExpr>(e);
  if (!root)
    return std::nullopt;
  std::string name = root->name.str();
  for (StringRef part : llvm::reverse(parts)) {
    name += '.';
    name += part;
  }
  return name;
}
