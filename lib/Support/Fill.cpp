//===- Fill.cpp - Made-up contents of inputs ------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Random numbers come from a counter: SplitMix64 (Steele, Lea, Flood, "Fast
// splittable pseudorandom number generators", 2014) started from the seed and
// the parameter's name, its n-th output computed directly from n.
//
//===----------------------------------------------------------------------===//

#include "tilec/Support/Fill.h"
#include "tilec/Support/Numeric.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/xxhash.h"
#include <algorithm>
#include <atomic>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <numeric>
#include <thread>
#include <vector>

using namespace tilec;
using Kind = FillKind::Kind;

llvm::Expected<FillKind> tilec::parseFillKind(llvm::StringRef text) {
  auto [name, arguments] = text.split(':');
  llvm::SmallVector<llvm::StringRef, 2> parts;
  if (text.contains(':'))
    arguments.split(parts, ':');
  if (name == "iota" && parts.empty())
    return FillKind{Kind::Iota, "", ""};
  if (name == "zero" && parts.empty())
    return FillKind{Kind::Zero, "", ""};
  if (name == "perm" && parts.empty())
    return FillKind{Kind::Permutation, "", ""};
  if (name == "const" && parts.size() == 1)
    return FillKind{Kind::Constant, parts[0].str(), ""};
  if (name == "uniform" && parts.size() == 2)
    return FillKind{Kind::Uniform, parts[0].str(), parts[1].str()};
  return llvm::createStringError(
      fmt::format("unknown fill `{}`; known are iota, zero, const:X, "
                  "uniform:LO:HI and perm",
                  text.str()));
}

//===----------------------------------------------------------------------===//
// Random numbers
//===----------------------------------------------------------------------===//

namespace {
class Generator {
public:
  Generator(uint64_t seed, llvm::StringRef name)
      : start(mix(seed) ^ llvm::xxh3_64bits(name)) {}

  uint64_t get(uint64_t index) const {
    return mix(start + (index + 1) * 0x9E3779B97F4A7C15);
  }

private:
  static uint64_t mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }

  uint64_t start;
};
} // namespace

/// `random` scaled to 0 .. count-1; a count of 0 stands for 2^64.
static uint64_t scale(uint64_t random, uint64_t count) {
  if (count == 0)
    return random;
  return uint64_t((static_cast<unsigned __int128>(random) * count) >> 64);
}

//===----------------------------------------------------------------------===//
// Filling in parallel
//===----------------------------------------------------------------------===//

/// Calls `body(begin, end)` for pieces of 0 .. count-1 on several threads. The
/// pieces begin at even indices.
template <typename Body>
static void forPieces(int64_t count, unsigned threads, Body body) {
  constexpr int64_t piece = 1 << 18;
  std::atomic<int64_t> next{0};
  auto work = [&] {
    for (int64_t begin; (begin = next.fetch_add(piece)) < count;)
      body(begin, std::min(begin + piece, count));
  };
  int64_t pieces = (count + piece - 1) / piece;
  if (threads == 0)
    threads = std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::thread> others;
  for (int64_t i = 1; i < std::min<int64_t>(threads, pieces); ++i)
    others.emplace_back(work);
  work();
  for (std::thread &thread : others)
    thread.join();
}

/// Sets each element to `value(index)`.
template <typename T, typename Value>
static void generate(const TensorView &tensor, unsigned threads, Value value) {
  T *data = static_cast<T *>(tensor.data);
  forPieces(tensor.getNumElements(), threads,
            [data, value](int64_t begin, int64_t end) {
              for (int64_t i = begin; i < end; ++i)
                data[i] = value(i);
            });
}

namespace {
struct ToFP32 {
  using Storage = float;
  static float from(float value) { return value; }
};
struct ToBF16 {
  using Storage = uint16_t;
  static uint16_t from(float value) { return floatToBF16(value); }
};
struct ToFP16 {
  using Storage = uint16_t;
  static uint16_t from(float value) { return floatToFP16(value); }
};
} // namespace

//===----------------------------------------------------------------------===//
// Floats
//===----------------------------------------------------------------------===//

/// Uniform in `low .. low + width`: two elements from each random number, of 24
/// bits each, as many as FP32 keeps.
template <typename To>
static void fillUniformFloats(const TensorView &tensor, unsigned threads,
                              Generator generator, float low, float width) {
  auto *data = static_cast<typename To::Storage *>(tensor.data);
  auto convert = [=](uint64_t random) {
    float unit = float(uint32_t(random >> 8) & 0xFFFFFF) * 0x1p-24f;
    return To::from(low + width * unit);
  };
  forPieces(tensor.getNumElements(), threads, [=](int64_t begin, int64_t end) {
    int64_t i = begin;
    for (; i + 1 < end; i += 2) {
      uint64_t random = generator.get(uint64_t(i) / 2);
      data[i] = convert(random);
      data[i + 1] = convert(random >> 32);
    }
    if (i < end)
      data[i] = convert(generator.get(uint64_t(i) / 2));
  });
}

/// The default: ones for the weights of norms, small numbers else.
template <typename To>
static void fillDefault(const TensorView &tensor, llvm::StringRef name,
                        unsigned threads, Generator generator) {
  if (name.contains("norm") || name.contains("rms"))
    return generate<typename To::Storage>(
        tensor, threads, [](int64_t) { return To::from(1.0f); });
  int64_t elements = tensor.getNumElements();
  bool matrix = !tensor.shape.empty() && elements > tensor.shape.back();
  float width =
      matrix ? float(1.0 / std::sqrt(double(tensor.shape.back()))) : 1.0f;
  fillUniformFloats<To>(tensor, threads, generator, -0.5f * width, width);
}

static llvm::Expected<float> parseFloat(llvm::StringRef text) {
  double value;
  if (text.empty() || text.getAsDouble(value))
    return llvm::createStringError(
        fmt::format("`{}` is not a number", text.str()));
  return float(value);
}

template <typename To>
static llvm::Error fillFloats(const TensorView &tensor, llvm::StringRef name,
                              const FillKind &kind, Generator generator,
                              unsigned threads) {
  using Storage = typename To::Storage;
  switch (kind.kind) {
  case Kind::Default:
    fillDefault<To>(tensor, name, threads, generator);
    return llvm::Error::success();
  case Kind::Iota:
    generate<Storage>(tensor, threads,
                      [](int64_t i) { return To::from(float(i)); });
    return llvm::Error::success();
  case Kind::Zero:
    generate<Storage>(tensor, threads, [](int64_t) { return Storage(0); });
    return llvm::Error::success();
  case Kind::Permutation:
    return llvm::createStringError(fmt::format(
        "perm is for integers, not for {}", getName(tensor.dtype).str()));
  case Kind::Constant:
  case Kind::Uniform:
    break;
  }
  llvm::Expected<float> low = parseFloat(kind.low);
  if (!low)
    return low.takeError();
  if (kind.kind == Kind::Constant) {
    generate<Storage>(tensor, threads,
                      [value = To::from(*low)](int64_t) { return value; });
    return llvm::Error::success();
  }
  llvm::Expected<float> high = parseFloat(kind.high);
  if (!high)
    return high.takeError();
  float width = *high - *low;
  if (!(width >= 0) || !std::isfinite(width))
    return llvm::createStringError(fmt::format(
        "uniform:{}:{} is not an ascending finite range", kind.low, kind.high));
  fillUniformFloats<To>(tensor, threads, generator, *low, width);
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

namespace {
struct Limits {
  int64_t lowest;
  int64_t highest;
};
} // namespace

static Limits getLimits(DType dtype) {
  unsigned bits = getBitWidth(dtype);
  if (isSignedInteger(dtype))
    return {std::numeric_limits<int64_t>::min() >> (64 - bits),
            std::numeric_limits<int64_t>::max() >> (64 - bits)};
  return {0, (int64_t(1) << bits) - 1};
}

static llvm::Expected<int64_t> parseInteger(llvm::StringRef text, DType dtype) {
  int64_t value;
  if (text.getAsInteger(10, value))
    return llvm::createStringError(
        fmt::format("`{}` is not an integer", text.str()));
  Limits limits = getLimits(dtype);
  if (value < limits.lowest || value > limits.highest)
    return llvm::createStringError(
        fmt::format("{} is not in the range of {}, {} to {}", value,
                    getName(dtype).str(), limits.lowest, limits.highest));
  return value;
}

/// Fisher and Yates' shuffle; sequential, since each step needs the last.
template <typename T>
static void fillPermutation(const TensorView &tensor, Generator generator) {
  llvm::MutableArrayRef<T> data = tensor.getElements<T>();
  std::iota(data.begin(), data.end(), T(0));
  for (uint64_t i = data.size(); i > 1; --i)
    std::swap(data[i - 1], data[scale(generator.get(i), i)]);
}

template <typename T>
static llvm::Error fillRange(const TensorView &tensor, const FillKind &kind,
                             Generator generator, unsigned threads) {
  llvm::Expected<int64_t> low = parseInteger(kind.low, tensor.dtype);
  if (!low)
    return low.takeError();
  if (kind.kind == Kind::Constant) {
    generate<T>(tensor, threads, [value = T(*low)](int64_t) { return value; });
    return llvm::Error::success();
  }
  llvm::Expected<int64_t> high = parseInteger(kind.high, tensor.dtype);
  if (!high)
    return high.takeError();
  if (*high < *low)
    return llvm::createStringError(fmt::format(
        "uniform:{}:{} is not an ascending range", kind.low, kind.high));
  uint64_t count = uint64_t(*high) - uint64_t(*low) + 1;
  generate<T>(tensor, threads, [=, low = uint64_t(*low)](int64_t i) {
    return T(low + scale(generator.get(uint64_t(i)), count));
  });
  return llvm::Error::success();
}

template <typename T>
static llvm::Error fillIntegers(const TensorView &tensor, llvm::StringRef name,
                                const FillKind &kind, Generator generator,
                                unsigned threads) {
  std::string dtype = getName(tensor.dtype).str();
  int64_t elements = tensor.getNumElements();
  switch (kind.kind) {
  case Kind::Default:
    return llvm::createStringError(
        fmt::format("{} has no default contents", dtype));
  case Kind::Iota:
    if (tensor.dtype == DType::BOOL)
      break;
    generate<T>(tensor, threads, [](int64_t i) { return T(i); });
    return llvm::Error::success();
  case Kind::Zero:
    generate<T>(tensor, threads, [](int64_t) { return T(0); });
    return llvm::Error::success();
  case Kind::Permutation:
    if (tensor.dtype == DType::BOOL)
      break;
    if (elements - 1 > getLimits(tensor.dtype).highest)
      return llvm::createStringError(fmt::format(
          "{} cannot count the {} elements of a perm", dtype, elements));
    fillPermutation<T>(tensor, generator);
    return llvm::Error::success();
  case Kind::Constant:
  case Kind::Uniform:
    return fillRange<T>(tensor, kind, generator, threads);
  }
  return llvm::createStringError("iota and perm are not for BOOL");
}

static llvm::Error fill(const TensorView &tensor, llvm::StringRef name,
                        const FillKind &kind, Generator generator,
                        unsigned threads) {
  switch (tensor.dtype) {
  case DType::FP32:
    return fillFloats<ToFP32>(tensor, name, kind, generator, threads);
  case DType::BF16:
    return fillFloats<ToBF16>(tensor, name, kind, generator, threads);
  case DType::FP16:
    return fillFloats<ToFP16>(tensor, name, kind, generator, threads);
  case DType::INT8:
  case DType::UINT8:
  case DType::BOOL:
    return fillIntegers<uint8_t>(tensor, name, kind, generator, threads);
  case DType::INT16:
  case DType::UINT16:
    return fillIntegers<uint16_t>(tensor, name, kind, generator, threads);
  case DType::INT32:
  case DType::UINT32:
    return fillIntegers<uint32_t>(tensor, name, kind, generator, threads);
  case DType::INT64:
  case DType::INDEX:
    return fillIntegers<uint64_t>(tensor, name, kind, generator, threads);
  }
  llvm_unreachable("all dtypes are covered");
}

llvm::Error tilec::fillTensor(const TensorView &tensor, llvm::StringRef name,
                              const FillKind &kind, uint64_t seed,
                              unsigned threads) {
  Generator generator(seed, name);
  if (llvm::Error error = fill(tensor, name, kind, generator, threads))
    return llvm::createStringError(fmt::format(
        "cannot fill `{}`: {}", name.str(), llvm::toString(std::move(error))));
  return llvm::Error::success();
}
