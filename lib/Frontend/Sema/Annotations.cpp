//===- Annotations.cpp - Types of parameters ------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

#include <fmt/format.h>

using namespace tilec;
using llvm::StringRef;

/// A name that annotations know and expressions do not, or an empty string.
static StringRef annotationWord(const Expr *e) {
  static constexpr StringRef words[] = {"int", "float", "bool",
                                        "str", "tuple", "Tuple"};
  auto *name = llvm::dyn_cast<NameExpr>(e);
  return name && llvm::is_contained(words, name->name) ? name->name : "";
}

/// The builtin that a type's name stands for, or null.
const Builtin *Elaborator::typeConstructor(const Expr *e) {
  if (!llvm::isa<NameExpr, AttributeExpr>(e) || !annotationWord(e).empty())
    return nullptr;
  Datum datum = evaluate(e);
  if (!datum.is(Datum::Kind::Builtin) ||
      datum.getBuiltin()->role != Builtin::Role::Type)
    return nullptr;
  return datum.getBuiltin();
}

/// `[d0, d1]` of a Tensor annotation; false after an error.
bool Elaborator::evaluateDims(const Expr *e, Annotation &annotation) {
  BoundArg arg{evaluate(e), e};
  auto entries = toList(arg, "the shape", 0);
  if (!entries)
    return false;
  if (entries->empty() || entries->size() > 4) {
    error(e->range, fmt::format("a tensor has 1 to 4 dimensions, not {}",
                                entries->size()));
    return false;
  }
  bool isValid = true;
  for (const BoundArg &entry : *entries) {
    std::optional<DimExpr> dim = entry.datum.getSymbolic();
    bool isInteger =
        entry.datum.isInt() || entry.datum.is(Datum::Kind::Dynamic);
    if (!dim || !isInteger) {
      if (!entry.datum.isSilent())
        error(entry.range(), "a dimension is a constant integer, a dynamic "
                             "name, or sums and products of both, not " +
                                 describe(entry.datum));
      isValid = false;
      continue;
    }
    if (std::optional<int64_t> value = dim->getConstant();
        value && *value <= 0) {
      error(entry.range(),
            fmt::format("a dimension must be positive, got {}", *value));
      isValid = false;
    }
    annotation.dims.push_back(*dim);
    annotation.dimRanges.push_back(entry.range());
  }
  return isValid;
}

bool Elaborator::checkTensorBytes(const Annotation &annotation,
                                  SourceRange range) {
  int64_t bytes = getByteSize(annotation.dtype);
  for (const DimExpr &dim : annotation.dims)
    if (std::optional<int64_t> extent = dim.getConstant())
      if (llvm::MulOverflow(bytes, *extent, bytes)) {
        error(range, "a tensor of " + formatDims(annotation.dims) + " " +
                         getName(annotation.dtype) +
                         " takes more than 2^63 bytes");
        return false;
      }
  return true;
}

Annotation Elaborator::evaluateAnnotation(const Expr *e) {
  Annotation annotation;
  if (!e)
    return annotation;
  llvm::SaveAndRestore keep(keepsDynamicNames, true);
  annotation.range = e->range;
  annotation.kind = Annotation::Kind::Poison;
  auto *subscript = llvm::dyn_cast<SubscriptExpr>(e);
  const Builtin *type = typeConstructor(subscript ? subscript->base : e);
  if (!type || !subscript)
    return evaluateOtherAnnotation(e, annotation);
  if (type->name == "Scalar") {
    std::optional<DType> dtype;
    if (subscript->indices.size() == 1)
      dtype = toDType({evaluate(subscript->indices[0]), subscript->indices[0]});
    else
      error(e->range, "a scalar's type is written Scalar[DTYPE]");
    if (dtype) {
      annotation.kind = Annotation::Kind::Scalar;
      annotation.dtype = *dtype;
    }
    return annotation;
  }
  if (type->name == "Tensor")
    return evaluateTensorType(subscript, std::move(annotation));
  // Out[...], InOut[...], Weight[...].
  if (subscript->indices.size() == 1)
    annotation = evaluateAnnotation(subscript->indices[0]);
  bool isPlain = annotation.kind == Annotation::Kind::Tensor &&
                 annotation.access == Storage::Access::Plain;
  if (!isPlain && annotation.kind != Annotation::Kind::Poison) {
    error(e->range, "'" + type->name + "' takes a tensor's type, as in " +
                        type->name + "[Tensor[[d0, d1], DTYPE]]");
    annotation.kind = Annotation::Kind::Poison;
  }
  annotation.access = static_cast<Storage::Access>(type->kind);
  annotation.range = e->range;
  return annotation;
}

Annotation Elaborator::evaluateTensorType(const SubscriptExpr *e,
                                          Annotation annotation) {
  if (e->indices.size() != 2) {
    error(e->range, "a tensor's type is written Tensor[[d0, d1], DTYPE]");
    return annotation;
  }
  bool isValid = evaluateDims(e->indices[0], annotation);
  std::optional<DType> dtype =
      toDType({evaluate(e->indices[1]), e->indices[1]});
  annotation.dtype = dtype.value_or(DType::FP32);
  if (isValid && dtype && checkTensorBytes(annotation, e->range))
    annotation.kind = Annotation::Kind::Tensor;
  return annotation;
}

/// `int` and its like ask an inline function's argument to be a constant;
/// tuple[...] and `None` describe results.
Annotation Elaborator::evaluateOtherAnnotation(const Expr *e,
                                               Annotation annotation) {
  StringRef word = annotationWord(e);
  if (!word.empty() && !word.equals_insensitive("tuple")) {
    annotation.kind = Annotation::Kind::Constant;
    return annotation;
  }
  llvm::ArrayRef<Expr *> parts;
  auto *subscript = llvm::dyn_cast<SubscriptExpr>(e);
  if (subscript && annotationWord(subscript->base).equals_insensitive("tuple"))
    parts = subscript->indices;
  else if (auto *tuple = llvm::dyn_cast<TupleExpr>(e))
    parts = tuple->elements;
  if (!parts.empty()) {
    for (const Expr *part : parts)
      annotation.parts.push_back(evaluateAnnotation(part));
    annotation.kind = Annotation::Kind::Tuple;
    return annotation;
  }
  if (llvm::isa<NoneExpr>(e)) {
    annotation.kind = Annotation::Kind::None;
    return annotation;
  }
  Datum datum;
  if (!typeConstructor(e) && (datum = evaluate(e)).isSilent())
    return annotation;
  error(e->range, "expected a type, such as Tensor[[d0, d1], FP32] or "
                  "Scalar[INDEX]");
  return annotation;
}

/// Checks a value that was bound or returned under an annotation.
void Elaborator::checkAnnotated(const Annotation &annotation,
                                const Datum &value, SourceRange range) {
  if (value.isSilent())
    return;
  if (annotation.kind == Annotation::Kind::Tuple) {
    bool fits = value.isSequence() &&
                value.getElements().size() == annotation.parts.size();
    if (!fits) {
      error(range, fmt::format("expected a tuple of {}, got {}",
                               annotation.parts.size(), describe(value)));
      note(annotation.range, "as annotated here");
      return;
    }
    for (auto [part, element] :
         llvm::zip_equal(annotation.parts, value.getElements()))
      checkAnnotated(part, element, range);
    return;
  }
  if (annotation.kind != Annotation::Kind::Tensor)
    return;
  bool fits = (value.isTensor() || value.isTile()) &&
              value.getDType() == annotation.dtype &&
              value.getShape().size() == annotation.dims.size();
  if (fits)
    for (auto [extent, dim] :
         llvm::zip_equal(value.getShape(), annotation.dims)) {
      std::optional<int64_t> expected = dim.getConstant();
      fits &= !expected || mlir::ShapedType::isDynamic(extent) ||
              *expected == extent;
    }
  if (fits)
    return;
  error(range, "expected " + formatDims(annotation.dims) + " " +
                   getName(annotation.dtype) + ", got " + describe(value));
  note(annotation.range, "as annotated here");
}
