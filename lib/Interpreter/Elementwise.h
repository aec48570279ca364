//===- Elementwise.h - Operands stretched to a common box -------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An elementwise operation gathers the valid cells of its operands into plain
// vectors, applies a function, and scatters the result:
//
//   Broadcast box({&lhs, &rhs});
//   auto sum = apply([](float a, float b) { return a + b; },
//                    box.gather<float>(lhs, dtype), box.gather<float>(rhs,
//                    dtype));
//   RuntimeValue result = box.scatter(sum, dtype);
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_INTERPRETER_ELEMENTWISE_H
#define TILEC_LIB_INTERPRETER_ELEMENTWISE_H

#include "Box.h"
#include "Elements.h"

namespace tilec {

/// Numbers in row-major order of a box, and where they are undefined (empty:
/// nowhere). Work is a type of Elements.h.
template <typename Work> struct Numbers {
  std::vector<Work> values;
  std::vector<uint8_t> undefined;

  bool isUndefined(size_t i) const {
    return !undefined.empty() && undefined[i];
  }
};

/// The common shape and valid box of some operands: tiles whose 1-sized
/// dimensions stretch, and scalars, which fit everything.
class Broadcast {
public:
  explicit Broadcast(llvm::ArrayRef<const RuntimeValue *> operands);

  /// The operand at each cell of the valid box, as a value of the dtype.
  template <typename Work>
  Numbers<Work> gather(const RuntimeValue &operand, DType dtype) const;

  /// A tile of the common shape; a scalar if all operands are.
  template <typename Work>
  RuntimeValue scatter(const Numbers<Work> &numbers, DType dtype) const;

private:
  bool scalar = true;
  Shape shape = {1};
  Shape valid = {1};
};

/// Where any of the operands is undefined.
template <typename... Works>
std::vector<uint8_t> mergeUndefined(const Numbers<Works> &...operands) {
  std::vector<uint8_t> merged;
  auto merge = [&](const std::vector<uint8_t> &undefined) {
    if (merged.empty())
      merged = undefined;
    else
      for (size_t i = 0; i < undefined.size(); ++i)
        merged[i] |= undefined[i];
  };
  (merge(operands.undefined), ...);
  return merged;
}

template <typename Function, typename First, typename... Rest>
auto apply(Function function, const Numbers<First> &first,
           const Numbers<Rest> &...rest) {
  Numbers<decltype(function(First(), Rest()...))> result;
  result.undefined = mergeUndefined(first, rest...);
  result.values.resize(first.values.size());
  for (size_t i = 0; i < result.values.size(); ++i)
    result.values[i] = function(first.values[i], rest.values[i]...);
  return result;
}

} // namespace tilec

#endif // TILEC_LIB_INTERPRETER_ELEMENTWISE_H
