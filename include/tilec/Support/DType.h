//===- DType.h - The element types of the language --------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_SUPPORT_DTYPE_H
#define TILEC_SUPPORT_DTYPE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>

namespace tilec {

/// The dtypes of the language. INDEX is a 64-bit signed integer; BOOL is stored
/// as one byte, 0 or 1; everything is stored little-endian.
enum class DType : uint8_t {
  FP32,
  BF16,
  FP16,
  INT8,
  UINT8,
  INT16,
  UINT16,
  INT32,
  UINT32,
  INT64,
  INDEX,
  BOOL,
};

inline constexpr unsigned numDTypes = 12;

/// All dtypes in the order of the enumeration.
llvm::ArrayRef<DType> getAllDTypes();

/// The name in source files: "FP32", "INDEX", ...
llvm::StringRef getName(DType dtype);

/// The dtype of a name in source files.
std::optional<DType> parseDType(llvm::StringRef name);

/// Bytes that one element takes in memory.
unsigned getByteSize(DType dtype);

/// Bits of the value: 8 times the byte size, and 1 for BOOL.
unsigned getBitWidth(DType dtype);

/// FP32, BF16 or FP16.
bool isFloat(DType dtype);

/// Any integer dtype, INDEX included, BOOL not.
bool isInteger(DType dtype);

/// A signed integer dtype, INDEX included.
bool isSignedInteger(DType dtype);

/// UINT8, UINT16 or UINT32.
bool isUnsignedInteger(DType dtype);

/// The name in the header of a safetensors file: "F32", "BOOL", ... INDEX is
/// stored as "I64".
llvm::StringRef getSafetensorsName(DType dtype);

/// The dtype of a name in a safetensors header; "I64" is INT64. None for those
/// that the language does not have, such as "F64".
std::optional<DType> parseSafetensorsDType(llvm::StringRef name);

/// Whether elements of both are stored alike: equal dtypes, or INT64 and INDEX.
bool haveSameStorage(DType lhs, DType rhs);

} // namespace tilec

#endif // TILEC_SUPPORT_DTYPE_H
