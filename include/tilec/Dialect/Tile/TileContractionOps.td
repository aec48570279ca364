//===- TileContractionOps.td - Matmuls and reductions -*- tablegen -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_DIALECT_TILE_TILECONTRACTIONOPS_TD
#define TILEC_DIALECT_TILE_TILECONTRACTIONOPS_TD

include "tilec/Dialect/Tile/TileOpBase.td"

def Tile_MatmulOp : Tile_InferOp<"matmul",
    "::tilec::tile::inferMatmul(adaptor.getLhs().getType(), adaptor.getRhs().getType(), adaptor.getTransposeA(), adaptor.getTransposeB(), error)",
    [Pure]> {
  let summary = "Matrix product of two tiles, k in ascending order";
  let description = [{
    `lhs` is [M, K] ([K, M] with `transpose_a`), `rhs` [K, N] ([N, K] with
    `transpose_b`); floats give FP32, INT8 gives INT32. The sum runs over the k valid
    in both, from +0, in the order that the language fixes.

    ```mlir
    func.func @matmul(%a: !tile.tile<4x8xbf16, valid ?x8>, %b: !tile.tile<16x8xbf16>) {
      %c = tile.matmul %a, %b transpose_b
          : !tile.tile<4x8xbf16, valid ?x8>, !tile.tile<16x8xbf16> -> !tile.tile<4x16xf32, valid ?x16>
      return
    }
    ```
  }];
  let arguments = (ins Tile_Tile:$lhs, Tile_Tile:$rhs, UnitAttr:$transpose_a, UnitAttr:$transpose_b);
  let results = (outs Tile_Tile:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs (`transpose_a` $transpose_a^)? (`transpose_b` $transpose_b^)? attr-dict
    `:` type($lhs) `,` type($rhs) `->` type($result)
  }];
}

def Tile_MatmulAccOp : Tile_InferOp<"matmul_acc",
    "::tilec::tile::inferMatmulAcc(adaptor.getAcc().getType(), adaptor.getLhs().getType(), adaptor.getRhs().getType(), adaptor.getTransposeA(), adaptor.getTransposeB(), error)",
    [Pure]> {
  let summary = "Matrix product added to an accumulator";
  let description = [{
    As `tile.matmul`, each cell starting at `acc`'s; the valid region is intersected
    with `acc`'s.

    ```mlir
    func.func @matmul_acc(%c: !tile.tile<4x16xf32>, %a: !tile.tile<4x8xf32>, %b: !tile.tile<8x16xf32>) {
      %d = tile.matmul_acc %c, %a, %b
          : !tile.tile<4x16xf32>, !tile.tile<4x8xf32>, !tile.tile<8x16xf32> -> !tile.tile<4x16xf32>
      return
    }
    ```
  }];
  let arguments = (ins Tile_Tile:$acc, Tile_Tile:$lhs, Tile_Tile:$rhs,
                       UnitAttr:$transpose_a, UnitAttr:$transpose_b);
  let results = (outs Tile_Tile:$result);
  let assemblyFormat = [{
    $acc `,` $lhs `,` $rhs (`transpose_a` $transpose_a^)? (`transpose_b` $transpose_b^)? attr-dict
    `:` type($acc) `,` type($lhs) `,` type($rhs) `->` type($result)
  }];
}

def Tile_ContractOp : Tile_ResultOp<"contract", [AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "Matrix product of boxes of storage, over any number of k";
  let description = [{
    As `tile.matmul`, or `tile.matmul_acc` where there is `acc`, of two slices: `lhs` is
    the box of [m, k] cells ([k, m] with `transpose_a`) at its offsets, `rhs` that of
    [k, n] ([n, k] with `transpose_b`). The extents are clamped: m and n to `0..size` of
    the result's nominal shape, k from below only. Of a tile a box gets what is valid; the
    sum runs over the k valid in both, pairs of BF16 counted from the first.

    Reads memory as it is at this place of the program. A valid cell of either box outside
    of its source is a run-time error, even if the other box is empty, unless `inbounds`
    promises that there is none. With `step` the error is that of slices of so many k, taken
    one after the other, first of `lhs` and then of `rhs`; it does not change the result.

    ```mlir
    func.func @contract(%x: !tile.tensor<?x5120xbf16>, %w: !tile.tensor<5120x512xbf16, weight>,
                        %b: index, %j: index, %rows: index, %init: !tile.tile<16x256xf32>) {
      %c0 = arith.constant 0 : index
      %c256 = arith.constant 256 : index
      %c5120 = arith.constant 5120 : index
      %q = tile.contract %x[%b, %c0], %w[%c0, %j] m %rows n %c256 k %c5120 step 256
          : !tile.tensor<?x5120xbf16>, !tile.tensor<5120x512xbf16, weight>
          -> !tile.tile<16x256xf32, valid ?x256>
      %r = tile.contract %x[%b, %c0], %w[%c0, %j] m %rows n %c256 k %c5120 acc %init
          : !tile.tensor<?x5120xbf16>, !tile.tensor<5120x512xbf16, weight>, !tile.tile<16x256xf32>
          -> !tile.tile<16x256xf32, valid ?x256>
      return
    }
    ```
  }];
  let arguments = (ins Tile_Storage:$lhs, Variadic<Index>:$lhs_offsets,
                       Tile_Storage:$rhs, Variadic<Index>:$rhs_offsets,
                       Index:$m, Index:$n, Index:$k,
                       ConfinedAttr<OptionalAttr<I64Attr>, [IntPositive]>:$step,
                       Optional<Tile_Tile>:$acc,
                       UnitAttr:$transpose_a, UnitAttr:$transpose_b, UnitAttr:$inbounds);
  let results = (outs Tile_Tile:$result);
  let assemblyFormat = [{
    $lhs `[` $lhs_offsets `]` `,` $rhs `[` $rhs_offsets `]` `m` $m `n` $n `k` $k
    (`step` $step^)? (`acc` $acc^)? (`transpose_a` $transpose_a^)? (`transpose_b` $transpose_b^)?
    (`inbounds` $inbounds^)? attr-dict
    `:` type($lhs) `,` type($rhs) (`,` type($acc)^)? `->` type($result)
  }];
  let extraClassDeclaration = [{
    // The dimension of an operand that is summed over.
    unsigned getLhsKDim() { return getTransposeA() ? 0 : 1; }
    unsigned getRhsKDim() { return getTransposeB() ? 1 : 0; }
    // Where the operands were sliced: the second and the last part of a fused
    // location, else the op's own.
    ::mlir::Location getLhsLoc();
    ::mlir::Location getRhsLoc();
  }];
  let hasVerifier = 1;
}

def Tile_ReduceOp : Tile_InferOp<"reduce",
    "::tilec::tile::inferReduce(adaptor.getKind(), adaptor.getSource().getType(), adaptor.getAxis(), error)",
    [Pure]> {
  let summary = "Reduction of a tile of rank 2 along an axis, over valid cells only";
  let description = [{
    Along axis 1 to [M, 1], along axis 0 to [1, N]. Over no cell it gives the identity:
    0, 1, the lowest or highest finite value, index 0. Valid in the kept dimension as
    `source` is, wholly valid in the reduced one. NaN propagates. Order: along
    axis 1, sums and products keep 16 lanes, lane l taking the columns congruent to l in
    ascending order, and then combine lanes 8, 4, 2 and 1 apart; along axis 0, rows in
    ascending order.

    ```mlir
    func.func @reduce(%x: !tile.tile<4x8xf32, valid ?x8>) {
      %s = tile.reduce sum %x along 1 : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<4x1xf32, valid ?x1>
      return
    }
    ```
  }];
  let arguments = (ins Tile_ReduceKind:$kind, Tile_Tile:$source, I64Attr:$axis);
  let results = (outs Tile_Tile:$result);
  let assemblyFormat = "$kind $source `along` $axis attr-dict `:` type($source) `->` type($result)";
}

#endif // TILEC_DIALECT_TILE_TILECONTRACTIONOPS_TD
