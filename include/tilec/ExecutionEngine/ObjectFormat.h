//===- ObjectFormat.h - Compiled objects as bytes ---------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A magic number, the version of the format, a BLAKE3 hash of all that
// follows, then the key, the warnings, the scopes' names, the entries and the
// object file. Numbers are little-endian; a text is its length and its bytes.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_EXECUTIONENGINE_OBJECTFORMAT_H
#define TILEC_EXECUTIONENGINE_OBJECTFORMAT_H

#include "tilec/ExecutionEngine/Compiler.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace tilec {

/// A compiled object as it is stored.
struct CachedObject {
  CompiledObject object;
  /// What was said about the program when it was compiled.
  std::string warnings;
};

/// The version of the format: a reader takes its own only.
inline constexpr uint32_t objectFormatVersion = 2;

/// The bytes of an object that is stored under `key`.
std::string writeObject(llvm::StringRef key, const CachedObject &cached);

/// Reads what writeObject wrote for the same key. Any other bytes are an error
/// that says what is wrong with them.
llvm::Expected<CachedObject> readObject(llvm::StringRef bytes,
                                        llvm::StringRef key);

} // namespace tilec

#endif // TILEC_EXECUTIONENGINE_OBJECTFORMAT_H
