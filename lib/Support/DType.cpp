//===- DType.cpp - The element types of the language ----------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Support/DType.h"

using namespace tilec;
using llvm::StringLiteral;

namespace {
enum class Class : uint8_t { Float, Signed, Unsigned, Bool };

struct Properties {
  DType dtype;
  StringLiteral name;
  StringLiteral safetensorsName;
  unsigned byteSize;
  Class kind;
};
} // namespace

static constexpr Properties table[] = {
    {DType::FP32, "FP32", "F32", 4, Class::Float},
    {DType::BF16, "BF16", "BF16", 2, Class::Float},
    {DType::FP16, "FP16", "F16", 2, Class::Float},
    {DType::INT8, "INT8", "I8", 1, Class::Signed},
    {DType::UINT8, "UINT8", "U8", 1, Class::Unsigned},
    {DType::INT16, "INT16", "I16", 2, Class::Signed},
    {DType::UINT16, "UINT16", "U16", 2, Class::Unsigned},
    {DType::INT32, "INT32", "I32", 4, Class::Signed},
    {DType::UINT32, "UINT32", "U32", 4, Class::Unsigned},
    {DType::INT64, "INT64", "I64", 8, Class::Signed},
    {DType::INDEX, "INDEX", "I64", 8, Class::Signed},
    {DType::BOOL, "BOOL", "BOOL", 1, Class::Bool},
};

static constexpr bool isTableOrdered() {
  for (unsigned i = 0; i < numDTypes; ++i)
    if (table[i].dtype != static_cast<DType>(i))
      return false;
  return std::size(table) == numDTypes;
}
static_assert(isTableOrdered(), "one row for each dtype, at its index");

static const Properties &get(DType dtype) {
  return table[static_cast<unsigned>(dtype)];
}

llvm::ArrayRef<DType> tilec::getAllDTypes() {
  static constexpr DType all[] = {DType::FP32,   DType::BF16,  DType::FP16,
                                  DType::INT8,   DType::UINT8, DType::INT16,
                                  DType::UINT16, DType::INT32, DType::UINT32,
                                  DType::INT64,  DType::INDEX, DType::BOOL};
  static_assert(std::size(all) == numDTypes, "all of them");
  return all;
}

llvm::StringRef tilec::getName(DType dtype) { return get(dtype).name; }

std::optional<DType> tilec::parseDType(llvm::StringRef name) {
  for (const Properties &row : table)
    if (row.name == name)
      return row.dtype;
  return std::nullopt;
}

unsigned tilec::getByteSize(DType dtype) { return get(dtype).byteSize; }

unsigned tilec::getBitWidth(DType dtype) {
  return dtype == DType::BOOL ? 1 : 8 * getByteSize(dtype);
}

bool tilec::isFloat(DType dtype) { return get(dtype).kind == Class::Float; }

bool tilec::isSignedInteger(DType dtype) {
  return get(dtype).kind == Class::Signed;
}

bool tilec::isUnsignedInteger(DType dtype) {
  return get(dtype).kind == Class::Unsigned;
}

bool tilec::isInteger(DType dtype) {
  return isSignedInteger(dtype) || isUnsignedInteger(dtype);
}

llvm::StringRef tilec::getSafetensorsName(DType dtype) {
  return get(dtype).safetensorsName;
}

std::optional<DType> tilec::parseSafetensorsDType(llvm::StringRef name) {
  for (const Properties &row : table)
    if (row.safetensorsName == name)
      return row.dtype;
  return std::nullopt;
}

bool tilec::haveSameStorage(DType lhs, DType rhs) {
  return get(lhs).safetensorsName == get(rhs).safetensorsName;
}
