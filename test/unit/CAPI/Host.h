//===- Host.h - What a host of the tests has --------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_TEST_UNIT_CAPI_HOST_H
#define TILEC_TEST_UNIT_CAPI_HOST_H

#include "tilec/Tilec.h"
#include <cstring>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace tilec::test {

/// Makes elements out of nothing: 64-byte aligned, with a tensor about them.
template <typename T> struct Buffer {
  Buffer(std::vector<int64_t> extents, DLDataType dtype, T value = T())
      : shape(std::move(extents)) {
    size_t count = 1;
    for (int64_t extent : shape)
      count *= size_t(extent);
    storage.assign(count + 64, value);
    auto address = reinterpret_cast<uintptr_t>(storage.data());
    data = storage.data() + (64 - address % 64) % 64 / sizeof(T);
    size = count;
    tensor.data = data;
    tensor.device = {kDLCPU, 0};
    tensor.ndim = int(shape.size());
    tensor.dtype = dtype;
    tensor.shape = shape.data();
    tensor.strides = nullptr;
    tensor.byte_offset = 0;
  }
  Buffer(const Buffer &) = delete;

  T &operator[](size_t i) { return data[i]; }
  const DLTensor *operator&() const { return &tensor; }

  std::vector<int64_t> shape;
  std::vector<T> storage;
  T *data;
  size_t size;
  DLTensor tensor = {};
};

constexpr DLDataType fp32 = {kDLFloat, 32, 1};
constexpr DLDataType bf16 = {kDLBfloat, 16, 1};
constexpr DLDataType int32 = {kDLInt, 32, 1};
constexpr DLDataType uint8 = {kDLUInt, 8, 1};

/// BF16 of a number that it holds exactly.
inline uint16_t toBF16(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof(bits));
  return uint16_t(bits >> 16);
}

/// A program without mistakes.
inline Module compile(const char *text, const Options &options = {}) {
  auto module = Module::compileText(text, "test.tile", options);
  EXPECT_TRUE(bool(module)) << module.error().message();
  return std::move(*module);
}

inline std::string text(const Error &error) {
  return std::string(error.message());
}

/// `out[i] = x[i] * factor`.
inline const char *const scaleProgram = R"(
N = dynamic("N")
TILE = 256

@jit
def scale(x: Tensor[[N], FP32], factor: Scalar[FP32], out: Out[Tensor[[N], FP32]]):
    for i in parallel(0, N, TILE):
        with at(level=Level.CORE_GROUP, name_hint="scale"):
            t = slice(x, [TILE], [i], valid_shape=[N - i])
            out = assemble(out, mul(t, factor), [i])
)";

/// A product with a weight that the compiler takes packed.
inline const char *const productProgram = R"(
M = dynamic("M")
K = 128
N = 192
STEP = 32

@jit
def product(x: Tensor[[M, K], BF16], w: Weight[Tensor[[K, N], BF16]], out: Out[Tensor[[M, N], FP32]]):
    for m in parallel(0, M, 16):
        with at(level=Level.CORE_GROUP, name_hint="product"):
            acc = full([16, N], dtype=FP32, value=0.0)
            for k in range(0, K, STEP):
                acc = matmul_acc(acc, slice(x, [16, STEP], [m, k], valid_shape=[M - m, STEP]),
                                 slice(w, [STEP, N], [k, 0]))
            out = assemble(out, acc, [m, 0])
)";

} // namespace tilec::test

#endif // TILEC_TEST_UNIT_CAPI_HOST_H
