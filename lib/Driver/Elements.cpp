//===- Elements.cpp - Elements of any dtype as numbers --------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elements.h"
#include <algorithm>
#include <fmt/format.h>

using namespace tilec;

/// Reading more would take longer than many programs run.
static constexpr int64_t maxSummarized = int64_t(1) << 24;

std::string tilec::formatPosition(llvm::ArrayRef<int64_t> shape,
                                  int64_t position) {
  Shape indices(shape.size(), 0);
  for (size_t d = shape.size(); d-- > 0; position /= shape[d])
    indices[d] = position % shape[d];
  return formatShape(indices);
}

std::string tilec::summarize(const TensorView &tensor) {
  std::string text = fmt::format("{} {}", getName(tensor.dtype).str(),
                                 formatShape(tensor.shape));
  int64_t count = tensor.getNumElements();
  if (count == 0 || count > maxSummarized)
    return text;
  return visitStorage(tensor.dtype, [&](auto *storage, auto toNumber) {
    using Storage = std::remove_pointer_t<decltype(storage)>;
    llvm::ArrayRef<Storage> elements = tensor.getElements<Storage>();
    auto lowest = toNumber(elements[0]), highest = lowest;
    int64_t nans = 0;
    for (Storage element : elements) {
      auto value = toNumber(element);
      if (value != value) {
        ++nans;
        continue;
      }
      // Replaces a NaN, with which no comparison holds, too.
      lowest = lowest <= value ? lowest : value;
      highest = highest >= value ? highest : value;
    }
    if (nans < count)
      text +=
          fmt::format(", {:.6g} to {:.6g}", double(lowest), double(highest));
    return nans ? text + fmt::format(", {} NaN", nans) : text;
  });
}
