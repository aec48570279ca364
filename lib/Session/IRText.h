//===- IRText.h - Programs that are given as IR -----------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_SESSION_IRTEXT_H
#define TILEC_LIB_SESSION_IRTEXT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringRef.h"

namespace tilec {

/// Whether brackets nest so deep that the IR parser, which recurses, would run
/// out of stack.
bool nestsTooDeep(llvm::StringRef text);

/// Parses IR that messages call `name`. Null after errors, which go to the
/// context's handlers.
mlir::OwningOpRef<mlir::ModuleOp>
parseIR(llvm::StringRef text, llvm::StringRef name, mlir::MLIRContext &context);

} // namespace tilec

#endif // TILEC_LIB_SESSION_IRTEXT_H
