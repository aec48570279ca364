//===- Calls.cpp - Calls of builtins --------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

#include "llvm/ADT/StringExtras.h"
#include <fmt/format.h>

using namespace tilec;
using llvm::StringRef;

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

namespace {
/// A parameter as the builtin's row writes it.
struct BuiltinParam {
  StringRef name;
  bool isOptional = false;
  bool isRest = false;
};
} // namespace

static llvm::SmallVector<BuiltinParam, 6> parametersOf(const Builtin &builtin) {
  llvm::SmallVector<StringRef, 6> texts;
  builtin.parameters.split(texts, ',', -1, /*KeepEmpty=*/false);
  llvm::SmallVector<BuiltinParam, 6> params;
  for (StringRef text : texts) {
    BuiltinParam param;
    text = text.trim();
    param.isRest = text.consume_front("*");
    param.isOptional = text.consume_back("=");
    param.name = text;
    params.push_back(param);
  }
  return params;
}

const BoundArg &BoundArgs::get(StringRef name) const {
  static const BoundArg absent;
  unsigned next = 0;
  for (const BuiltinParam &param : parametersOf(builtin)) {
    if (param.isRest)
      continue;
    if (param.name == name)
      return args[next];
    ++next;
  }
  return absent;
}

/// "(x, sizes, offsets[, valid_shape])": how to call it.
static std::string signatureOf(const Builtin &builtin) {
  std::string text = builtin.name.str() + "(";
  for (const BuiltinParam &param : parametersOf(builtin)) {
    if (text.back() != '(')
      text += ", ";
    text += param.isRest ? param.name.str() + ", ..." : param.name.str();
    if (param.isOptional)
      text += "=...";
  }
  return text + ")";
}

static bool isSilentDeep(const Datum &datum, bool &isPoison) {
  if (datum.isSilent()) {
    isPoison |= datum.isPoison();
    return true;
  }
  bool found = false;
  if (datum.isSequence())
    for (const Datum &element : datum.getElements())
      found |= isSilentDeep(element, isPoison);
  return found;
}

std::optional<BoundArgs> Elaborator::bindArguments(const Builtin &builtin,
                                                   const CallExpr &call) {
  BoundArgs bound(builtin, call);
  auto params = parametersOf(builtin);
  // Parameters before `*rest` are filled first, those after it by keyword.
  size_t numPositional = params.size();
  for (auto [i, param] : llvm::enumerate(params))
    if (param.isRest)
      numPositional = i;
  bool takesRest = numPositional < params.size();
  llvm::erase_if(params, [](const BuiltinParam &p) { return p.isRest; });
  bound.args.resize(params.size());
  size_t position = 0;
  bool isValid = true;
  for (const Argument &argument : call.args) {
    BoundArg arg{evaluate(argument.value), argument.value};
    if (argument.keyword.empty()) {
      if (position < numPositional) {
        bound.args[position++] = arg;
      } else if (takesRest) {
        bound.rest.push_back(arg);
      } else {
        if (isValid)
          error(argument.value->range,
                "too many arguments: it is " + signatureOf(builtin));
        isValid = false;
      }
      continue;
    }
    auto *param = llvm::find_if(params, [&](const BuiltinParam &p) {
      return p.name == argument.keyword;
    });
    if (param == params.end()) {
      std::vector<StringRef> names;
      for (const BuiltinParam &p : params)
        names.push_back(p.name);
      error(argument.keywordRange, "'" + builtin.name + "' has no parameter '" +
                                       argument.keyword + "'" +
                                       suggest(argument.keyword, names));
      isValid = false;
      continue;
    }
    BoundArg &slot = bound.args[param - params.begin()];
    if (slot.isGiven()) {
      error(argument.keywordRange, "'" + argument.keyword + "' is given twice");
      isValid = false;
    }
    slot = arg;
  }
  std::vector<std::string> missing;
  for (auto [param, arg] : llvm::zip_equal(params, bound.args))
    if (!param.isOptional && !arg.isGiven())
      missing.push_back("'" + param.name.str() + "'");
  if (!missing.empty() && isValid) {
    error(call.range, "missing " + llvm::join(missing, ", ") + ": it is " +
                          signatureOf(builtin));
    isValid = false;
  }
  return isValid ? std::make_optional(std::move(bound)) : std::nullopt;
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

/// Evaluates what is written in a call that cannot be made.
void Elaborator::evaluateArguments(const CallExpr &call) {
  for (const Argument &argument : call.args)
    evaluate(argument.value);
}

Datum Elaborator::evaluateCall(const CallExpr *call) {
  Datum callee = evaluate(call->callee);
  if (callee.is(Datum::Kind::Function))
    return callFunction(callee, *call);
  if (callee.is(Datum::Kind::Builtin))
    return callBuiltin(*callee.getBuiltin(), *call);
  evaluateArguments(*call);
  if (callee.isSilent())
    return Datum::poison();
  return error(call->callee->range, describe(callee) + " cannot be called");
}

Datum Elaborator::callBuiltin(const Builtin &builtin, const CallExpr &call) {
  switch (builtin.role) {
  case Builtin::Role::Reserved:
    evaluateArguments(call);
    return error(call.callee->range, "'" + builtin.name +
                                         "' is reserved for later and cannot "
                                         "be used yet");
  case Builtin::Role::Loop:
    evaluateArguments(call);
    return error(call.range,
                 "'" + builtin.name + "' belongs in the header of a 'for'");
  case Builtin::Role::Scope:
    evaluateArguments(call);
    return error(call.range,
                 "'" + builtin.name + "' belongs in the header of a 'with'");
  case Builtin::Role::Type:
    return error(call.range, "'" + builtin.name +
                                 "' is a type; it is written " +
                                 "with brackets, in annotations");
  case Builtin::Role::Anywhere:
  case Builtin::Role::Compute:
    break;
  }
  std::optional<BoundArgs> args = bindArguments(builtin, call);
  if (!args)
    return Datum::poison();
  bool isSilent = false, isPoison = false;
  for (const BoundArg &arg : args->args)
    isSilent |= arg.isGiven() && isSilentDeep(arg.datum, isPoison);
  for (const BoundArg &arg : args->rest)
    isSilent |= isSilentDeep(arg.datum, isPoison);
  if (!isSilent)
    return builtin.handler(*this, *args);
  // What is assembled may be wrong, but the tensor stays what it is.
  bool keepsFirst = builtin.name == "assemble" && args->has(0) &&
                    args->args[0].datum.isTensor();
  if (keepsFirst) {
    noteWrite(args->args[0].datum, args->args[0].range());
    return args->args[0].datum;
  }
  return isPoison ? Datum::poison() : Datum::unknown();
}
