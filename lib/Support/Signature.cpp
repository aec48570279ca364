//===- Signature.cpp - Solving the dynamic names of a call ----------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Support/Signature.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace tilec;

llvm::StringRef tilec::getName(Direction direction) {
  switch (direction) {
  case Direction::In:
    return "in";
  case Direction::Out:
    return "out";
  case Direction::InOut:
    return "inout";
  }
  llvm_unreachable("all directions are covered");
}

std::optional<Direction> tilec::parseDirection(llvm::StringRef name) {
  for (Direction direction : {Direction::In, Direction::Out, Direction::InOut})
    if (getName(direction) == name)
      return direction;
  return std::nullopt;
}

const Parameter *Signature::find(llvm::StringRef parameter) const {
  auto found = llvm::find_if(
      parameters, [&](const Parameter &p) { return p.name == parameter; });
  return found == parameters.end() ? nullptr : &*found;
}

unsigned Signature::getNumTensors() const {
  return llvm::count_if(parameters,
                        [](const Parameter &p) { return p.isTensor(); });
}

unsigned Signature::getNumScalars() const {
  return parameters.size() - getNumTensors();
}

void Signature::collectSymbols() {
  for (const Parameter &parameter : parameters)
    for (const DimExpr &dim : parameter.shape)
      for (const std::string &name : dim.getSymbols())
        if (!llvm::is_contained(symbols, name))
          symbols.push_back(name);
}

//===----------------------------------------------------------------------===//
// Solving
//===----------------------------------------------------------------------===//

namespace {
/// The value of a name and what it follows from.
struct Known {
  int64_t value;
  std::string origin;
};

/// One dimension of one argument: `expression` shall be `actual`.
struct Equation {
  const Parameter *parameter;
  unsigned dimension;
  const DimExpr *expression;
  int64_t actual;
  /// Nothing more is to be learnt from it.
  bool done = false;

  std::string where() const {
    return fmt::format("dimension {} of `{}`", dimension, parameter->name);
  }
};

/// `factor * unknown + rest`.
struct Linear {
  std::string unknown;
  int64_t factor;
  int64_t rest;
};

class Solver {
public:
  explicit Solver(const Signature &signature) : signature(signature) {}

  llvm::Expected<std::vector<int64_t>>
  run(llvm::ArrayRef<std::optional<Shape>> shapes, const DimValues &dims);

private:
  template <typename... Args>
  void fail(fmt::format_string<Args...> format, Args &&...args) {
    errors = llvm::joinErrors(std::move(errors),
                              llvm::createStringError(fmt::format(
                                  format, std::forward<Args>(args)...)));
    failed = true;
  }

  std::optional<int64_t> lookUp(llvm::StringRef name) const;
  void addGiven(const DimValues &dims);
  void addShape(const Parameter &parameter, const Shape &shape);
  std::optional<Linear> isolate(const DimExpr &expression) const;
  bool solve(Equation &equation);
  void check(const Equation &equation);
  std::string explain(const DimExpr &expression) const;
  void reportUndetermined();
  void reportTooLarge();

  const Signature &signature;
  llvm::StringMap<Known> known;
  std::vector<Equation> equations;
  llvm::Error errors = llvm::Error::success();
  bool failed = false;
};
} // namespace

std::optional<int64_t> Solver::lookUp(llvm::StringRef name) const {
  auto found = known.find(name);
  if (found == known.end())
    return std::nullopt;
  return found->second.value;
}

void Solver::addGiven(const DimValues &dims) {
  for (const auto &[name, value] : dims) {
    if (!llvm::is_contained(signature.symbols, name))
      fail("`{}` is not a dynamic name of `{}`, which has {}", name,
           signature.name,
           signature.symbols.empty()
               ? "none"
               : fmt::format("`{}`", fmt::join(signature.symbols, "`, `")));
    else if (value < 0)
      fail("`{}` is given as {}, which is negative", name, value);
    else if (auto [place, added] =
                 known.try_emplace(name, Known{value, "as given"});
             !added && place->second.value != value)
      fail("`{}` is given as {} and as {}", name, place->second.value, value);
  }
}

void Solver::addShape(const Parameter &parameter, const Shape &shape) {
  if (shape.size() != parameter.shape.size())
    return fail("`{}` has {} dimensions, expected {}", parameter.name,
                shape.size(), parameter.shape.size());
  for (auto [i, expression] : llvm::enumerate(parameter.shape))
    equations.push_back({&parameter, unsigned(i), &expression, shape[i]});
}

/// Writes the expression as a multiple of its only unknown name plus a known
/// number. None if it has another form, or a step exceeds 64 bits.
std::optional<Linear> Solver::isolate(const DimExpr &expression) const {
  Linear result{"", 0, 0};
  for (const DimExpr::Term &term : expression.getTerms()) {
    int64_t product = term.coefficient;
    const std::string *unknown = nullptr;
    for (const std::string &name : term.symbols) {
      std::optional<int64_t> value = lookUp(name);
      if (!value && unknown)
        return std::nullopt;
      if (!value)
        unknown = &name;
      else if (__builtin_mul_overflow(product, *value, &product))
        return std::nullopt;
    }
    if (unknown && !result.unknown.empty() && result.unknown != *unknown)
      return std::nullopt;
    if (unknown)
      result.unknown = *unknown;
    int64_t &sum = unknown ? result.factor : result.rest;
    if (__builtin_add_overflow(sum, product, &sum))
      return std::nullopt;
  }
  if (result.unknown.empty() || result.factor == 0)
    return std::nullopt;
  return result;
}

/// Learns a name from the equation, if it has a single unknown one; whether it
/// did.
bool Solver::solve(Equation &equation) {
  std::optional<Linear> linear = isolate(*equation.expression);
  if (!linear)
    return false;
  int64_t product;
  // A factor of -1 divides everything; INT64_MIN / -1 would trap.
  bool fits =
      !__builtin_sub_overflow(equation.actual, linear->rest, &product) &&
      product != INT64_MIN && product % linear->factor == 0 &&
      product / linear->factor >= 0;
  if (!fits) {
    equation.done = true;
    fail("{} is {}, which {} is for no `{}`{}", equation.where(),
         equation.actual, equation.expression->str(), linear->unknown,
         explain(*equation.expression));
    return false;
  }
  known[linear->unknown] = {product / linear->factor,
                            fmt::format("from {}", equation.where())};
  equation.done = true;
  return true;
}

/// Where the known names of an expression have their values from.
std::string Solver::explain(const DimExpr &expression) const {
  std::vector<std::string> parts;
  for (const std::string &name : expression.getSymbols())
    if (auto found = known.find(name); found != known.end())
      parts.push_back(fmt::format("{} = {} {}", name, found->second.value,
                                  found->second.origin));
  return parts.empty() ? "" : fmt::format(", with {}", fmt::join(parts, ", "));
}

void Solver::check(const Equation &equation) {
  const DimExpr &expression = *equation.expression;
  bool solved = llvm::all_of(expression.getSymbols(), [&](const auto &name) {
    return lookUp(name).has_value();
  });
  if (equation.done || !solved)
    return;
  std::optional<int64_t> expected =
      expression.evaluate([&](llvm::StringRef name) { return lookUp(name); });
  if (!expected)
    return fail("{} is {}, but {} exceeds 64 bits{}", equation.where(),
                equation.actual, expression.str(), explain(expression));
  if (*expected == equation.actual)
    return;
  if (expression.isConstant())
    return fail("{} is {}, expected {}", equation.where(), equation.actual,
                *expected);
  fail("{} is {}, expected {} = {}{}", equation.where(), equation.actual,
       expression.str(), *expected, explain(expression));
}

void Solver::reportUndetermined() {
  std::vector<std::string> names;
  for (const std::string &name : signature.symbols)
    if (!lookUp(name))
      names.push_back(name);
  if (!names.empty())
    fail("nothing determines `{}`: no argument has a dimension with that as "
         "its only unknown",
         fmt::join(names, "`, `"));
}

void Solver::reportTooLarge() {
  for (const std::string &name : signature.symbols)
    if (auto value = lookUp(name); *value > kMaxExtent)
      fail("`{}` is {}, more than 2^47", name, *value);
}

llvm::Expected<std::vector<int64_t>>
Solver::run(llvm::ArrayRef<std::optional<Shape>> shapes,
            const DimValues &dims) {
  addGiven(dims);
  for (auto [parameter, shape] : llvm::zip(signature.parameters, shapes))
    if (parameter.isTensor() && shape)
      addShape(parameter, *shape);
  for (bool changed = true; changed;) {
    changed = false;
    for (Equation &equation : equations)
      changed |= !equation.done && solve(equation);
  }
  for (const Equation &equation : equations)
    check(equation);
  if (!failed)
    reportUndetermined();
  if (!failed)
    reportTooLarge();
  if (failed)
    return std::move(errors);
  std::vector<int64_t> values;
  for (const std::string &name : signature.symbols)
    values.push_back(*lookUp(name));
  return values;
}

llvm::Expected<std::vector<int64_t>>
Signature::solve(llvm::ArrayRef<std::optional<Shape>> shapes,
                 const DimValues &dims) const {
  assert(shapes.size() == parameters.size() && "one element a parameter");
  return Solver(*this).run(shapes, dims);
}

llvm::Expected<Shape>
Signature::getShape(const Parameter &parameter,
                    llvm::ArrayRef<int64_t> values) const {
  auto lookUp = [&](llvm::StringRef name) -> std::optional<int64_t> {
    auto found = llvm::find(symbols, name);
    if (found == symbols.end())
      return std::nullopt;
    return values[found - symbols.begin()];
  };
  Shape shape;
  for (auto [i, expression] : llvm::enumerate(parameter.shape)) {
    std::optional<int64_t> extent = expression.evaluate(lookUp);
    if (!extent)
      return llvm::createStringError(
          fmt::format("dimension {} of `{}`, {}, exceeds 64 bits", i,
                      parameter.name, expression.str()));
    if (*extent < 0)
      return llvm::createStringError(
          fmt::format("dimension {} of `{}`, {}, is negative: {}", i,
                      parameter.name, expression.str(), *extent));
    if (*extent > kMaxExtent)
      return llvm::createStringError(
          fmt::format("dimension {} of `{}`, {}, is {}, more than 2^47", i,
                      parameter.name, expression.str(), *extent));
    shape.push_back(*extent);
  }
  if (!getByteSize(parameter.dtype, shape))
    return llvm::createStringError(fmt::format(
        "`{}` of shape {} and dtype {} exceeds 2^63 bytes", parameter.name,
        formatShape(shape), tilec::getName(parameter.dtype).str()));
  return shape;
}
