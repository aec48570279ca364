//===- Scalars.cpp - Reading the values of scalar parameters --------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Arguments.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/APInt.h"
#include "llvm/ADT/StringSwitch.h"
#include <fmt/format.h>

using namespace tilec;
using llvm::StringRef;

static const llvm::fltSemantics &getSemantics(DType dtype) {
  switch (dtype) {
  case DType::BF16:
    return llvm::APFloat::BFloat();
  case DType::FP16:
    return llvm::APFloat::IEEEhalf();
  default:
    return llvm::APFloat::IEEEsingle();
  }
}

static std::optional<int64_t> parseFloat(StringRef text, DType dtype) {
  llvm::APFloat value(getSemantics(dtype));
  auto status =
      value.convertFromString(text, llvm::APFloat::rmNearestTiesToEven);
  if (!status) {
    llvm::consumeError(status.takeError());
    return std::nullopt;
  }
  // A finite number that becomes infinite is a mistake, as for integers.
  if (*status & llvm::APFloat::opOverflow)
    return std::nullopt;
  return static_cast<int64_t>(value.bitcastToAPInt().getZExtValue());
}

static std::optional<int64_t> parseInteger(StringRef text, DType dtype) {
  unsigned width = getBitWidth(dtype);
  bool isSigned = isSignedInteger(dtype);
  int64_t value;
  if (text.getAsInteger(0, value))
    return std::nullopt;
  if (isSigned ? !llvm::isIntN(width, value)
               : value < 0 || !llvm::isUIntN(width, uint64_t(value)))
    return std::nullopt;
  return value;
}

static std::optional<int64_t> parseBool(StringRef text) {
  return llvm::StringSwitch<std::optional<int64_t>>(text)
      .Cases("0", "false", "False", 0)
      .Cases("1", "true", "True", 1)
      .Default(std::nullopt);
}

llvm::Expected<int64_t> tilec::parseScalar(StringRef text, DType dtype) {
  std::optional<int64_t> bits = isFloat(dtype)     ? parseFloat(text, dtype)
                                : isInteger(dtype) ? parseInteger(text, dtype)
                                                   : parseBool(text);
  if (bits)
    return *bits;
  return llvm::createStringError(fmt::format("`{}` is not a value of {}",
                                             text.str(), getName(dtype).str()));
}
