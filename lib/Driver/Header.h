//===- Header.h - C headers of entries --------------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_DRIVER_HEADER_H
#define TILEC_LIB_DRIVER_HEADER_H

#include "tilec/ExecutionEngine/Compiler.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

namespace tilec {

/// Prints a header for C11 and C++ that declares what an object of these
/// entries exports, with typed functions to call them. It needs only
/// tilec/Runtime/Entry.h, and does not depend on the processor. `stem` names
/// the include guard.
void printHeader(llvm::StringRef stem, llvm::ArrayRef<EntryInfo> entries,
                 llvm::raw_ostream &out);

} // namespace tilec

#endif // TILEC_LIB_DRIVER_HEADER_H
