//===- Passes.td - From tile IR to the LLVM dialect --------*- tablegen -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_CONVERSION_PASSES_TD
#define TILEC_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def TileToLoops : Pass<"tile-to-loops", "::mlir::ModuleOp"> {
  let summary = "Entries as loops over vectors and pointers";
  let description = [{
    Replaces each entry by a function of the run-time library's calling convention,
    and each scope and parallel body by a private function of its own. Tiles become
    views of tensors, buffers in the worker's scratch memory, or values computed in
    the loop of their only consumer. Every access is checked by `tile.assert`, once a
    tile, unless it is marked `inbounds`. Works on the IR of the front end, or on
    what any pass over tile IR makes of it.

    Before:
    ```mlir
    func.func @double(%x: !tile.tensor<4x16xf32> {tile.name = "x", tile.direction = "inout",
                                                  tile.shape = affine_map<() -> (4, 16)>})
        attributes {tile.entry} {
      %c0 = arith.constant 0 : index
      tile.scope @core_group "double" {
        %a = tile.slice %x[%c0, %c0] : !tile.tensor<4x16xf32> -> !tile.tile<4x16xf32>
        %b = tile.add %a, %a : !tile.tile<4x16xf32>, !tile.tile<4x16xf32> -> !tile.tile<4x16xf32>
        tile.assemble %b into %x[%c0, %c0] : !tile.tile<4x16xf32> into !tile.tensor<4x16xf32>
      }
      return
    }
    ```
    After: `@double` loads the pointer of `x` and calls `@double.double`, which holds a
    loop over four rows of one `vector<16xf32>` each.
  }];
  let options = [
    Option<"triple", "triple", "std::string", "\"\"", "Target triple; empty for the host">,
    Option<"cpu", "cpu", "std::string", "\"\"", "Processor; empty for the host's">,
    Option<"features", "features", "std::string", "\"\"", "Features, as +avx2,-fma">,
    Option<"instrument", "instrument", "bool", "false",
           "Call the profile hooks and counters of the run-time library">
  ];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::cf::ControlFlowDialect", "::mlir::func::FuncDialect",
    "::mlir::LLVM::LLVMDialect", "::mlir::math::MathDialect",
    "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"
  ];
}

def TileBoundsChecksOff : Pass<"tile-trust-bounds", "::mlir::ModuleOp"> {
  let summary = "Marks every access as inside its tensor";
  let description = [{
    What `--no-bounds-checks` asks for: no access is checked at run time. Asserts of
    the program stay.

    Before: `tile.slice %x[%i, %j]`, after: `tile.slice %x[%i, %j] inbounds`.
  }];
}

def TileChecksToRuntime : Pass<"tile-checks-to-runtime", "::mlir::ModuleOp"> {
  let summary = "Assertions as branches to the run-time library";
  let description = [{
    Runs when control flow is already a graph of blocks: `tile.assert` becomes a branch
    to a block that records the failure, with its place in the source, and returns;
    `tile.return_if` a branch to one that returns.
  }];
  let dependentDialects = ["::mlir::cf::ControlFlowDialect", "::mlir::LLVM::LLVMDialect"];
}

def TileDebugLines : Pass<"tile-debug-lines", "::mlir::ModuleOp"> {
  let summary = "Line tables that name the right file";
  let description = [{
    A function of the LLVM dialect has one file; statements that were inlined into it
    from other files get a lexical block that names theirs. Runs last, with `-g`, on
    functions that have debug information.

    Before: `loc(callsite("layer.tile":7:5 at "model.tile":3:9))` in a function of
    `model.tile`; after: line 7 of a block of `layer.tile`.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // TILEC_CONVERSION_PASSES_TD
