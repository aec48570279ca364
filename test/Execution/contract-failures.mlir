// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A box outside of its source is reported as the first of the steps to leave it would be, where the operand was
// sliced; compiled code and the interpreter agree.
// DEFINE: %{given} =
// DEFINE: %{at} =
// DEFINE: %{check} = tilec check %s --fill out=zero %{given}
// REDEFINE: %{given} = --scalar i=0 --scalar p=0 --scalar j=0 --scalar m=4 --scalar n=8 --scalar k=20
// RUN: %{check}
// REDEFINE: %{given} = --scalar i=0 --scalar p=0 --scalar j=0 --scalar m=4 --scalar n=8 --scalar k=21
// RUN: not %{check} 2>&1 | FileCheck %s --check-prefix=END --implicit-check-not=fails:
// END: f.tile:1:5: error: slice of 5 cells at offset 16 exceeds dimension 1 of tensor [4, 20]
// REDEFINE: %{given} = --scalar i=0 --scalar p=0 --scalar j=0 --scalar m=4 --scalar n=8 --scalar k=9223372036854775807
// RUN: not %{check} 2>&1 | FileCheck %s --check-prefix=HUGE --implicit-check-not=fails:
// HUGE: f.tile:1:5: error: slice of 8 cells at offset 16 exceeds dimension 1 of tensor [4, 20]
// REDEFINE: %{given} = --scalar i=1 --scalar p=0 --scalar j=0 --scalar m=4 --scalar n=8 --scalar k=20
// RUN: not %{check} 2>&1 | FileCheck %s --check-prefix=ROWS --implicit-check-not=fails:
// ROWS: f.tile:1:5: error: slice of 4 cells at offset 1 exceeds dimension 0 of tensor [4, 20]
// The right operand leaves its tensor in the second step, the left one in the third.
// REDEFINE: %{given} = --scalar i=0 --scalar p=4 --scalar j=0 --scalar m=4 --scalar n=8 --scalar k=20
// RUN: not %{check} 2>&1 | FileCheck %s --check-prefix=RIGHT --implicit-check-not=fails:
// RIGHT: f.tile:2:5: error: slice of 8 cells at offset 16 exceeds dimension 0 of tensor [22, 9]
// REDEFINE: %{given} = --scalar i=0 --scalar p=0 --scalar j=-1 --scalar m=4 --scalar n=8 --scalar k=3
// RUN: not %{check} 2>&1 | FileCheck %s --check-prefix=NEGATIVE --implicit-check-not=fails:
// NEGATIVE: f.tile:2:5: error: slice of 8 cells at offset -1 exceeds dimension 1 of tensor [22, 9]
// An empty box is nowhere, the other one counts.
// REDEFINE: %{given} = --scalar i=99 --scalar p=0 --scalar j=0 --scalar m=0 --scalar n=8 --scalar k=20
// RUN: %{check}
// REDEFINE: %{given} = --scalar i=99 --scalar p=-9 --scalar j=99 --scalar m=4 --scalar n=8 --scalar k=-1
// RUN: %{check}
// REDEFINE: %{given} = --scalar i=99 --scalar p=-9 --scalar j=0 --scalar m=-1 --scalar n=8 --scalar k=3
// RUN: not %{check} 2>&1 | FileCheck %s --check-prefix=OTHER --implicit-check-not=fails:
// OTHER: f.tile:2:5: error: slice of 3 cells at offset -18 exceeds dimension 0 of tensor [22, 9]

func.func @kernel(%x: !tile.tensor<4x20xbf16> {tile.name = "x", tile.direction = "in", tile.shape = affine_map<() -> (4, 20)>},
                  %w: !tile.tensor<22x9xbf16> {tile.name = "w", tile.direction = "in", tile.shape = affine_map<() -> (22, 9)>},
                  %out: !tile.tensor<4x8xf32> {tile.name = "out", tile.direction = "inout", tile.shape = affine_map<() -> (4, 8)>},
                  %i: index {tile.name = "i", tile.dtype = "INDEX"}, %p: index {tile.name = "p", tile.dtype = "INDEX"},
                  %j: index {tile.name = "j", tile.dtype = "INDEX"}, %m: index {tile.name = "m", tile.dtype = "INDEX"},
                  %n: index {tile.name = "n", tile.dtype = "INDEX"}, %k: index {tile.name = "k", tile.dtype = "INDEX"})
    attributes {tile.entry} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  tile.scope @core_group "body" {
    %q = arith.addi %p, %p : index
    %r = tile.contract %x[%i, %p], %w[%q, %j] m %m n %n k %k step 8
        : !tile.tensor<4x20xbf16>, !tile.tensor<22x9xbf16> -> !tile.tile<4x8xf32, valid ?x?>
        loc(fused["f.tile":3:5, "f.tile":1:5, "f.tile":2:5])
    // A box of a tile may only not begin before it.
    %t = tile.slice %x[%c0, %c0] : !tile.tensor<4x20xbf16> -> !tile.tile<4x20xbf16>
    %s = tile.contract %t[%c1, %c0], %w[%c1, %c1] m %m n %n k %k step 8
        : !tile.tile<4x20xbf16>, !tile.tensor<22x9xbf16> -> !tile.tile<4x8xf32, valid ?x?>
        loc(fused["f.tile":6:5, "f.tile":4:5, "f.tile":5:5])
    tile.assemble %r into %out[%c0, %c0] : !tile.tile<4x8xf32, valid ?x?> into !tile.tensor<4x8xf32>
  }
  return
}
