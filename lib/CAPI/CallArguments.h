//===- CallArguments.h - The arguments of one call, checked -----*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_CAPI_CALLARGUMENTS_H
#define TILEC_LIB_CAPI_CALLARGUMENTS_H

#include "Objects.h"
#include "llvm/ADT/SmallVector.h"

namespace tilec::capi {

/// Checks the arguments of a call step by step; each step tells whether the
/// next may follow. What is wrong is gathered as text. Arguments that are right
/// cost no memory of their own.
class CallArguments {
public:
  /// `options` has been read by readStructure.
  CallArguments(const tilec_entry &entry, const tilec_call_options &options)
      : entry(entry), signature(entry.getSignature()), options(options) {}

  /// Each argument on its own. `tensorsMayLack`: null where a tensor has yet to
  /// be made.
  bool take(const tilec_argument *arguments, size_t count, bool tensorsMayLack);
  /// The dynamic names, from the shapes and the options.
  bool solve();
  /// No tensor that is written shares memory with another.
  bool checkOverlap();
  /// The shape of a tensor, as far as the names are known.
  bool getShape(const Parameter &parameter, int64_t *shape);

  /// One line a mistake.
  const std::string &getProblems() const { return problems; }

  /// As a tilec_rt_entry takes them.
  void *const *getTensors() const { return data.data(); }
  const int64_t *getScalars() const { return scalars.data(); }

private:
  /// Memory that a tensor takes.
  struct Range {
    uintptr_t begin, end;
    const Parameter *parameter;
  };

  void fail(const std::string &problem);
  void takeTensor(const Parameter &parameter, const DLTensor &tensor);
  std::optional<std::string> checkTensor(const Parameter &parameter,
                                         const DLTensor &tensor);
  bool readDims();
  bool haveRanks() const;
  llvm::MutableArrayRef<int64_t> getDims();
  bool trySolve();
  bool completeDims(const Parameter &parameter);
  void explain();

  const tilec_entry &entry;
  const Signature &signature;
  const tilec_call_options &options;
  /// One for each parameter; null where there is no tensor.
  llvm::SmallVector<const int64_t *, 32> shapes;
  llvm::SmallVector<int, 32> ranks;
  llvm::SmallVector<void *, 32> data;
  llvm::SmallVector<Range, 32> ranges;
  /// The scalars, then the dynamic names.
  llvm::SmallVector<int64_t, 16> scalars;
  std::string problems;
};

} // namespace tilec::capi

#endif // TILEC_LIB_CAPI_CALLARGUMENTS_H
