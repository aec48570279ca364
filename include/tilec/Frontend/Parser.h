//===- Parser.h - Source text to syntax tree --------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_FRONTEND_PARSER_H
#define TILEC_FRONTEND_PARSER_H

#include "tilec/Frontend/AST.h"

namespace tilec {

/// How a file is read.
enum class SourceKind {
  Tile,   ///< A .tile file: every statement must be in the language.
  Python, ///< A PyPTO module: what is not a kernel or a constant is skipped.
};

/// Parses `text`, which must be a buffer of the diagnostics' SourceMgr, into
/// `module`. Every mistake is reported once; what could be understood is kept,
/// and an ErrorStmt stands for the rest.
void parseModule(Module &module, llvm::StringRef text, SourceKind kind,
                 Diagnostics &diags);

} // namespace tilec

#endif // TILEC_FRONTEND_PARSER_H
