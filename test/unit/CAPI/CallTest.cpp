//===- CallTest.cpp - Calls, and what is refused --------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Host.h"
#include <limits>

using namespace tilec;
using namespace tilec::test;

namespace {
/// Calls of `scale`.
struct CallTest : testing::Test {
  Module module = compile(scaleProgram);
  Entry scale = *module.find("scale");
  Buffer<float> x{{5}, fp32, 3.0f}, out{{5}, fp32};

  std::string refuse(const std::vector<Argument> &arguments,
                     const CallOptions &options = {}) {
    Error error = scale.call(arguments, options);
    EXPECT_EQ(error.status(), TILEC_INVALID_ARGUMENT);
    EXPECT_EQ(error.diagnosticCount(), 0u);
    return text(error);
  }
  std::string refuseX() { return refuse({&x, 2.0, &out}); }
};
} // namespace

TEST_F(CallTest, works) {
  Error error = scale.call({&x, 2.0, &out});
  EXPECT_FALSE(error) << error.message();
  EXPECT_EQ(error.status(), TILEC_OK);
  EXPECT_EQ(error.message(), "");
  for (size_t i = 0; i < out.size; ++i)
    EXPECT_EQ(out[i], 6.0f);
}

TEST_F(CallTest, byteOffsetAndStrides) {
  Buffer<float> wide({8}, fp32);
  for (size_t i = 0; i < 8; ++i)
    wide[i] = float(i);
  int64_t five = 5, one = 1;
  wide.tensor.shape = &five;
  wide.tensor.strides = &one;
  wide.tensor.byte_offset = 2 * sizeof(float);
  ASSERT_FALSE(scale.call({&wide, 1.0, &out}));
  EXPECT_EQ(out[0], 2.0f);
  EXPECT_EQ(out[4], 6.0f);
}

TEST_F(CallTest, emptyTensors) {
  int64_t none = 0;
  x.tensor.shape = out.tensor.shape = &none;
  x.tensor.data = out.tensor.data = nullptr;
  EXPECT_FALSE(scale.call({&x, 2.0, &out}));
}

TEST_F(CallTest, numberOfArguments) {
  EXPECT_EQ(refuse({&x, 2.0}), "`scale` takes 3 arguments, and is given 2");
}

TEST_F(CallTest, missingTensor) {
  const DLTensor *none = nullptr;
  EXPECT_EQ(refuse({none, 2.0, &out}), "`x` is a tensor, and is given none");
}

TEST_F(CallTest, nullData) {
  x.tensor.data = nullptr;
  EXPECT_EQ(refuseX(), "`x` has no data (null), but 20 bytes");
}

TEST_F(CallTest, device) {
  x.tensor.device.device_type = kDLCUDA;
  EXPECT_EQ(refuseX(), "`x` is on a device of type 2, not on the CPU");
  x.tensor.device.device_type = kDLCUDAHost;
  EXPECT_FALSE(scale.call({&x, 2.0, &out}));
}

TEST_F(CallTest, dtype) {
  x.tensor.dtype = bf16;
  EXPECT_EQ(refuseX(), "`x` is of bfloat16, expected FP32 (float32)");
  x.tensor.dtype = {kDLFloat, 32, 4};
  EXPECT_EQ(refuseX(), "`x` is of float32x4, expected FP32 (float32)");
  x.tensor.dtype = {99, 32, 1};
  EXPECT_EQ(refuseX(), "`x` is of type code 99 of 32, expected FP32 (float32)");
}

TEST_F(CallTest, rank) {
  x.shape = {1, 5};
  x.tensor.shape = x.shape.data();
  x.tensor.ndim = 2;
  EXPECT_EQ(refuseX(), "`x` has 2 dimensions, expected 1");
  x.tensor.ndim = 0;
  x.tensor.shape = nullptr;
  EXPECT_EQ(refuseX(), "`x` has 0 dimensions, expected 1");
  x.tensor.ndim = 1;
  EXPECT_EQ(refuseX(), "`x` has 1 dimensions and no shape");
  x.tensor.ndim = -1;
  EXPECT_EQ(refuseX(), "`x` has -1 dimensions and no shape");
}

TEST_F(CallTest, extents) {
  x.shape = {-5};
  x.tensor.shape = x.shape.data();
  EXPECT_EQ(refuseX(), "`x` has a negative extent: [-5]");
  x.shape = {std::numeric_limits<int64_t>::max()};
  x.tensor.shape = x.shape.data();
  EXPECT_EQ(refuseX(), "`x` has 2^63 bytes or more");
  x.shape = {6};
  x.tensor.shape = x.shape.data();
  EXPECT_EQ(refuseX(), "dimension 0 of `out` is 5, expected N = 6, with N = 6 "
                       "from dimension 0 of `x`");
}

/// More than any call may have, and no memory that is that large.
TEST_F(CallTest, tooLargeExtent) {
  int64_t large = (int64_t(1) << 47) + 1;
  Module bytes = compile(R"(
N = dynamic("N")

@jit
def f(x: Tensor[[N], UINT8], y: Out[Tensor[[1], FP32]]):
    y[0] = 1.0
)");
  Buffer<uint8_t> first({1}, uint8);
  Buffer<float> y({1}, fp32);
  first.tensor.shape = &large;
  Error error = bytes.entry(0).call({&first, &y});
  EXPECT_EQ(text(error), "`N` is 140737488355329, more than 2^47");
}

TEST_F(CallTest, strides) {
  int64_t two = 2;
  x.tensor.strides = &two;
  EXPECT_EQ(refuseX(),
            "`x` is not contiguous in row-major order: shape [5], strides [2]");
}

/// The stride of an extent of 1 says nothing, nor do those of an empty tensor.
TEST(CallStrides, thatAreNeverTaken) {
  Module module = compile(R"(
A = dynamic("A")
B = dynamic("B")

@jit
def f(x: Tensor[[A, 1, B], FP32], y: Out[Tensor[[1], FP32]]):
    y[0] = 1.0
)");
  Buffer<float> x({2, 1, 3}, fp32), y({1}, fp32);
  std::vector<int64_t> strides = {3, 77, 1};
  x.tensor.strides = strides.data();
  EXPECT_FALSE(module.entry(0).call({&x, &y}));
  strides = {1, 77, 2};
  EXPECT_EQ(text(module.entry(0).call({&x, &y})),
            "`x` is not contiguous in row-major order: shape [2, 1, 3], "
            "strides [1, 77, 2]");
  x.shape[0] = 0;
  EXPECT_FALSE(module.entry(0).call({&x, &y}));
}

TEST_F(CallTest, alignment) {
  x.tensor.byte_offset = 2;
  EXPECT_EQ(refuseX(), "`x` is at an address that is no multiple of 4");
}

TEST_F(CallTest, addressSpace) {
  x.tensor.byte_offset = std::numeric_limits<uint64_t>::max() - 3;
  EXPECT_EQ(refuseX(), "`x` exceeds the address space");
}

TEST_F(CallTest, overlap) {
  EXPECT_EQ(refuse({&x, 2.0, &x}),
            "`x` and `out` share memory, and `out` is written");
  Buffer<float> both({9}, fp32);
  int64_t five = 5;
  both.tensor.shape = &five;
  DLTensor second = both.tensor;
  second.byte_offset = 4 * sizeof(float);
  EXPECT_EQ(refuse({&both, 2.0, &second}),
            "`x` and `out` share memory, and `out` is written");
  EXPECT_EQ(refuse({&second, 2.0, &both}),
            "`out` and `x` share memory, and `out` is written");
  second.byte_offset = 5 * sizeof(float);
  int64_t four = 4;
  second.shape = both.tensor.shape = &four;
  EXPECT_FALSE(scale.call({&both, 2.0, &second}));
}

/// What is only read may be one tensor twice; a short tensor may lie in the
/// middle of a long one.
TEST(CallOverlap, ofManyTensors) {
  Module module = compile(R"(
@jit
def f(a: Tensor[[8], FP32], b: Tensor[[2], FP32], c: Tensor[[8], FP32], y: Out[Tensor[[1], FP32]]):
    y[0] = 1.0
)");
  Buffer<float> long8({8}, fp32), y({1}, fp32);
  DLTensor inside = long8.tensor, last = y.tensor;
  int64_t two = 2;
  inside.shape = &two;
  inside.byte_offset = 8;
  Entry f = module.entry(0);
  EXPECT_FALSE(f.call({&long8, &inside, &long8, &y}));
  last.data = long8.data + 7; // beyond the end of `b`, not of `a`
  EXPECT_EQ(f.call({&long8, &inside, &long8, &last}).status(),
            TILEC_INVALID_ARGUMENT);
}

TEST_F(CallTest, scalars) {
  EXPECT_EQ(refuse({&x, &x, &out}),
            "`factor` is a scalar of FP32, and is given a tensor");
  EXPECT_EQ(refuse({&x, 1e300, &out}),
            "`factor` is 1e+300, which exceeds FP32");
  EXPECT_FALSE(scale.call({&x, 2, &out}));
  EXPECT_EQ(out[0], 6.0f);
  EXPECT_FALSE(scale.call({&x, std::numeric_limits<double>::infinity(), &out}));
  tilec_argument raw[] = {{&x, 0, 0}, {nullptr, 7, 0}, {&out, 0, 0}};
  tilec_error *error = nullptr;
  EXPECT_EQ(tilec_call(scale.get(), raw, 3, nullptr, &error),
            TILEC_INVALID_ARGUMENT);
  EXPECT_STREQ(tilec_error_message(error),
               "`factor` is of FP32, and is given the integer 7");
  tilec_error_destroy(error);
}

TEST(CallScalars, ofEveryKind) {
  Module module = compile(R"(
@jit
def f(a: Scalar[INT8], b: Scalar[UINT16], c: Scalar[INDEX], d: Scalar[BOOL],
      e: Scalar[BF16], g: Scalar[FP16], y: Out[Tensor[[6], FP32]]):
    y[0] = cast(a, target_type=FP32)
    y[1] = cast(b, target_type=FP32)
    y[2] = cast(c, target_type=FP32)
    y[3] = cast(d, target_type=FP32)
    y[4] = cast(e, target_type=FP32)
    y[5] = cast(g, target_type=FP32)
)");
  Entry f = module.entry(0);
  Buffer<float> y({6}, fp32);
  // Halfway between two of BF16, and rounded to even once.
  Error error = f.call(
      {-128, 65535, int64_t(1) << 40, true, 1.00390625, 0.333251953125, &y});
  ASSERT_FALSE(error) << error.message();
  EXPECT_EQ(y[0], -128.0f);
  EXPECT_EQ(y[1], 65535.0f);
  EXPECT_EQ(y[2], 1099511627776.0f);
  EXPECT_EQ(y[3], 1.0f);
  EXPECT_EQ(y[4], 1.0f);
  EXPECT_EQ(y[5], 0.333251953125f);
  EXPECT_EQ(text(f.call({128, -1, 0, 2, 0.0, 1e5, &y})),
            "`a` is 128, which is no value of INT8\n"
            "`b` is -1, which is no value of UINT16\n"
            "`d` is 2, which is no value of BOOL\n"
            "`g` is 100000, which exceeds FP16");
  EXPECT_EQ(text(f.call({0, 0, 2.5, 0, 0.0, 0.0, &y})),
            "`c` is of INDEX, and is given the number 2.5");
}

TEST_F(CallTest, dims) {
  CallOptions options;
  options.dims = {{"N", 5}};
  EXPECT_FALSE(scale.call({&x, 2.0, &out}, options));
  options.dims = {{"N", 6}};
  EXPECT_EQ(refuse({&x, 2.0, &out}, options),
            "dimension 0 of `x` is 5, expected N = 6, with N = 6 as given\n"
            "dimension 0 of `out` is 5, expected N = 6, with N = 6 as given");
  options.dims = {{"M", 6}};
  EXPECT_EQ(refuse({&x, 2.0, &out}, options),
            "`M` is not a dynamic name of `scale`, which has `N`");
  options.dims = {{"N", -1}};
  EXPECT_EQ(refuse({&x, 2.0, &out}, options),
            "`N` is given as -1, which is negative");
}

TEST_F(CallTest, structureSizes) {
  struct Larger {
    tilec_call_options options;
    int64_t more;
  } larger = {{sizeof(Larger), nullptr, nullptr, nullptr, 0}, 0};
  tilec_argument raw[] = {{&x, 0, 0}, {nullptr, 0, 2.0}, {&out, 0, 0}};
  EXPECT_EQ(tilec_call(scale.get(), raw, 3, &larger.options, nullptr),
            TILEC_OK);
  larger.more = 1;
  tilec_error *error = nullptr;
  EXPECT_EQ(tilec_call(scale.get(), raw, 3, &larger.options, &error),
            TILEC_INVALID_ARGUMENT);
  tilec_error_destroy(error);
  larger.options.struct_size = 0;
  EXPECT_EQ(tilec_call(scale.get(), raw, 3, &larger.options, nullptr),
            TILEC_INVALID_ARGUMENT);
  // As of a host that knows less.
  larger.options.struct_size = offsetof(tilec_call_options, dims);
  EXPECT_EQ(tilec_call(scale.get(), raw, 3, &larger.options, nullptr),
            TILEC_OK);
}

TEST_F(CallTest, nullPointers) {
  EXPECT_EQ(tilec_call(nullptr, nullptr, 0, nullptr, nullptr),
            TILEC_INVALID_ARGUMENT);
  EXPECT_EQ(tilec_call(scale.get(), nullptr, 3, nullptr, nullptr),
            TILEC_INVALID_ARGUMENT);
  tilec_call_options options = {sizeof(options), nullptr, nullptr, nullptr, 1};
  tilec_argument raw[] = {{&x, 0, 0}, {nullptr, 0, 2.0}, {&out, 0, 0}};
  EXPECT_EQ(tilec_call(scale.get(), raw, 3, &options, nullptr),
            TILEC_INVALID_ARGUMENT);
}

TEST(CallFailure, ofTheProgram) {
  Module module = compile(R"(
@jit
def f(n: Scalar[INDEX], y: Out[Tensor[[4], FP32]]):
    assert n < 4, "n is too large"
    y[n] = 1.0
)");
  Buffer<float> y({4}, fp32);
  Entry f = module.entry(0);
  Error error = f.call({7, &y});
  EXPECT_EQ(error.status(), TILEC_CALL_FAILED);
  ASSERT_EQ(error.diagnosticCount(), 1u);
  EXPECT_STREQ(error.diagnostic(0).file, "test.tile");
  EXPECT_EQ(error.diagnostic(0).line, 4);
  EXPECT_STREQ(error.diagnostic(0).message, "n is too large: n is 7");
  EXPECT_EQ(text(error).find("test.tile:4:"), 0u);
  EXPECT_EQ(text(error), error.diagnostic(0).rendered);
  EXPECT_EQ(f.call({-1, &y}).status(), TILEC_CALL_FAILED);
  EXPECT_FALSE(f.call({3, &y}));
  EXPECT_EQ(y[3], 1.0f);
}

TEST_F(CallTest, shapes) {
  const DLTensor *none = nullptr;
  auto shape = scale.shape("out", {&x, 0, none});
  ASSERT_TRUE(bool(shape)) << shape.error().message();
  EXPECT_EQ(*shape, std::vector<int64_t>{5});
  CallOptions options;
  options.dims = {{"N", 9}};
  shape = scale.shape("out", {none, 0, none}, options);
  ASSERT_TRUE(bool(shape));
  EXPECT_EQ(*shape, std::vector<int64_t>{9});
  EXPECT_EQ(text(scale.shape("out", {none, 0, none}).error()),
            "nothing determines `N`: no argument has a dimension with that as "
            "its only unknown");
  EXPECT_EQ(text(scale.shape("factor", {none, 0, none}).error()),
            "`factor` is no tensor of `scale`");
  EXPECT_FALSE(scale.shape("out", {&x, 0, none}, options));
}

/// A name of another tensor need not be known.
TEST(CallShapes, ofOneTensor) {
  Module module = compile(R"(
A = dynamic("A")
B = dynamic("B")

@jit
def f(x: Tensor[[A], FP32], y: Tensor[[B], FP32], z: Out[Tensor[[A * 2, 3], FP32]]):
    z[0, 0] = 1.0
)");
  Buffer<float> x({5}, fp32);
  const DLTensor *none = nullptr;
  auto shape = module.entry(0).shape("z", {&x, none, none});
  ASSERT_TRUE(bool(shape)) << shape.error().message();
  EXPECT_EQ(*shape, (std::vector<int64_t>{10, 3}));
  EXPECT_FALSE(module.entry(0).shape("y", {&x, none, none}));
}

/// Also bytes that are of a later DLPack's own type.
TEST(CallBool, ofBothTypes) {
  Module module = compile(R"(
@jit
def f(m: Tensor[[4], BOOL], y: Out[Tensor[[4], FP32]]):
    with at(level=Level.CORE_GROUP, name_hint="f"):
        y = assemble(y, cast(slice(m, [4], [0]), target_type=FP32), [0])
)");
  Buffer<uint8_t> m({4}, uint8);
  Buffer<float> y({4}, fp32);
  m[1] = m[3] = 1;
  for (uint8_t code : {uint8_t(kDLUInt), uint8_t(6)}) {
    m.tensor.dtype.code = code;
    Error error = module.entry(0).call({&m, &y});
    ASSERT_FALSE(error) << error.message();
    EXPECT_EQ(y[0] + 2 * y[1] + 4 * y[2] + 8 * y[3], 10.0f);
  }
}
