//===- TileStorageOps.td - Ops that make, read and write storage -*- tablegen -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_DIALECT_TILE_TILESTORAGEOPS_TD
#define TILEC_DIALECT_TILE_TILESTORAGEOPS_TD

include "tilec/Dialect/Tile/TileOpBase.td"

def Tile_CreateOp : Tile_ResultOp<"create", [MemoryEffects<[MemAlloc]>]> {
  let summary = "Fresh storage with unspecified contents";
  let description = [{
    New storage at each execution. An operand for each `?` of the shape, in order.

    ```mlir
    func.func @create(%n: index) {
      %t = tile.create(%n) : !tile.tensor<?x64xf32>
      return
    }
    ```
  }];
  let arguments = (ins Variadic<Index>:$sizes);
  let results = (outs Tile_Tensor:$result);
  let assemblyFormat = "(`(` $sizes^ `)`)? attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Tile_UndefinedOp : Tile_ResultOp<"undefined", [Pure]> {
  let summary = "A value of unspecified contents";
  let description = [{
    The value that a name has before the loop that binds it. Every cell counts
    as never written.

    ```mlir
    func.func @undefined() {
      %u = tile.undefined : !tile.tile<4x8xf32>
      return
    }
    ```
  }];
  let results = (outs Tile_Any:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
}

def Tile_SliceOp : Tile_ResultOp<"slice", [AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "The tile at the given offsets of a tensor or tile";
  let description = [{
    Reads memory as it is at this place of the program. The valid region is what
    `valid` asks for, the nominal size where it is left out, clamped to `0..size`
    and, where `source` is a tile, intersected with its valid region. Only valid
    cells are touched; a valid cell outside of `source` is a run-time error,
    unless `inbounds` promises that there is none.

    ```mlir
    func.func @slice(%x: !tile.tensor<16x512xf32>, %k: index, %n: index) {
      %c0 = arith.constant 0 : index
      %c64 = arith.constant 64 : index
      %a = tile.slice %x[%c0, %k] valid [%n, %c64]
          : !tile.tensor<16x512xf32> -> !tile.tile<16x64xf32, valid ?x64>
      %b = tile.slice %a[%c0, %c0] : !tile.tile<16x64xf32, valid ?x64> -> !tile.tile<16x8xf32, valid ?x8>
      return
    }
    ```
  }];
  let arguments = (ins Tile_Storage:$source, Variadic<Index>:$offsets, Variadic<Index>:$valid,
                       UnitAttr:$inbounds);
  let results = (outs Tile_Tile:$result);
  let assemblyFormat = [{
    $source `[` $offsets `]` (`valid` `[` $valid^ `]`)? (`inbounds` $inbounds^)? attr-dict
    `:` type($source) `->` type($result)
  }];
  let builders = [
    // Infers the valid extents of the result.
    OpBuilder<(ins "::mlir::Value":$source, "::llvm::ArrayRef<int64_t>":$sizes,
                   "::mlir::ValueRange":$offsets, CArg<"::mlir::ValueRange", "{}">:$valid)>
  ];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Tile_AssembleOp : Tile_Op<"assemble"> {
  let summary = "Writes the valid region of a tile into a tensor";
  let description = [{
    Writes the valid cells of `source` at the offsets of `dest`, and nothing else.
    A valid cell that would land outside of `dest` is a run-time error, unless
    `inbounds` promises that there is none.

    ```mlir
    func.func @assemble(%t: !tile.tile<4x8xf32>, %x: !tile.tensor<16x8xf32>, %i: index) {
      %c0 = arith.constant 0 : index
      tile.assemble %t into %x[%i, %c0] : !tile.tile<4x8xf32> into !tile.tensor<16x8xf32>
      return
    }
    ```
  }];
  let arguments = (ins Tile_Tile:$source, Arg<Tile_Tensor, "", [MemWrite]>:$dest,
                       Variadic<Index>:$offsets, UnitAttr:$inbounds);
  let assemblyFormat = [{
    $source `into` $dest `[` $offsets `]` (`inbounds` $inbounds^)? attr-dict
    `:` type($source) `into` type($dest)
  }];
  let hasVerifier = 1;
}

def Tile_ReadOp : Tile_ResultOp<"read", [DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "One element as a scalar";
  let description = [{
    Integers come as `index`, sign- or zero-extended. Outside of the tensor, or of
    the tile's valid region, it is a run-time error.

    ```mlir
    func.func @read(%x: !tile.tensor<?xi32>, %i: index) -> index {
      %v = tile.read %x[%i] : !tile.tensor<?xi32> -> index
      return %v : index
    }
    ```
  }];
  let arguments = (ins Tile_Storage:$source, Variadic<Index>:$indices, UnitAttr:$inbounds);
  let results = (outs Tile_Scalar:$result);
  let assemblyFormat = [{
    $source `[` $indices `]` (`inbounds` $inbounds^)? attr-dict `:` type($source) `->` type($result)
  }];
  let hasVerifier = 1;
}

def Tile_WriteOp : Tile_Op<"write"> {
  let summary = "Writes one element of a tensor";
  let description = [{
    Integers are truncated to the element's width. Outside of the tensor it is a
    run-time error.

    ```mlir
    func.func @write(%x: !tile.tensor<?xf32>, %i: index, %v: f32) {
      tile.write %v into %x[%i] : f32 into !tile.tensor<?xf32>
      return
    }
    ```
  }];
  let arguments = (ins Tile_Scalar:$value, Arg<Tile_Tensor, "", [MemWrite]>:$dest,
                       Variadic<Index>:$indices, UnitAttr:$inbounds);
  let assemblyFormat = [{
    $value `into` $dest `[` $indices `]` (`inbounds` $inbounds^)? attr-dict
    `:` type($value) `into` type($dest)
  }];
  let hasVerifier = 1;
}

def Tile_PrefetchOp : Tile_Op<"prefetch"> {
  let summary = "Announces what is read soon";
  let description = [{
    The box of `source` at the offsets, of the given sizes, is brought near while the
    `tile.matmul` or `tile.matmul_acc` that follows runs or, if another operation follows, while
    the next loop over cells does. It means nothing: the box may lie outside of the tensor.

    ```mlir
    func.func @prefetch(%x: !tile.tensor<?x64xbf16>, %i: index) {
      %c0 = arith.constant 0 : index
      tile.prefetch %x[%i, %c0] sizes [256, 64] : !tile.tensor<?x64xbf16>
      return
    }
    ```
  }];
  let arguments = (ins Tile_Tensor:$source, Variadic<Index>:$offsets,
                       DenseI64ArrayAttr:$sizes);
  let assemblyFormat = [{
    $source `[` $offsets `]` `sizes` $sizes attr-dict `:` type($source)
  }];
  let hasVerifier = 1;
}

def Tile_DimOp : Tile_ResultOp<"dim", [Pure]> {
  let summary = "A dimension of a tensor or a tile's nominal shape";
  let description = [{
    ```mlir
    func.func @dim(%x: !tile.tensor<?x64xf32>) -> index {
      %n = tile.dim %x, 0 : !tile.tensor<?x64xf32>
      return %n : index
    }
    ```
  }];
  let arguments = (ins Tile_Storage:$source, I64Attr:$dim);
  let results = (outs Index:$result);
  let assemblyFormat = "$source `,` $dim attr-dict `:` type($source)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Tile_FullOp : Tile_ResultOp<"full", [Pure]> {
  let summary = "A tile of one constant";
  let description = [{
    ```mlir
    func.func @full(%c: f32) {
      %t = tile.full %c : f32 -> !tile.tile<4x8xf32>
      return
    }
    ```
  }];
  let arguments = (ins Tile_Scalar:$value);
  let results = (outs Tile_Tile:$result);
  let assemblyFormat = "$value attr-dict `:` type($value) `->` type($result)";
  let hasVerifier = 1;
}

def Tile_ArangeOp : Tile_ResultOp<"arange", [Pure]> {
  let summary = "start, start+1, ... along the last dimension";
  let description = [{
    All dimensions but the last are 1.

    ```mlir
    func.func @arange(%start: index) {
      %t = tile.arange %start : index -> !tile.tile<1x8xi32>
      return
    }
    ```
  }];
  let arguments = (ins Tile_Scalar:$start);
  let results = (outs Tile_Tile:$result);
  let assemblyFormat = "$start attr-dict `:` type($start) `->` type($result)";
  let hasVerifier = 1;
}

#endif // TILEC_DIALECT_TILE_TILESTORAGEOPS_TD
