//===- Compare.cpp - Results against the reference ------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compare.h"
#include "Elements.h"
#include <cmath>
#include <fmt/format.h>

using namespace tilec;

Tolerance tilec::getTolerance(DType dtype) {
  switch (dtype) {
  case DType::FP32:
    return {1e-4, 1e-5};
  case DType::FP16: // 2^-11 is half an ulp
    return {0x1p-9, 0x1p-10};
  case DType::BF16: // 2^-8 is half an ulp
    return {0x1p-6, 0x1p-7};
  default:
    return {};
  }
}

static bool isNumber(double value) { return std::isfinite(value); }

namespace {
/// Compares element after element.
class Comparer {
public:
  Comparer(Tolerance tolerance, double scale)
      : relative(tolerance.relative), absolute(tolerance.absolute * scale) {}

  /// Elements whose bits differ, not both NaN.
  void addDifferent(int64_t position, double actual, double expected,
                    bool exact) {
    ++result.different;
    bool finite = isNumber(actual) && isNumber(expected);
    double error = finite ? std::abs(actual - expected) : INFINITY;
    if (finite)
      addError(error, std::abs(expected));
    bool isClose = finite ? error <= relative * std::abs(expected) + absolute
                          : actual == expected;
    if (!exact && isClose)
      return;
    if (result.wrong++ == 0)
      result.firstWrong = position;
  }

  Comparison take() { return std::move(result); }

private:
  void addError(double error, double magnitude) {
    result.largestAbsolute = std::max(result.largestAbsolute, error);
    if (error > 0)
      result.largestRelative =
          std::max(result.largestRelative, error / magnitude);
  }

  double relative, absolute;
  Comparison result;
};
} // namespace

/// The largest finite magnitude.
template <typename Storage, typename ToNumber>
static double getScale(llvm::ArrayRef<Storage> elements, ToNumber toNumber) {
  double scale = 0;
  for (Storage element : elements) {
    double magnitude = std::abs(double(toNumber(element)));
    if (isNumber(magnitude) && magnitude > scale)
      scale = magnitude;
  }
  return scale;
}

static bool haveEqualBits(float lhs, float rhs) {
  return getBits(lhs) == getBits(rhs);
}
template <typename Integer>
static bool haveEqualBits(Integer lhs, Integer rhs) {
  return lhs == rhs;
}

template <typename Storage, typename ToNumber>
static Comparison compareElements(const TensorView &actual,
                                  const TensorView &expected, bool exact,
                                  ToNumber toNumber) {
  llvm::ArrayRef<Storage> lhs = actual.getElements<Storage>();
  llvm::ArrayRef<Storage> rhs = expected.getElements<Storage>();
  Comparer comparer(getTolerance(actual.dtype), getScale(rhs, toNumber));
  for (size_t i = 0; i < lhs.size(); ++i) {
    if (haveEqualBits(lhs[i], rhs[i]))
      continue;
    auto x = toNumber(lhs[i]), y = toNumber(rhs[i]);
    if (x != x && y != y)
      continue;
    comparer.addDifferent(int64_t(i), double(x), double(y), exact);
  }
  Comparison result = comparer.take();
  if (result.firstWrong >= 0) {
    result.actual = fmt::format("{}", toNumber(lhs[result.firstWrong]));
    result.expected = fmt::format("{}", toNumber(rhs[result.firstWrong]));
  }
  return result;
}

Comparison tilec::compareTensors(const TensorView &actual,
                                 const TensorView &expected, bool exact) {
  return visitStorage(actual.dtype, [&](auto *storage, auto toNumber) {
    using Storage = std::remove_pointer_t<decltype(storage)>;
    return compareElements<Storage>(actual, expected, exact, toNumber);
  });
}
