//===- LinearQuery.cpp - One question about linear constraints ----------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LinearQuery.h"
#include "mlir/Analysis/Presburger/Simplex.h"
#include "llvm/ADT/STLExtras.h"

using namespace tilec;
using llvm::ArrayRef;
using llvm::DynamicAPInt;
using mlir::presburger::BoundType;
using mlir::presburger::PresburgerSpace;
using mlir::presburger::Simplex;

/// Questions with more cases, or with more variables once the rational
/// relaxation has failed to settle them, are left open.
static constexpr unsigned kMaxSteps = 400;
static constexpr unsigned kMaxIntegerVariables = 48;
/// The same where numbers exceed 64 bits, which the search for integers, not
/// the relaxation, is a hundred times slower with.
static constexpr unsigned kMaxWideVariables = 8;
/// Variables in more constraints connect no others.
static constexpr unsigned kMaxShared = 32;

LinearQuery::LinearQuery(ArrayRef<Interval> intervals, const Conjunction &facts,
                         ArrayRef<Disjunction> alternatives,
                         ArrayRef<LinearExpr> about)
    : columns(intervals.size(), -1), set(PresburgerSpace::getSetSpace(0)) {
  select(facts, alternatives, about);
  set = Set(PresburgerSpace::getSetSpace(numColumns));
  addIntervals(intervals);
  for (const LinearExpr *expr : zero)
    set.addEquality(getRow(*expr));
  for (const LinearExpr *expr : nonNegative)
    set.addInequality(getRow(*expr));
}

//===----------------------------------------------------------------------===//
// What plays a part
//===----------------------------------------------------------------------===//

namespace {
/// Constraints and alternatives, each with the variables in it.
struct Part {
  const LinearExpr *zero = nullptr, *nonNegative = nullptr;
  const Disjunction *choice = nullptr;
  llvm::SmallVector<unsigned, 8> variables;
};
} // namespace

static void collect(const LinearExpr &expr,
                    llvm::SmallVectorImpl<unsigned> &variables) {
  for (const LinearExpr::Term &term : expr.terms)
    variables.push_back(term.variable);
}

static std::vector<Part> getParts(const Conjunction &facts,
                                  ArrayRef<Disjunction> alternatives) {
  std::vector<Part> parts;
  for (const LinearExpr &expr : facts.zero) {
    parts.push_back({&expr, nullptr, nullptr, {}});
    collect(expr, parts.back().variables);
  }
  for (const LinearExpr &expr : facts.nonNegative) {
    parts.push_back({nullptr, &expr, nullptr, {}});
    collect(expr, parts.back().variables);
  }
  for (const Disjunction &choice : alternatives) {
    parts.push_back({nullptr, nullptr, &choice, {}});
    for (const Conjunction &one : choice) {
      for (const LinearExpr &expr : one.zero)
        collect(expr, parts.back().variables);
      for (const LinearExpr &expr : one.nonNegative)
        collect(expr, parts.back().variables);
    }
  }
  return parts;
}

/// The variables that so many constraints share that they connect none.
static std::vector<bool> findShared(ArrayRef<Part> parts, size_t count) {
  std::vector<unsigned> uses(count, 0);
  for (const Part &part : parts)
    for (unsigned v : part.variables)
      ++uses[v];
  std::vector<bool> shared(count);
  for (auto [v, number] : llvm::enumerate(uses))
    shared[v] = number > kMaxShared;
  return shared;
}

void LinearQuery::select(const Conjunction &facts,
                         ArrayRef<Disjunction> alternatives,
                         ArrayRef<LinearExpr> about) {
  std::vector<Part> parts = getParts(facts, alternatives);
  std::vector<bool> wanted(columns.size(), about.empty());
  for (const LinearExpr &expr : about)
    for (const LinearExpr::Term &term : expr.terms)
      wanted[term.variable] = true;
  std::vector<bool> shared = findShared(parts, columns.size());
  auto isConnected = [&](const Part &part) {
    return llvm::any_of(part.variables,
                        [&](unsigned v) { return wanted[v] && !shared[v]; }) ||
           llvm::all_of(part.variables,
                        [&](unsigned v) { return wanted[v] || shared[v]; });
  };
  std::vector<bool> taken(parts.size(), false);
  for (bool changed = true; changed;) {
    changed = false;
    for (auto [i, part] : llvm::enumerate(parts)) {
      if (taken[i] || !isConnected(part))
        continue;
      taken[i] = changed = true;
      for (unsigned v : part.variables)
        wanted[v] = true;
    }
  }
  for (auto [i, part] : llvm::enumerate(parts)) {
    if (taken[i] && part.zero)
      zero.push_back(part.zero);
    if (taken[i] && part.nonNegative)
      nonNegative.push_back(part.nonNegative);
    if (taken[i] && part.choice)
      choices.push_back(part.choice);
  }
  for (auto [v, isWanted] : llvm::enumerate(wanted))
    if (isWanted)
      columns[v] = numColumns++;
}

//===----------------------------------------------------------------------===//
// Integer sets
//===----------------------------------------------------------------------===//

static DynamicAPInt toDynamic(WideInt value) {
  if (value >= INT64_MIN && value <= INT64_MAX)
    return DynamicAPInt(int64_t(value));
  // Three digits to the base of 2^32 and what is left of 128 bits.
  DynamicAPInt result(int64_t(value >> 96)), base(int64_t(1) << 32);
  for (int shift : {64, 32, 0})
    result = result * base + DynamicAPInt(int64_t(uint32_t(value >> shift)));
  return result;
}

llvm::SmallVector<DynamicAPInt>
LinearQuery::getRow(const LinearExpr &expr) const {
  llvm::SmallVector<DynamicAPInt> row(numColumns + 1, DynamicAPInt(0));
  for (const LinearExpr::Term &term : expr.terms)
    row[columns[term.variable]] = toDynamic(term.coefficient);
  row.back() = toDynamic(expr.constant);
  return row;
}

void LinearQuery::addTo(Set &set, const Conjunction &conjunction) const {
  for (const LinearExpr &expr : conjunction.zero)
    set.addEquality(getRow(expr));
  for (const LinearExpr &expr : conjunction.nonNegative)
    set.addInequality(getRow(expr));
}

/// Bounds beyond 64 bits are left out: they hardly ever decide, and the wider
/// arithmetic is far slower.
void LinearQuery::addIntervals(ArrayRef<Interval> intervals) {
  for (auto [v, interval] : llvm::enumerate(intervals)) {
    if (columns[v] < 0)
      continue;
    if (interval.lower >= INT64_MIN)
      set.addBound(BoundType::LB, columns[v], toDynamic(interval.lower));
    if (interval.upper <= INT64_MAX)
      set.addBound(BoundType::UB, columns[v], toDynamic(interval.upper));
  }
}

//===----------------------------------------------------------------------===//
// Decisions
//===----------------------------------------------------------------------===//

static bool hasWideNumbers(const mlir::presburger::IntegerPolyhedron &set) {
  auto isWide = [](const DynamicAPInt &value) {
    return value < INT64_MIN || value > INT64_MAX;
  };
  for (unsigned i = 0; i < set.getNumEqualities(); ++i)
    if (llvm::any_of(set.getEquality(i), isWide))
      return true;
  for (unsigned i = 0; i < set.getNumInequalities(); ++i)
    if (llvm::any_of(set.getInequality(i), isWide))
      return true;
  return false;
}

LinearQuery::Answer LinearQuery::solve(const Set &set, size_t chosen) {
  if (++steps > kMaxSteps)
    return Answer::Unknown;
  if (Simplex(set).isEmpty())
    return Answer::Empty;
  if (chosen == choices.size()) {
    if (set.getNumVars() > kMaxIntegerVariables ||
        (set.getNumVars() > kMaxWideVariables && hasWideNumbers(set)))
      return Answer::Unknown;
    auto found = set.findIntegerSample();
    if (!found)
      return Answer::Empty;
    sample.clear();
    for (const DynamicAPInt &value : *found) {
      if (value < INT64_MIN || value > INT64_MAX)
        return Answer::Unknown;
      sample.push_back(int64_t(value));
    }
    return Answer::Found;
  }
  Answer answer = Answer::Empty;
  for (const Conjunction &alternative : *choices[chosen]) {
    Set narrowed = set;
    addTo(narrowed, alternative);
    switch (solve(narrowed, chosen + 1)) {
    case Answer::Empty:
      break;
    case Answer::Found:
      return Answer::Found;
    case Answer::Unknown:
      if (!needsSample)
        return Answer::Unknown;
      answer = Answer::Unknown;
      break;
    }
  }
  return answer;
}

bool LinearQuery::isEmpty() { return solve(set, 0) == Answer::Empty; }

std::optional<std::vector<int64_t>> LinearQuery::findSample() {
  needsSample = true;
  if (solve(set, 0) != Answer::Found)
    return std::nullopt;
  std::vector<int64_t> values;
  for (int column : columns)
    values.push_back(column < 0 ? 0 : sample[column]);
  return values;
}

/// The bound that a rational optimum gives an integer.
static std::optional<WideInt>
toBound(const mlir::presburger::MaybeOptimum<mlir::presburger::Fraction> &value,
        bool isLower) {
  if (!value.isBounded())
    return std::nullopt;
  DynamicAPInt bound = isLower ? mlir::presburger::ceil(*value)
                               : mlir::presburger::floor(*value);
  if (bound < INT64_MIN || bound > INT64_MAX)
    return std::nullopt;
  return WideInt(int64_t(bound));
}

LinearQuery::Interval LinearQuery::getBounds(const LinearExpr &expr) {
  Simplex simplex(set);
  WideInt none = LinearSystem::unbounded;
  if (simplex.isEmpty())
    return {none, -none};
  auto row = getRow(expr);
  return {toBound(simplex.computeOptimum(Simplex::Direction::Down, row), true)
              .value_or(-none),
          toBound(simplex.computeOptimum(Simplex::Direction::Up, row), false)
              .value_or(none)};
}
