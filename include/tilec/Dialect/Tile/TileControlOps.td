//===- TileControlOps.td - Scopes, parallel loops and assertions -*- tablegen -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_DIALECT_TILE_TILECONTROLOPS_TD
#define TILEC_DIALECT_TILE_TILECONTROLOPS_TD

include "tilec/Dialect/Tile/TileOpBase.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"

def Tile_YieldOp : Tile_Op<"yield", [Pure, Terminator, ParentOneOf<["ScopeOp", "ParallelOp"]>]> {
  let summary = "Ends a scope or a parallel iteration";
  let description = [{
    The operands are the results of a scope; a parallel iteration has none.

    ```mlir
    func.func @yield(%c: f32) {
      %t = tile.scope @core_group "fill" -> (!tile.tile<4x8xf32>) {
        %f = tile.full %c : f32 -> !tile.tile<4x8xf32>
        tile.yield %f : !tile.tile<4x8xf32>
      }
      return
    }
    ```
  }];
  let arguments = (ins Variadic<Tile_Any>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
  let builders = [OpBuilder<(ins), [{ build($_builder, $_state, ::mlir::ValueRange()); }]>];
}

def Tile_ScopeOp : Tile_Op<"scope", [RecursiveMemoryEffects, NoRegionArguments,
    SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "A region that one core runs as a unit";
  let description = [{
    `level` is `core_group`; `name` appears in symbols, traces and profiles.

    ```mlir
    func.func @scope(%x: !tile.tensor<4x8xf32>, %c: f32) {
      %c0 = arith.constant 0 : index
      tile.scope @core_group "fill" {
        %f = tile.full %c : f32 -> !tile.tile<4x8xf32>
        tile.assemble %f into %x[%c0, %c0] : !tile.tile<4x8xf32> into !tile.tensor<4x8xf32>
      }
      return
    }
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$level, StrAttr:$name);
  let results = (outs Variadic<Tile_Any>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$level $name (`->` `(` type($results)^ `)`)? attr-dict-with-keyword $body";
  let skipDefaultBuilders = 1;
  let builders = [
    // With an empty body block, its terminator left to the caller.
    OpBuilder<(ins "::llvm::StringRef":$name, CArg<"::mlir::TypeRange", "{}">:$results)>
  ];
  let extraClassDeclaration = [{
    ::mlir::Block *getBlock() { return &getBody().front(); }
    YieldOp getYield();
  }];
  let hasVerifier = 1;
}

def Tile_ParallelOp : Tile_Op<"parallel", [RecursiveMemoryEffects,
    SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "A loop whose iterations are independent";
  let description = [{
    Runs the body for `lower`, `lower + step`, ... below `upper`; the step is positive,
    as that of `scf.for`. No two iterations may conflict.

    ```mlir
    func.func @parallel(%x: !tile.tensor<?xf32>, %n: index, %v: f32) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      tile.parallel %i = %c0 to %n step %c1 {
        tile.write %v into %x[%i] : f32 into !tile.tensor<?xf32>
      }
      return
    }
    ```
  }];
  let arguments = (ins Index:$lower, Index:$upper, Index:$step, OptionalAttr<StrAttr>:$name);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let skipDefaultBuilders = 1;
  let builders = [
    // With an empty body block that has the induction variable.
    OpBuilder<(ins "::mlir::Value":$lower, "::mlir::Value":$upper, "::mlir::Value":$step,
                   CArg<"::mlir::StringAttr", "{}">:$name)>
  ];
  let extraClassDeclaration = [{
    ::mlir::Block *getBlock() { return &getBody().front(); }
    ::mlir::BlockArgument getInductionVar() { return getBlock()->getArgument(0); }
  }];
  let hasVerifier = 1;
}

def Tile_AssertOp : Tile_Op<"assert"> {
  let summary = "Stops the call with an error where a condition is false";
  let description = [{
    `{0}`, `{1}`, ... in the message stand for the values, at most eight.

    ```mlir
    func.func @assert(%n: index) {
      %c16 = arith.constant 16 : index
      %ok = arith.cmpi sle, %n, %c16 : index
      tile.assert %ok, "batch {0} exceeds 16"(%n)
      return
    }
    ```
  }];
  let arguments = (ins I1:$condition, StrAttr:$message, Variadic<Index>:$values);
  let assemblyFormat = "$condition `,` $message (`(` $values^ `)`)? attr-dict";
  let hasVerifier = 1;
  let hasCanonicalizeMethod = 1;
}

def Tile_ReturnIfOp : Tile_Op<"return_if"> {
  let summary = "Leaves the function where the condition holds";
  let description = [{
    Made by the lowering, behind what may have recorded a failure; structured control
    flow has no early exit of its own. The function returns nothing.

    ```mlir
    func.func @return_if(%failed: i1) {
      tile.return_if %failed
      return
    }
    ```
  }];
  let arguments = (ins I1:$condition);
  let assemblyFormat = "$condition attr-dict";
}

#endif // TILEC_DIALECT_TILE_TILECONTROLOPS_TD
