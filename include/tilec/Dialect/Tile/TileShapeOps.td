//===- TileShapeOps.td - Ops that reshape tiles and their valid regions -*- tablegen -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_DIALECT_TILE_TILESHAPEOPS_TD
#define TILEC_DIALECT_TILE_TILESHAPEOPS_TD

include "tilec/Dialect/Tile/TileOpBase.td"

def Tile_ValidDimOp : Tile_ResultOp<"valid_dim", [Pure]> {
  let summary = "A valid extent of a tile";
  let description = [{
    ```mlir
    func.func @valid_dim(%x: !tile.tile<4x8xf32, valid ?x8>) -> index {
      %n = tile.valid_dim %x, 0 : !tile.tile<4x8xf32, valid ?x8>
      return %n : index
    }
    ```
  }];
  let arguments = (ins Tile_Tile:$source, I64Attr:$dim);
  let results = (outs Index:$result);
  let assemblyFormat = "$source `,` $dim attr-dict `:` type($source)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Tile_SetValidShapeOp : Tile_ResultOp<"set_valid_shape", [Pure]> {
  let summary = "The same cells with a smaller valid region";
  let description = [{
    The extents are clamped to `0..size` and intersected with the operand's.

    ```mlir
    func.func @set_valid_shape(%x: !tile.tile<4x8xf32>, %r: index, %c: index) {
      %y = tile.set_valid_shape %x[%r, %c] : !tile.tile<4x8xf32> -> !tile.tile<4x8xf32, valid ?x?>
      return
    }
    ```
  }];
  let arguments = (ins Tile_Tile:$source, Variadic<Index>:$valid);
  let results = (outs Tile_Tile:$result);
  let assemblyFormat = "$source `[` $valid `]` attr-dict `:` type($source) `->` type($result)";
  let builders = [OpBuilder<(ins "::mlir::Value":$source, "::mlir::ValueRange":$valid)>];
  let hasVerifier = 1;
}

def Tile_RelaxValidOp : Tile_ResultOp<"relax_valid", [Pure]> {
  let summary = "The same tile, its type knowing more or less of the valid extents";
  let description = [{
    Changes the type only, as the operands of a loop or branch must agree.

    ```mlir
    func.func @relax_valid(%x: !tile.tile<4x8xf32>) {
      %y = tile.relax_valid %x : !tile.tile<4x8xf32> -> !tile.tile<4x8xf32, valid ?x8>
      return
    }
    ```
  }];
  let arguments = (ins Tile_Tile:$source);
  let results = (outs Tile_Tile:$result);
  let assemblyFormat = "$source attr-dict `:` type($source) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Tile_FillPadOp : Tile_ResultOp<"fill_pad", [Pure]> {
  let summary = "Gives every cell outside the valid region a value";
  let description = [{
    The result is wholly valid. `min` and `max` are the lowest and highest finite value.

    ```mlir
    func.func @fill_pad(%x: !tile.tile<4x8xf32, valid 4x?>) {
      %y = tile.fill_pad %x min : !tile.tile<4x8xf32, valid 4x?> -> !tile.tile<4x8xf32>
      return
    }
    ```
  }];
  let arguments = (ins Tile_Tile:$source, Tile_PadValue:$pad);
  let results = (outs Tile_Tile:$result);
  let assemblyFormat = "$source $pad attr-dict `:` type($source) `->` type($result)";
  let builders = [OpBuilder<(ins "::mlir::Value":$source, "::tilec::tile::PadValue":$pad)>];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Tile_InsertOp : Tile_InferOp<"insert",
    "::tilec::tile::inferInsert(adaptor.getSource().getType(), adaptor.getDest().getType(), error)",
    [NoMemoryEffect]> {
  let summary = "A tile with the valid region of another written into it";
  let description = [{
    The valid region stays `dest`'s. A valid cell of `source` that would land outside
    of `dest`'s nominal shape is a run-time error.

    ```mlir
    func.func @insert(%s: !tile.tile<1x8xf32>, %d: !tile.tile<4x8xf32>, %i: index) {
      %c0 = arith.constant 0 : index
      %r = tile.insert %s into %d[%i, %c0] : !tile.tile<1x8xf32>, !tile.tile<4x8xf32> -> !tile.tile<4x8xf32>
      return
    }
    ```
  }];
  let arguments = (ins Tile_Tile:$source, Tile_Tile:$dest, Variadic<Index>:$offsets);
  let results = (outs Tile_Tile:$result);
  let assemblyFormat = [{
    $source `into` $dest `[` $offsets `]` attr-dict `:` type($source) `,` type($dest) `->` type($result)
  }];
  let hasVerifier = 1;
}

def Tile_ReshapeOp : Tile_ResultOp<"reshape", [NoMemoryEffect]> {
  let summary = "Same cells in row-major order under another shape";
  let description = [{
    A tensor's reshape names the same storage. A partly valid tile may gain or lose
    1-sized dimensions, and merge or split where only the outermost dimension is
    partial and stays rectangular; where the extent decides, at run time.

    ```mlir
    func.func @reshape(%x: !tile.tile<4x8xf32, valid ?x8>) {
      %y = tile.reshape %x : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<1x32xf32, valid 1x?>
      return
    }
    ```
  }];
  let arguments = (ins Tile_Storage:$source);
  let results = (outs Tile_Storage:$result);
  let assemblyFormat = "$source attr-dict `:` type($source) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Tile_ConcatOp : Tile_InferOp<"concat",
    "::tilec::tile::inferConcat(adaptor.getSources().getTypes(), adaptor.getAxis(), error)",
    [Pure]> {
  let summary = "Joins tiles along an axis";
  let description = [{
    All but the last must be wholly valid along the axis; in the other dimensions the
    valid extents intersect.

    ```mlir
    func.func @concat(%a: !tile.tile<4x8xf32>, %b: !tile.tile<4x2xf32>) {
      %r = tile.concat %a, %b along 1 : !tile.tile<4x8xf32>, !tile.tile<4x2xf32> -> !tile.tile<4x10xf32>
      return
    }
    ```
  }];
  let arguments = (ins Variadic<Tile_Tile>:$sources, I64Attr:$axis);
  let results = (outs Tile_Tile:$result);
  let assemblyFormat = "$sources `along` $axis attr-dict `:` type($sources) `->` type($result)";
}

def Tile_TransposeOp : Tile_InferOp<"transpose",
    "::tilec::tile::inferTranspose(adaptor.getSource().getType(), adaptor.getDim0(), adaptor.getDim1(), error)",
    [Pure]> {
  let summary = "Swaps two dimensions and their valid extents";
  let description = [{
    ```mlir
    func.func @transpose(%x: !tile.tile<4x8xf32, valid ?x8>) {
      %y = tile.transpose %x, 0, 1 : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<8x4xf32, valid 8x?>
      return
    }
    ```
  }];
  let arguments = (ins Tile_Tile:$source, I64Attr:$dim0, I64Attr:$dim1);
  let results = (outs Tile_Tile:$result);
  let assemblyFormat = "$source `,` $dim0 `,` $dim1 attr-dict `:` type($source) `->` type($result)";
}

def Tile_ExpandOp : Tile_InferOp<"expand",
    "::tilec::tile::inferExpand(adaptor.getSource().getType(), adaptor.getLike().getType(), error)",
    [Pure, Tile_ElementwiseInterface]> {
  let summary = "A tile stretched to the shape of another";
  let description = [{
    Valid where `like` is and the stretched `source` is.

    ```mlir
    func.func @expand(%v: !tile.tile<4x1xf32>, %x: !tile.tile<4x8xf32, valid ?x8>) {
      %r = tile.expand %v like %x : !tile.tile<4x1xf32>, !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<4x8xf32, valid ?x8>
      return
    }
    ```
  }];
  let arguments = (ins Tile_Tile:$source, Tile_Tile:$like);
  let results = (outs Tile_Tile:$result);
  let assemblyFormat = "$source `like` $like attr-dict `:` type($source) `,` type($like) `->` type($result)";
}

#endif // TILEC_DIALECT_TILE_TILESHAPEOPS_TD
