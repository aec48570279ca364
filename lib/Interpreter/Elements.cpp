//===- Elements.cpp - Cells as numbers ------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elements.h"
#include "tilec/Support/Numeric.h"
#include "llvm/Support/ErrorHandling.h"
#include <cmath>
#include <cstring>
#include <limits>

using namespace tilec;

namespace {
/// How the bytes of a dtype are read as C++ values.
struct BF16Cell {
  uint16_t bits;
  operator float() const { return bf16ToFloat(bits); }
  static BF16Cell from(float value) { return {floatToBF16(value)}; }
};
struct FP16Cell {
  uint16_t bits;
  operator float() const { return fp16ToFloat(bits); }
  static FP16Cell from(float value) { return {floatToFP16(value)}; }
};
struct FP32Cell {
  float value;
  operator float() const { return value; }
  static FP32Cell from(float value) { return {value}; }
};
struct BoolCell {
  uint8_t value;
  operator int64_t() const { return value != 0; }
  static BoolCell from(int64_t value) { return {uint8_t(value != 0)}; }
};
template <typename T> struct IntegerCell {
  T value;
  operator int64_t() const { return value; }
  static IntegerCell from(int64_t value) { return {T(value)}; }
};

template <typename Cell, typename Work>
void load(const uint8_t *from, int64_t count, Work *to) {
  for (int64_t i = 0; i < count; ++i) {
    Cell cell;
    std::memcpy(&cell, from + i * sizeof(Cell), sizeof(Cell));
    to[i] = cell;
  }
}

template <typename Cell, typename Work>
void store(const Work *from, int64_t count, uint8_t *to) {
  for (int64_t i = 0; i < count; ++i) {
    Cell cell = Cell::from(from[i]);
    std::memcpy(to + i * sizeof(Cell), &cell, sizeof(Cell));
  }
}

/// Calls `visit` with a cell of the float dtype.
template <typename Visit> void visitFloat(DType dtype, Visit visit) {
  switch (dtype) {
  case DType::FP32:
    return visit(FP32Cell{});
  case DType::BF16:
    return visit(BF16Cell{});
  case DType::FP16:
    return visit(FP16Cell{});
  default:
    llvm_unreachable("a float dtype");
  }
}

/// Calls `visit` with a cell of the integer dtype, or of BOOL.
template <typename Visit> void visitInteger(DType dtype, Visit visit) {
  switch (dtype) {
  case DType::INT8:
    return visit(IntegerCell<int8_t>{});
  case DType::UINT8:
    return visit(IntegerCell<uint8_t>{});
  case DType::INT16:
    return visit(IntegerCell<int16_t>{});
  case DType::UINT16:
    return visit(IntegerCell<uint16_t>{});
  case DType::INT32:
    return visit(IntegerCell<int32_t>{});
  case DType::UINT32:
    return visit(IntegerCell<uint32_t>{});
  case DType::INT64:
  case DType::INDEX:
    return visit(IntegerCell<int64_t>{});
  case DType::BOOL:
    return visit(BoolCell{});
  default:
    llvm_unreachable("an integer dtype or BOOL");
  }
}
} // namespace

void tilec::loadElements(DType dtype, const uint8_t *from, int64_t count,
                         float *to) {
  visitFloat(dtype, [&](auto cell) { load<decltype(cell)>(from, count, to); });
}

void tilec::loadElements(DType dtype, const uint8_t *from, int64_t count,
                         int64_t *to) {
  visitInteger(dtype,
               [&](auto cell) { load<decltype(cell)>(from, count, to); });
}

void tilec::loadElements(DType dtype, const uint8_t *from, int64_t count,
                         uint64_t *to) {
  unsigned bytes = getByteSize(dtype);
  for (int64_t i = 0; i < count; ++i) {
    to[i] = 0;
    std::memcpy(&to[i], from + i * bytes, bytes); // Little-endian.
  }
}

void tilec::storeElements(DType dtype, const float *from, int64_t count,
                          uint8_t *to) {
  visitFloat(dtype, [&](auto cell) { store<decltype(cell)>(from, count, to); });
}

void tilec::storeElements(DType dtype, const int64_t *from, int64_t count,
                          uint8_t *to) {
  visitInteger(dtype,
               [&](auto cell) { store<decltype(cell)>(from, count, to); });
}

void tilec::storeElements(DType dtype, const uint64_t *from, int64_t count,
                          uint8_t *to) {
  unsigned bytes = getByteSize(dtype);
  for (int64_t i = 0; i < count; ++i)
    std::memcpy(to + i * bytes, &from[i], bytes);
}

float tilec::roundToDType(DType dtype, float value) {
  uint8_t bytes[sizeof(float)];
  storeElements(dtype, &value, 1, bytes);
  loadElements(dtype, bytes, 1, &value);
  return value;
}

int64_t tilec::wrapToDType(DType dtype, int64_t value) {
  uint8_t bytes[sizeof(int64_t)];
  storeElements(dtype, &value, 1, bytes);
  loadElements(dtype, bytes, 1, &value);
  return value;
}

// Rounding to FP32 first must not hide on which side of a tie of BF16 or FP16
// the integer lies: the last bit of what FP32 holds is odd if there is more.
float tilec::integerToFloat(DType dtype, bool negative, uint64_t magnitude) {
  unsigned shift = 0;
  bool lost = false;
  for (; dtype != DType::FP32 && magnitude >> shift >> 24 != 0; ++shift)
    lost |= (magnitude >> shift) & 1;
  float value = std::ldexp(float((magnitude >> shift) | lost), shift);
  return roundToDType(dtype, negative ? -value : value);
}

ScalarValue tilec::scalarFromBits(DType dtype, uint64_t bits) {
  ScalarValue scalar;
  uint8_t bytes[sizeof(bits)];
  std::memcpy(bytes, &bits, sizeof(bits));
  if (isFloat(dtype))
    loadElements(dtype, bytes, 1, &scalar.real);
  else
    loadElements(dtype, bytes, 1, &scalar.integer);
  return scalar;
}

uint64_t tilec::scalarToBits(DType dtype, const ScalarValue &scalar) {
  uint64_t bits = 0;
  uint8_t bytes[sizeof(bits)] = {};
  if (isFloat(dtype))
    storeElements(dtype, &scalar.real, 1, bytes);
  else
    storeElements(dtype, &scalar.integer, 1, bytes);
  std::memcpy(&bits, bytes, sizeof(bits));
  return bits;
}

namespace tilec {

template <> float getHighest<float>(DType dtype) {
  switch (dtype) {
  case DType::BF16:
    return bf16ToFloat(0x7F7F);
  case DType::FP16:
    return fp16ToFloat(0x7BFF);
  default:
    return std::numeric_limits<float>::max();
  }
}

template <> float getLowest<float>(DType dtype) {
  return -getHighest<float>(dtype);
}

template <> int64_t getHighest<int64_t>(DType dtype) {
  unsigned bits = getBitWidth(dtype);
  if (dtype == DType::BOOL || isUnsignedInteger(dtype))
    return (int64_t(1) << bits) - 1;
  return int64_t(~uint64_t(0) >> (65 - bits));
}

template <> int64_t getLowest<int64_t>(DType dtype) {
  if (dtype == DType::BOOL || isUnsignedInteger(dtype))
    return 0;
  return -getHighest<int64_t>(dtype) - 1;
}

} // namespace tilec
