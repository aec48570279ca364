//===- Defines.cpp - -D NAME=VALUE, and names that are misspelt -----------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModuleScope.h"
#include "tilec/Frontend/Token.h"

#include <cmath>

using namespace tilec;
using llvm::StringRef;

/// An integer as on the command line: a sign and a literal.
static std::optional<int64_t> parseInteger(StringRef text) {
  bool isNegative = text.consume_front("-");
  if (!isNegative)
    text.consume_front("+");
  std::optional<uint64_t> magnitude = decodeInt(text);
  uint64_t limit = uint64_t(1) << 63;
  if (!magnitude || *magnitude > limit - !isNegative)
    return std::nullopt;
  return static_cast<int64_t>(isNegative ? -*magnitude : *magnitude);
}

static std::optional<double> parseFloat(StringRef text) {
  bool isNegative = text.consume_front("-");
  if (!isNegative)
    text.consume_front("+");
  std::optional<double> magnitude = decodeFloat(text);
  if (!magnitude)
    if (std::optional<uint64_t> integer = decodeInt(text))
      magnitude = static_cast<double>(*integer);
  if (!magnitude || !std::isfinite(*magnitude))
    return std::nullopt;
  return isNegative ? -*magnitude : *magnitude;
}

/// The text as a constant of the same kind as the one it replaces.
static std::optional<Datum> parseAs(const Datum &original, StringRef text) {
  if (original.isString())
    return Datum::string(text);
  if (original.isInt()) {
    if (std::optional<int64_t> value = parseInteger(text))
      return Datum::integer(*value, original.getDType());
  } else if (original.isFloat()) {
    if (std::optional<double> value = parseFloat(text))
      return Datum::real(*value, original.getDType());
  } else if (original.isBool()) {
    if (text == "True" || text == "1")
      return Datum::boolean(true);
    if (text == "False" || text == "0")
      return Datum::boolean(false);
  } else if (original.is(Datum::Kind::DType)) {
    if (std::optional<DType> dtype = parseDType(text))
      return Datum::elementType(*dtype);
  }
  return std::nullopt;
}

static std::string expectedFor(const Datum &original) {
  if (original.isInt())
    return "an integer of 64 bits";
  if (original.isFloat())
    return "a float";
  if (original.isBool())
    return "True or False";
  return "a dtype";
}

std::optional<Datum> Defines::apply(StringRef name, const Datum &original,
                                    Diagnostics &diags) {
  bool isConstant = original.isNumber() || original.isString() ||
                    original.is(Datum::Kind::DType);
  if (isConstant)
    constants.push_back(name.str());
  const FrontendOptions::Define *define = nullptr;
  for (const FrontendOptions::Define &candidate : defines)
    if (candidate.name == name)
      define = &candidate; // The last one counts.
  if (!define)
    return std::nullopt;
  used.insert(name);
  if (original.isSilent())
    return std::nullopt;
  std::string option = "-D " + define->name + "=" + define->value;
  if (original.is(Datum::Kind::Dynamic)) {
    diags.error(option + ": '" + name +
                "' is a dynamic name, which the "
                "arguments of a call determine");
    return Datum::poison();
  }
  if (!isConstant) {
    diags.error(option + ": '" + name + "' is " + describe(original) +
                ", which no option can replace");
    return Datum::poison();
  }
  if (std::optional<Datum> value = parseAs(original, define->value))
    return value;
  diags.error(option + ": expected " + expectedFor(original));
  return Datum::poison();
}

void Defines::reportUnused(Diagnostics &diags) const {
  std::vector<StringRef> names(constants.begin(), constants.end());
  for (const FrontendOptions::Define &define : defines)
    if (!used.contains(define.name))
      diags.error("-D " + define.name + "=" + define.value +
                  ": no module has a constant '" + define.name + "'" +
                  suggest(define.name, names));
}

StringRef tilec::findNearest(StringRef name,
                             llvm::ArrayRef<StringRef> candidates) {
  // Any two short names are alike.
  if (name.size() < 3)
    candidates = candidates.take_front(0);
  StringRef best;
  unsigned bestDistance = std::max<unsigned>(1, name.size() / 3) + 1;
  for (StringRef candidate : candidates) {
    if (candidate == name)
      continue;
    unsigned distance = candidate.equals_insensitive(name)
                            ? 0
                            : name.edit_distance(candidate, true, bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

std::string tilec::suggest(StringRef name,
                           llvm::ArrayRef<StringRef> candidates) {
  StringRef nearest = findNearest(name, candidates);
  return nearest.empty() ? "" : "; did you mean '" + nearest.str() + "'?";
}
