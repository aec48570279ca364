//===- Frame.h - Where elaboration is ---------------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The functions and loops around the statement that is being elaborated.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_FRONTEND_SEMA_FRAME_H
#define TILEC_LIB_FRONTEND_SEMA_FRAME_H

#include "Environment.h"
#include "ModuleScope.h"

#include "llvm/ADT/MapVector.h"

namespace tilec {

struct LoopHeader;

/// The declared type of a parameter or a result.
struct Annotation {
  enum class Kind { None, Poison, Tensor, Scalar, Constant, Tuple };

  Kind kind = Kind::None;
  Storage::Access access = Storage::Access::Plain;
  DType dtype = DType::FP32;
  /// Over the strings given to `dynamic`.
  std::vector<DimExpr> dims;
  std::vector<SourceRange> dimRanges;
  SourceRange range;
  /// Of a tuple.
  std::vector<Annotation> parts;
};

/// Names that a function binds, and where it does so first.
using LocalNames = llvm::DenseMap<llvm::StringRef, SourceRange>;

/// One function that is being elaborated, or a module's top level.
struct Frame {
  /// Null at a module's top level.
  const FunctionDecl *function = nullptr;
  const ModuleScope *scope = nullptr;
  Frame *caller = nullptr;
  SourceRange callRange;
  Environment env;
  const LocalNames *locals = nullptr;
  /// What the dynamic names are in this call: an Int, a Scalar, or a Dynamic
  /// over those of the entry.
  llvm::StringMap<Datum> dynamicNames;
  /// Tells the copies of a statement apart that inlining and unrolling make.
  unsigned context = 0;
  /// Loops of the running program around the current statement.
  unsigned runtimeLoops = 0;
  /// An inline function that is elaborated for its errors.
  bool isUncalled = false;
  /// Not every shape of a parameter or argument is known.
  bool isIncomplete = false;
};

/// Whether compute operations may stand here; Either in a function that nothing
/// calls.
enum class ScopeState { Outside, Inside, Either };

/// The loop that a yield_ gives the values of the next iteration to.
struct YieldTarget {
  const LoopHeader *header;
  bool isReached;
};

/// The bounds of a loop in IR.
struct LoopBounds {
  mlir::Value lower, upper, step;
  /// Of a loop that counts down: its index is `start - i * stride`.
  mlir::Value start;
  int64_t stride = 0;
};

/// A loop of the running program that is being elaborated.
struct ActiveLoop {
  unsigned number = 0;
  const Frame *frame = nullptr;
  DimExpr induction;
  /// What the index begins with; none if that is not known after an error.
  std::optional<DimExpr> first;
  bool isAscending = true;
  /// Iterations follow each other.
  bool isSequential = true;
  uint64_t entryTime = 0;
  /// Names read that nothing has bound, but not in the first iteration.
  llvm::MapVector<llvm::StringRef, SourceRange> wanted;
};

/// Whether some paths return and others go on.
bool returnsOnSomePath(const IfStmt *s);

/// Whether the value of `binding` may be that of `source`.
bool dependsOn(const Binding *binding, const Binding *source);

} // namespace tilec

#endif // TILEC_LIB_FRONTEND_SEMA_FRAME_H
