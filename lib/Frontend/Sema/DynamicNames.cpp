//===- DynamicNames.cpp - Solving the extents of a call -------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The shapes of an inline function's parameters, say [LAYERS * HIDDEN, N], are
// equations between polynomials: a dimension with a single unknown name, to the
// first power, determines it, and every other dimension is checked, here if
// both sides are known and by a tile.assert otherwise.
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

#include <fmt/format.h>

using namespace tilec;
using llvm::StringRef;

namespace {
/// `factor * unknown + rest`.
struct Linear {
  std::string unknown;
  DimExpr factor = 1;
  DimExpr rest;
};
} // namespace

/// Splits one term into what is known of it and an unknown name. None if it
/// has two, or exceeds 64 bits.
static std::optional<std::pair<DimExpr, std::string>>
substituteTerm(const DimExpr::Term &term,
               const llvm::StringMap<Datum> &dynamicNames) {
  std::optional<DimExpr> product = DimExpr(term.coefficient);
  std::string unknown;
  for (const std::string &name : term.symbols) {
    auto known = dynamicNames.find(name);
    if (known != dynamicNames.end())
      product = DimExpr::mul(*product, *known->second.getSymbolic());
    else if (unknown.empty())
      unknown = name;
    else
      return std::nullopt;
    if (!product)
      return std::nullopt;
  }
  return std::make_pair(*product, unknown);
}

/// The dimension as a function of the only name that is not known.
static std::optional<Linear>
substitute(const DimExpr &expression,
           const llvm::StringMap<Datum> &dynamicNames) {
  Linear result;
  for (const DimExpr::Term &term : expression.getTerms()) {
    auto part = substituteTerm(term, dynamicNames);
    if (!part)
      return std::nullopt;
    auto &[product, unknown] = *part;
    if (!unknown.empty() && !result.unknown.empty())
      return std::nullopt;
    if (!unknown.empty()) {
      result.unknown = unknown;
      result.factor = product;
      continue;
    }
    std::optional<DimExpr> sum = DimExpr::add(result.rest, product);
    if (!sum)
      return std::nullopt;
    result.rest = *sum;
  }
  return result;
}

static bool mentionsPoison(const DimExpr &expression,
                           const llvm::StringMap<Datum> &dynamicNames) {
  return llvm::any_of(expression.getSymbols(), [&](const std::string &name) {
    auto known = dynamicNames.find(name);
    return known != dynamicNames.end() && known->second.isSilent();
  });
}

void Elaborator::solveEquations(const FunctionDecl &function,
                                std::vector<Equation> equations) {
  bool progresses = true;
  while (progresses && !equations.empty()) {
    size_t before = equations.size();
    llvm::erase_if(equations, [&](const Equation &equation) {
      return solveEquation(equation);
    });
    progresses = equations.size() < before;
  }
  if (frame->isIncomplete)
    return;
  for (const Equation &equation : equations) {
    error(equation.argument->range(),
          "the arguments of '" + function.name +
              "' do not determine the dynamic names in '" +
              equation.expected->str() + "'");
    note(equation.range, "the dimension is declared here");
    for (const std::string &name : equation.expected->getSymbols())
      frame->dynamicNames.try_emplace(name, Datum::poison());
  }
}

static DimExpr actualDim(const Elaborator::Equation &equation) {
  const Datum &datum = equation.argument->datum;
  if (datum.isTile())
    return datum.getShape()[equation.dim];
  return datum.getDims()[equation.dim];
}

/// True if nothing more is to be learnt from the equation.
bool Elaborator::solveEquation(const Equation &equation) {
  if (mentionsPoison(*equation.expected, frame->dynamicNames))
    return true;
  std::optional<Linear> linear =
      substitute(*equation.expected, frame->dynamicNames);
  if (!linear)
    return false;
  if (linear->unknown.empty()) {
    checkEquation(equation, linear->rest);
    return true;
  }
  DimExpr actual = actualDim(equation);
  std::optional<DimExpr> difference = DimExpr::sub(actual, linear->rest);
  std::optional<DimExpr> value =
      difference ? divideExactly(*difference, linear->factor) : std::nullopt;
  Datum &solution = frame->dynamicNames[linear->unknown];
  bool isNegative = value && value->getConstant().value_or(1) <= 0;
  if (isNegative || (!value && !hasOpaqueAtoms(actual))) {
    solution = Datum::poison();
    refuseDimension(equation, actual);
    return true;
  }
  if (value && !hasOpaqueAtoms(*value)) {
    std::optional<int64_t> constant = value->getConstant();
    solution = constant ? Datum::integer(*constant) : Datum::dynamic(*value);
    return true;
  }
  if (!solveAtRunTime(equation, linear->factor, linear->rest, solution)) {
    refuseDimension(equation, actual);
    return true;
  }
  if (!value)
    return false; // Comes back to be checked.
  if (solution.isScalar())
    solution = scalarOf(solution.getValue(), DType::INDEX, *value);
  return true;
}

/// The running program computes `(extent - rest) // factor`.
bool Elaborator::solveAtRunTime(const Equation &equation, const DimExpr &factor,
                                const DimExpr &rest, Datum &solution) {
  SourceRange range = equation.argument->range();
  solution = Datum::poison();
  std::optional<Datum> divisor = materialize(factor, range);
  std::optional<Datum> offset = materialize(rest, range);
  if (!divisor || !offset)
    return false;
  Datum extent = dimensionOf(equation.argument->datum, equation.dim, range);
  solution = emitBinary(BinaryOp::FloorDiv,
                        emitBinary(BinaryOp::Sub, extent, *offset, range),
                        *divisor, range);
  return true;
}

/// `expected` is the value of the declared dimension, if that is known.
void Elaborator::refuseDimension(const Equation &equation,
                                 const DimExpr &actual,
                                 std::optional<DimExpr> expected) {
  const Datum &datum = equation.argument->datum;
  std::string declared = equation.expected->str();
  if (expected && *expected != *equation.expected && !hasOpaqueAtoms(*expected))
    declared += " = " + expected->str();
  error(equation.argument->range(),
        fmt::format("dimension {} of '{}' is {}, not {}", equation.dim,
                    equation.param->name.str(),
                    hasOpaqueAtoms(actual) ? "known only at run time"
                                           : actual.str(),
                    declared));
  note(equation.range, "'" + equation.param->name + "' is declared with it");
  noteDefinition(datum);
}

/// Both sides are known, here or when the program runs.
void Elaborator::checkEquation(const Equation &equation,
                               const DimExpr &expected) {
  DimExpr actual = actualDim(equation);
  if (actual == expected)
    return;
  std::optional<DimExpr> difference = DimExpr::sub(actual, expected);
  if (difference && difference->isConstant())
    return refuseDimension(equation, actual, expected);
  SourceRange range = equation.argument->range();
  Datum left = dimensionOf(equation.argument->datum, equation.dim, range);
  Datum right = resolveDynamic(Datum::dynamic(*equation.expected), range);
  Datum holds = emitCompare(CompareOp::Eq, left, right, range);
  if (!holds.isScalar())
    return;
  bool isConstant = equation.expected->isConstant();
  std::string message = fmt::format(
      "dimension {} of '{}' is {{0}}, but '{}' takes {}{{1}}", equation.dim,
      equation.param->name.str(), frame->function->name.str(),
      isConstant ? "" : equation.expected->str() + " = ");
  emitter.create<tile::AssertOp>(
      range, holds.getValue(), message,
      mlir::ValueRange{toIndex(left, range, ""), toIndex(right, range, "")});
}
