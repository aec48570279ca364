//===- Interpreter.h - What a program means -----------------------*- C++
//-*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The reference for everything that compiles: it runs tile IR statement by
// statement, on one thread, with the semantics of the language reference and
// nothing else. It takes what the front end makes and what any pass on tile IR
// prints, and looks at no promise that a pass makes: checks marked as
// superfluous are made, loops marked as parallel run in order.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_INTERPRETER_INTERPRETER_H
#define TILEC_INTERPRETER_INTERPRETER_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tilec/Support/BF16Products.h"
#include "tilec/Support/Tensor.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>

namespace tilec {

struct InterpreterOptions {
  /// Matmuls accumulate in double. A chain of `matmul_acc` carries the double
  /// of each cell along, whose rounding the tile's FP32 cells are; operations
  /// that compute something else see, and pass on, the FP32 cells only. For
  /// measuring how far the language's own rounding goes. INT8 is not affected.
  bool fp64 = false;
  /// Fails where an iteration of a parallel loop touches a cell that another
  /// one touches too, and one of them writes.
  bool checkRaces = false;
  /// How matmuls of BF16 round; the compiled code that is compared rounds as
  /// `CPUTarget::bf16Products` of its target says.
  BF16Products bf16Products = BF16Products::FusedPairs;
};

/// Runs a verified entry. `tensors` are the tensor parameters in their order,
/// each of the shape that the entry's signature gives; what the entry writes is
/// written there. `scalars` are the other parameters in their order, as bit
/// patterns: a float in the low bits, an integer extended to 64. `symbols` are
/// the values of the dynamic names.
///
/// A failed check or assertion, a use of a cell that nobody wrote, and an
/// operation that is no tile IR come back as a RuntimeError; arguments that do
/// not fit the entry as an error without place. Tensors may then have been
/// written in part.
llvm::Error interpret(mlir::func::FuncOp entry,
                      llvm::ArrayRef<TensorView> tensors,
                      llvm::ArrayRef<int64_t> scalars,
                      llvm::ArrayRef<int64_t> symbols,
                      const InterpreterOptions &options = {});

} // namespace tilec

#endif // TILEC_INTERPRETER_INTERPRETER_H
