//===- LoopPlan.h - What a loop carries -------------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_FRONTEND_SEMA_LOOPPLAN_H
#define TILEC_LIB_FRONTEND_SEMA_LOOPPLAN_H

#include "Datum.h"

#include "llvm/ADT/MapVector.h"

namespace tilec {

/// The type of an SSA value that stands for a name where paths meet.
struct JoinType {
  /// Scalar, Tile or Tensor.
  Datum::Kind kind = Datum::Kind::Scalar;
  DType dtype = DType::INDEX;
  /// A scalar that is a literal on every path, and takes any fitting dtype.
  bool isWeak = false;
  mlir::Type type;

  bool operator==(const JoinType &other) const {
    return kind == other.kind && dtype == other.dtype && type == other.type;
  }
  bool operator!=(const JoinType &other) const { return !(*this == other); }
};

/// The names that a sequential loop carries from one iteration to the next,
/// with their types. Found by trying: the first attempt at the body assumes
/// that nothing is carried, and whenever an attempt shows an assumption to be
/// wrong the plan is widened and the body elaborated again. Plans only widen
/// and are kept for the next time the same loop is met (an attempt of the loop
/// around it), so the work is bounded by the number of widenings and does not
/// multiply with the depth of the nest.
struct LoopPlan {
  struct Carried {
    JoinType type;
    /// Not bound before the loop; the first iteration binds it.
    bool isBoundByFirst = false;
  };

  llvm::MapVector<llvm::StringRef, Carried> carried;
};

} // namespace tilec

#endif // TILEC_LIB_FRONTEND_SEMA_LOOPPLAN_H
