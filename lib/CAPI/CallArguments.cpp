//===- CallArguments.cpp - The arguments of one call, checked -------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CallArguments.h"
#include "Scalars.h"
#include "Tensors.h"

using namespace tilec;
using namespace tilec::capi;

/// The rank of what is not given.
static constexpr int noTensor = -1;

void CallArguments::fail(const std::string &problem) {
  problems += (problems.empty() ? "" : "\n") + problem;
}

//===----------------------------------------------------------------------===//
// Each on its own
//===----------------------------------------------------------------------===//

/// Its header says what packed storage holds; whether that is the parameter's
/// shape shows when the names are solved.
std::optional<std::string>
CallArguments::checkTensor(const Parameter &parameter, const DLTensor &tensor) {
  if (!parameter.isPacked())
    return findProblem(tensor, parameter.dtype, getByteSize(parameter.dtype));
  if (auto problem = findPackedProblem(tensor, parameter.layout))
    return problem;
  char text[200];
  const char *problem = tilec_rt_packed_problem(
      getData(tensor), getBytes(tensor), packed::getName(parameter.layout),
      getPackedShape(tensor).data(), text, sizeof(text));
  return problem ? std::optional("is no packed weight: " + std::string(problem))
                 : std::nullopt;
}

void CallArguments::takeTensor(const Parameter &parameter,
                               const DLTensor &tensor) {
  if (auto problem = checkTensor(parameter, tensor))
    return fail(fmt::format("`{}` {}", parameter.name, *problem));
  llvm::ArrayRef<int64_t> shape =
      parameter.isPacked() ? getPackedShape(tensor) : capi::getShape(tensor);
  shapes.back() = shape.data();
  ranks.back() = static_cast<int>(shape.size());
  data.back() = getData(tensor);
  auto begin = reinterpret_cast<uintptr_t>(data.back());
  if (int64_t bytes = getBytes(tensor))
    ranges.push_back({begin, begin + uintptr_t(bytes), &parameter});
}

bool CallArguments::take(const tilec_argument *arguments, size_t count,
                         bool tensorsMayLack) {
  const std::vector<Parameter> &parameters = signature.parameters;
  if (count != parameters.size()) {
    fail(fmt::format("`{}` takes {} arguments, and is given {}", signature.name,
                     parameters.size(), count));
    return false;
  }
  for (size_t i = 0; i < count; ++i) {
    const Parameter &parameter = parameters[i];
    shapes.push_back(nullptr);
    ranks.push_back(noTensor);
    if (parameter.isScalar()) {
      scalars.push_back(0);
      if (auto problem =
              readScalar(arguments[i], parameter.dtype, scalars.back()))
        fail(fmt::format("`{}` {}", parameter.name, *problem));
      continue;
    }
    data.push_back(nullptr);
    if (arguments[i].tensor)
      takeTensor(parameter, *arguments[i].tensor);
    else if (!tensorsMayLack)
      fail(fmt::format("`{}` is a tensor, and is given none", parameter.name));
  }
  return problems.empty();
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

static constexpr int64_t undetermined = -1;

/// Puts the names' values behind the scalars; false if something is wrong with
/// what is given.
bool CallArguments::readDims() {
  size_t numScalars = scalars.size();
  scalars.append(signature.symbols.size(), undetermined);
  llvm::MutableArrayRef<int64_t> values =
      llvm::MutableArrayRef(scalars).drop_front(numScalars);
  for (size_t i = 0; i < options.dim_count; ++i) {
    const tilec_dim &dim = options.dims[i];
    auto found = llvm::find(signature.symbols, dim.symbol);
    if (found == signature.symbols.end() || dim.value < 0)
      return false;
    int64_t &value = values[found - signature.symbols.begin()];
    if (value != undetermined && value != dim.value)
      return false;
    value = dim.value;
  }
  return true;
}

/// Whether shapes can be compared with the parameters': the same ranks, and no
/// extent too large.
bool CallArguments::haveRanks() const {
  for (auto [i, parameter] : llvm::enumerate(signature.parameters)) {
    if (ranks[i] == noTensor)
      continue;
    llvm::ArrayRef<int64_t> shape(shapes[i], ranks[i]);
    if (shape.size() != parameter.shape.size() ||
        llvm::any_of(shape, [](int64_t n) { return n > kMaxExtent; }))
      return false;
  }
  return true;
}

llvm::MutableArrayRef<int64_t> CallArguments::getDims() {
  return llvm::MutableArrayRef(scalars).take_back(signature.symbols.size());
}

/// What all good calls pass: in numbers, without a word.
bool CallArguments::trySolve() {
  return tilec_rt_entry_solve(&entry.runtime.get(), shapes.data(),
                              getDims().data(), nullptr) == 0;
}

/// All that is wrong with the shapes, in words.
void CallArguments::explain() {
  std::vector<std::optional<Shape>> actual;
  for (size_t i = 0; i < ranks.size(); ++i) {
    actual.emplace_back();
    if (ranks[i] != noTensor)
      actual.back().emplace(shapes[i], shapes[i] + ranks[i]);
  }
  DimValues given;
  for (size_t i = 0; i < options.dim_count; ++i)
    given.emplace_back(options.dims[i].symbol, options.dims[i].value);
  llvm::Expected<std::vector<int64_t>> values = signature.solve(actual, given);
  if (!values)
    return fail(llvm::toString(values.takeError()));
  for (const Parameter &parameter : signature.parameters)
    if (auto shape = signature.getShape(parameter, *values); !shape)
      fail(llvm::toString(shape.takeError()));
}

bool CallArguments::solve() {
  if (readDims() && haveRanks() && trySolve())
    return true;
  explain();
  if (problems.empty())
    fail(fmt::format("the shapes of the tensors of `{}` do not fit each other",
                     signature.name));
  return false;
}

/// Gives names that the parameter does not have a value, if they have none;
/// whether its own have one.
bool CallArguments::completeDims(const Parameter &parameter) {
  bool known = true;
  for (auto [name, value] : llvm::zip(signature.symbols, getDims())) {
    if (value != undetermined)
      continue;
    value = 0;
    for (const DimExpr &dim : parameter.shape)
      known &= !llvm::is_contained(dim.getSymbols(), name);
  }
  return known;
}

bool CallArguments::getShape(const Parameter &parameter, int64_t *shape) {
  bool comparable = readDims() && haveRanks();
  bool solved = comparable && trySolve();
  // Names of other tensors may stay unknown: those are checked by the call.
  bool isPartial =
      comparable && !solved && llvm::is_contained(getDims(), undetermined);
  if (!solved && !(isPartial && completeDims(parameter))) {
    explain();
    return false;
  }
  llvm::Expected<Shape> result = signature.getShape(parameter, getDims());
  if (result)
    llvm::copy(*result, shape);
  else
    fail(llvm::toString(result.takeError()));
  return problems.empty();
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

bool CallArguments::checkOverlap() {
  llvm::sort(ranges, [](const Range &lhs, const Range &rhs) {
    return lhs.begin < rhs.begin;
  });
  // Of what begins before, that which ends last: of all, and of what is
  // written.
  const Range *last = nullptr, *lastWritten = nullptr;
  for (const Range &range : ranges) {
    bool isWritten = range.parameter->isWritten();
    const Range *other = isWritten ? last : lastWritten;
    if (other && other->end > range.begin) {
      fail(fmt::format("`{}` and `{}` share memory, and `{}` is written",
                       other->parameter->name, range.parameter->name,
                       (isWritten ? range : *other).parameter->name));
      return false;
    }
    if (!last || range.end > last->end)
      last = &range;
    if (isWritten && (!lastWritten || range.end > lastWritten->end))
      lastWritten = &range;
  }
  return true;
}
