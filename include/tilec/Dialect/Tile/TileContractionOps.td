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
