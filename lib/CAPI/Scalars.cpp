//===- Scalars.cpp - Scalar arguments -------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Scalars.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>
#include <fmt/format.h>

using namespace tilec;
using namespace tilec::capi;

static const llvm::fltSemantics &getSemantics(DType dtype) {
  return dtype == DType::BF16   ? llvm::APFloat::BFloat()
         : dtype == DType::FP16 ? llvm::APFloat::IEEEhalf()
                                : llvm::APFloat::IEEEsingle();
}

/// Rounds once, from double. A finite number that becomes infinite is a
/// mistake, as for integers.
static std::optional<std::string> readFloat(double number, DType dtype,
                                            int64_t &bits) {
  llvm::APFloat value(number);
  bool losesInfo;
  auto status = value.convert(getSemantics(dtype),
                              llvm::APFloat::rmNearestTiesToEven, &losesInfo);
  if (status & llvm::APFloat::opOverflow)
    return fmt::format("is {}, which exceeds {}", number, getName(dtype).str());
  bits = static_cast<int64_t>(value.bitcastToAPInt().getZExtValue());
  return std::nullopt;
}

static bool fits(int64_t value, DType dtype) {
  unsigned width = getBitWidth(dtype);
  if (isSignedInteger(dtype))
    return llvm::isIntN(width, value);
  return value >= 0 && llvm::isUIntN(width, static_cast<uint64_t>(value));
}

/// A host that sets the field of another kind of dtype has mistaken the
/// parameter: one of the two is 0 then, or another value.
static bool agree(double number, int64_t integer) {
  return number == 0 || number == static_cast<double>(integer);
}

std::optional<std::string> capi::readScalar(const tilec_argument &argument,
                                            DType dtype, int64_t &bits) {
  if (argument.tensor)
    return fmt::format("is a scalar of {}, and is given a tensor",
                       getName(dtype).str());
  if (isFloat(dtype)) {
    if (argument.integer != 0 && argument.number == 0)
      return fmt::format("is of {}, and is given the integer {}",
                         getName(dtype).str(), argument.integer);
    return readFloat(argument.number, dtype, bits);
  }
  if (!agree(argument.number, argument.integer))
    return fmt::format("is of {}, and is given the number {}",
                       getName(dtype).str(), argument.number);
  if (!fits(argument.integer, dtype))
    return fmt::format("is {}, which is no value of {}", argument.integer,
                       getName(dtype).str());
  bits = argument.integer;
  return std::nullopt;
}
