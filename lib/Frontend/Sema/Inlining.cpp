//===- Inlining.cpp - Calls of functions ----------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A call of a @jit.inline function elaborates its body with the arguments in
// place of the parameters. Dynamic names in the parameters' shapes are solved
// from the arguments, anew for each call.
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

#include <fmt/format.h>

using namespace tilec;
using llvm::StringRef;

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

bool Elaborator::checkCallable(const FunctionDecl &function,
                               const CallExpr &call) {
  if (function.functionKind == FunctionKind::Entry) {
    error(call.callee->range, "'" + function.name +
                                  "' is an entry, which only the caller of the "
                                  "compiled code can call");
    note(function.nameRange, "mark it @jit.inline to call it here");
    return false;
  }
  for (Frame *f = frame; f; f = f->caller)
    if (f->function == &function) {
      error(call.callee->range,
            "recursion: '" + function.name + "' calls itself");
      note(function.nameRange, "'" + function.name + "' is defined here");
      return false;
    }
  return true;
}

/// The arguments in the order of the parameters; those that are not given have
/// no expression. None after an error.
std::optional<std::vector<BoundArg>>
Elaborator::matchArguments(const FunctionDecl &function, const CallExpr &call) {
  std::vector<BoundArg> args(function.params.size());
  size_t position = 0;
  bool isValid = true;
  for (const Argument &argument : call.args) {
    BoundArg arg{evaluate(argument.value), argument.value};
    if (argument.keyword.empty()) {
      if (position < args.size()) {
        args[position++] = arg;
        continue;
      }
      if (isValid) {
        error(argument.value->range,
              fmt::format("too many arguments: '{}' takes {}",
                          function.name.str(), function.params.size()));
        note(function.nameRange, "it is defined here");
      }
      isValid = false;
      continue;
    }
    auto *param = llvm::find_if(function.params, [&](const Param &p) {
      return p.name == argument.keyword;
    });
    if (param == function.params.end()) {
      std::vector<StringRef> names;
      for (const Param &p : function.params)
        names.push_back(p.name);
      error(argument.keywordRange,
            "'" + function.name + "' has no parameter '" + argument.keyword +
                "'" + suggest(argument.keyword, names));
      note(function.nameRange, "it is defined here");
      isValid = false;
      continue;
    }
    BoundArg &slot = args[param - function.params.begin()];
    if (slot.isGiven()) {
      error(argument.keywordRange, "'" + argument.keyword + "' is given twice");
      isValid = false;
    }
    slot = arg;
  }
  for (auto [param, arg] : llvm::zip_equal(function.params, args))
    if (isValid && !arg.isGiven() && !param.defaultValue) {
      error(call.range, "missing the argument '" + param.name + "' of '" +
                            function.name + "'");
      note(param.range, "the parameter is here");
      isValid = false;
    }
  return isValid ? std::make_optional(std::move(args)) : std::nullopt;
}

/// Whether an argument can be what the annotation of its parameter asks for,
/// extents aside.
bool Elaborator::checkArgumentKind(const Param &param,
                                   const Annotation &annotation,
                                   const BoundArg &arg) {
  const Datum &datum = arg.datum;
  if (datum.isSilent() || annotation.kind == Annotation::Kind::Poison)
    return false;
  auto refuse = [&](const llvm::Twine &expected) {
    error(arg.range(), "'" + param.name + "' must be " + expected + ", not " +
                           describe(datum));
    note(param.range, "the parameter is here");
    noteDefinition(datum);
    return false;
  };
  switch (annotation.kind) {
  case Annotation::Kind::Tensor:
    if (datum.isTile() && (annotation.access == Storage::Access::Out ||
                           annotation.access == Storage::Access::InOut))
      return refuse("a tensor, as the function writes it");
    if (!datum.isTensor() && !datum.isTile())
      return refuse("a tensor or a tile");
    if (datum.getDType() != annotation.dtype)
      return refuse(getName(annotation.dtype));
    if (datum.getShape().size() != annotation.dims.size())
      return refuse("of rank " + llvm::Twine(annotation.dims.size()));
    return true;
  case Annotation::Kind::Scalar: {
    bool integers =
        isInteger(annotation.dtype) &&
        (datum.isInt() || (datum.isScalar() && isInteger(*datum.getDType())));
    bool isSame = datum.isScalar() && datum.getDType() == annotation.dtype;
    bool isIndex = annotation.dtype == DType::INDEX;
    if (datum.isNumber() && fitsParameter(datum, annotation.dtype))
      return true;
    if (isSame || (integers && isIndex))
      return true;
    return refuse(withArticle(getName(annotation.dtype)) + " scalar");
  }
  case Annotation::Kind::Constant:
    return datum.isRuntime() ? refuse("a constant") : true;
  default:
    return true;
  }
}

/// Whether a number may be given for a Scalar parameter of that dtype.
bool Elaborator::fitsParameter(const Datum &number, DType dtype) {
  if (number.getDType() && number.getDType() != dtype)
    return isInteger(*number.getDType()) && isInteger(dtype);
  if (number.isFloat())
    return isFloat(dtype);
  return number.isBool() ? dtype == DType::BOOL : dtype != DType::BOOL;
}

//===----------------------------------------------------------------------===//
// The call
//===----------------------------------------------------------------------===//

/// The tensor with those extents constant that the parameter says are, which
/// was checked.
Datum Elaborator::withDeclaredShape(const Datum &tensor,
                                    const Annotation &annotation,
                                    SourceRange range) {
  llvm::SmallVector<int64_t> shape(tensor.getShape());
  std::vector<DimExpr> dims = tensor.getDims().vec();
  for (auto [i, declared] : llvm::enumerate(annotation.dims))
    if (std::optional<int64_t> extent = declared.getConstant()) {
      shape[i] = *extent;
      dims[i] = *extent;
    }
  if (llvm::ArrayRef(shape) == tensor.getShape())
    return tensor;
  auto type =
      tile::TensorRefType::get(shape, tensor.getTensorType().getElementType(),
                               tensor.getTensorType().getWeight());
  mlir::Value value =
      emitter.create<tile::ReshapeOp>(range, type, tensor.getValue());
  return Datum::tensor(value, tensor.getStorage(), std::move(dims));
}

/// What a parameter stands for in this call.
Datum Elaborator::bindParameter(const Param &param,
                                const Annotation &annotation,
                                const BoundArg &arg) {
  Datum datum = arg.datum;
  if (annotation.kind != Annotation::Kind::Tensor || datum.isSilent())
    return datum;
  datum.isTileArgument = datum.isTile();
  if (datum.isTensor())
    datum = withDeclaredShape(datum, annotation, arg.range());
  if (datum.isTensor() && annotation.access == Storage::Access::Weight) {
    // Not to be written here, whatever it is for the caller.
    Storage *readOnly =
        makeStorage(param.name, param.range, Storage::Access::Weight);
    readOnly->aliases.push_back(datum.getStorage());
    datum = Datum::tensor(datum.getValue(), readOnly, datum.getDims().vec());
  }
  return datum;
}

/// Evaluates defaults and annotations in the callee's module, and checks the
/// arguments against them.
void Elaborator::bindParameters(const FunctionDecl &function,
                                std::vector<BoundArg> args) {
  std::vector<Annotation> annotations;
  std::vector<Equation> equations;
  for (const Param &param : function.params)
    annotations.push_back(evaluateAnnotation(param.annotation));
  for (auto [i, param] : llvm::enumerate(function.params)) {
    BoundArg &arg = args[i];
    if (!arg.isGiven())
      arg = {evaluate(param.defaultValue), param.defaultValue};
    if (!checkArgumentKind(param, annotations[i], arg)) {
      if (!arg.datum.isSilent())
        arg.datum = Datum::poison();
      frame->isIncomplete = true;
      continue;
    }
    if (annotations[i].kind != Annotation::Kind::Tensor)
      continue;
    for (auto [d, dim] : llvm::enumerate(annotations[i].dims))
      equations.push_back({&param, d, &dim, &arg, annotations[i].dimRanges[d]});
  }
  solveEquations(function, equations);
  for (auto [i, param] : llvm::enumerate(function.params))
    bind(param.name, bindParameter(param, annotations[i], args[i]),
         param.nameRange);
}

Datum Elaborator::callFunction(const Datum &callee, const CallExpr &call) {
  const FunctionDecl &function = *callee.getFunction();
  called.insert(&function);
  if (!checkCallable(function, call)) {
    evaluateArguments(call);
    return Datum::poison();
  }
  std::optional<std::vector<BoundArg>> args = matchArguments(function, call);
  if (!args || isExhausted(call.range))
    return Datum::poison();

  Frame inner;
  inner.function = &function;
  inner.scope = callee.getScope();
  inner.caller = frame;
  inner.callRange = call.range;
  inner.context = contextOf(frame->context, &call, 0);
  inner.locals = &localNamesOf(function);
  mlir::Location location = emitter.locate(call.range);
  llvm::SaveAndRestore here(frame, &inner);
  llvm::SaveAndRestore place(emitter.callLocation,
                             mlir::LocationAttr(location));
  llvm::SaveAndRestore target(yieldTarget, static_cast<YieldTarget *>(nullptr));
  llvm::SaveAndRestore keep(keepsDynamicNames, false);
  llvm::SaveAndRestore deeper(depth, depth + 1);
  bindParameters(function, std::move(*args));
  elaborateBlock(function.body);
  Datum result = finishReturn(function);
  result.name = StringRef();
  return result;
}

/// What a function returned.
Datum Elaborator::finishReturn(const FunctionDecl &function) {
  Binding *returned = frame->env.lookup(returnName);
  if (!returned)
    return Datum::none();
  markRead(*returned);
  if (returned->state == Binding::State::Partial) {
    if (returned->sources.front()->datum.is(Datum::Kind::None))
      return Datum::none();
    error(returned->definition,
          "'" + function.name + "' returns a value on one path only");
    note(returned->problemRange, "the path that returns nothing");
    return Datum::poison();
  }
  if (returned->state == Binding::State::Conflict) {
    error(returned->definition,
          "the results of '" + function.name + "' on two paths differ in type");
    note(returned->problemRange, "the other path returns here");
    return Datum::poison();
  }
  if (function.returns && function.functionKind == FunctionKind::Inline)
    checkAnnotated(evaluateAnnotation(function.returns), returned->datum,
                   returned->definition);
  return returned->datum;
}
