//===- OutputFile.h - Writing results in one step ---------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_DRIVER_OUTPUTFILE_H
#define TILEC_LIB_DRIVER_OUTPUTFILE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace tilec {

/// Writes a whole file; `-` is standard output. A regular file is replaced
/// after everything has been written beside it, so that nobody sees half of
/// it; a link stays one; anything else (a pipe) is written to. The error names
/// the file and the reason.
llvm::Error writeOutput(llvm::StringRef path, llvm::StringRef contents);

} // namespace tilec

#endif // TILEC_LIB_DRIVER_OUTPUTFILE_H
