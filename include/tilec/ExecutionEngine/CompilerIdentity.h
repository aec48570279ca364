//===- CompilerIdentity.h - Which compiler this is --------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_EXECUTIONENGINE_COMPILERIDENTITY_H
#define TILEC_EXECUTIONENGINE_COMPILERIDENTITY_H

#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>

namespace tilec {

/// The build ID, in hexadecimal, that the linker gave to the executable or
/// library which holds `address`. None if it gave none, or if the address lies
/// in no loaded file.
std::optional<std::string> getBuildID(const void *address);

/// Text that is equal for two compilers only if they generate the same code:
/// versions, and the build IDs of what holds the compiler, MLIR and LLVM. None
/// where one of them has no build ID.
std::optional<std::string> getCompilerIdentity();

} // namespace tilec

#endif // TILEC_EXECUTIONENGINE_COMPILERIDENTITY_H
