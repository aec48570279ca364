// Which weights are packed, and why others are not.
// RUN: tile-opt %s --tile-pack-weights --split-input-file 2>%t.remarks | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK < %t.remarks

// A stack of layers, and a transposed product.
// CHECK-LABEL: func.func @both_orders(
// CHECK-SAME:    %arg1: !tile.tensor<?x512xbf16, weight packed<kn>> {tile.name = "stack"}
// CHECK-SAME:    %arg2: !tile.tensor<512x96xbf16, weight packed<nk>> {tile.name = "head"}
// REMARK:      remark: tile-pack-weights: `stack` is stored as bf16.n64.k2.v1.kn
// REMARK-NEXT: func
// REMARK:      remark: tile-pack-weights: `head` is stored as bf16.n64.k2.v1.nk
func.func @both_orders(%x: !tile.tensor<16x96xbf16>, %stack: !tile.tensor<?x512xbf16, weight> {tile.name = "stack"},
                       %head: !tile.tensor<512x96xbf16, weight> {tile.name = "head"},
                       %out: !tile.tensor<16x512xf32>, %layer: index, %rows: index) {
  %c0 = arith.constant 0 : index
  %c96 = arith.constant 96 : index
  %c256 = arith.constant 256 : index
  %c512 = arith.constant 512 : index
  %row = arith.muli %layer, %c96 : index
  tile.parallel %n = %c0 to %c512 step %c256 {
    tile.scope @core_group "products" {
      %a = tile.contract %x[%c0, %c0], %stack[%row, %n] m %rows n %c256 k %c96
          : !tile.tensor<16x96xbf16>, !tile.tensor<?x512xbf16, weight> -> !tile.tile<16x256xf32, valid ?x256>
      %b = tile.contract %x[%c0, %c0], %head[%n, %c0] m %rows n %c256 k %c96 acc %a transpose_b
          : !tile.tensor<16x96xbf16>, !tile.tensor<512x96xbf16, weight>, !tile.tile<16x256xf32, valid ?x256>
          -> !tile.tile<16x256xf32, valid ?x256>
      tile.assemble %b into %out[%c0, %n] : !tile.tile<16x256xf32, valid ?x256> into !tile.tensor<16x512xf32>
    }
  }
  return
}

// -----

// An odd K is padded behind the last row, and nowhere else.
// CHECK-LABEL: func.func @odd(
// CHECK-SAME:    %arg1: !tile.tensor<97x64xbf16, weight packed<kn>>
// CHECK-SAME:    %arg2: !tile.tensor<194x64xbf16, weight>
// REMARK: `whole` is stored as
// REMARK: `half` stays row-major: a sum may end within a pair of k
// REMARK: note: here
func.func @odd(%x: !tile.tensor<16x97xbf16>, %whole: !tile.tensor<97x64xbf16, weight> {tile.name = "whole"},
               %half: !tile.tensor<194x64xbf16, weight> {tile.name = "half"}) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %c97 = arith.constant 97 : index
  %a = tile.contract %x[%c0, %c0], %whole[%c0, %c0] m %c16 n %c64 k %c97
      : !tile.tensor<16x97xbf16>, !tile.tensor<97x64xbf16, weight> -> !tile.tile<16x64xf32>
  %b = tile.contract %x[%c0, %c0], %half[%c0, %c0] m %c16 n %c64 k %c97
      : !tile.tensor<16x97xbf16>, !tile.tensor<194x64xbf16, weight> -> !tile.tile<16x64xf32>
  return
}

// -----

// CHECK-LABEL: func.func @offsets(
// CHECK-NOT:     packed
// REMARK: `columns` stays row-major: columns may not begin at a multiple of 64
// REMARK: `rows` stays row-major: a sum may begin within a pair of k
// REMARK: `either` stays row-major: contractions sum over either dimension
// REMARK: `left` stays row-major: a contraction reads it as the left operand
// REMARK: `sliced` stays row-major: it is read by more than contractions
// REMARK: `unused` stays row-major: no contraction reads it
func.func @offsets(%x: !tile.tensor<16x64xbf16>, %columns: !tile.tensor<64x96xbf16, weight> {tile.name = "columns"},
                   %rows: !tile.tensor<?x64xbf16, weight> {tile.name = "rows"},
                   %either: !tile.tensor<64x64xbf16, weight> {tile.name = "either"},
                   %left: !tile.tensor<64x64xbf16, weight> {tile.name = "left"},
                   %sliced: !tile.tensor<64x64xbf16, weight> {tile.name = "sliced"},
                   %unused: !tile.tensor<64x64xbf16, weight> {tile.name = "unused"}, %i: index) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c32 = arith.constant 32 : index
  %c64 = arith.constant 64 : index
  %a = tile.contract %x[%c0, %c0], %columns[%c0, %c32] m %c16 n %c64 k %c64
      : !tile.tensor<16x64xbf16>, !tile.tensor<64x96xbf16, weight> -> !tile.tile<16x64xf32>
  %b = tile.contract %x[%c0, %c0], %rows[%i, %c0] m %c16 n %c64 k %c64
      : !tile.tensor<16x64xbf16>, !tile.tensor<?x64xbf16, weight> -> !tile.tile<16x64xf32>
  %c = tile.contract %x[%c0, %c0], %either[%c0, %c0] m %c16 n %c64 k %c64
      : !tile.tensor<16x64xbf16>, !tile.tensor<64x64xbf16, weight> -> !tile.tile<16x64xf32>
  %d = tile.contract %x[%c0, %c0], %either[%c0, %c0] m %c16 n %c64 k %c64 transpose_b
      : !tile.tensor<16x64xbf16>, !tile.tensor<64x64xbf16, weight> -> !tile.tile<16x64xf32>
  %e = tile.contract %left[%c0, %c0], %x[%c0, %c0] m %c16 n %c16 k %c64 transpose_b
      : !tile.tensor<64x64xbf16, weight>, !tile.tensor<16x64xbf16> -> !tile.tile<16x16xf32>
  %f = tile.slice %sliced[%c0, %c0] : !tile.tensor<64x64xbf16, weight> -> !tile.tile<16x64xbf16>
  return
}

// -----

// Storage of FP32 has no packed layout, a plain tensor is the caller's: no word about them.
// CHECK-LABEL: func.func @others(
// CHECK-NOT:     packed
// REMARK-NOT: remark
func.func @others(%x: !tile.tensor<16x64xf32>, %w: !tile.tensor<64x64xf32, weight>, %y: !tile.tensor<16x64xbf16>,
                  %plain: !tile.tensor<64x64xbf16>) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %a = tile.contract %x[%c0, %c0], %w[%c0, %c0] m %c16 n %c64 k %c64
      : !tile.tensor<16x64xf32>, !tile.tensor<64x64xf32, weight> -> !tile.tile<16x64xf32>
  %b = tile.contract %y[%c0, %c0], %plain[%c0, %c0] m %c16 n %c64 k %c64
      : !tile.tensor<16x64xbf16>, !tile.tensor<64x64xbf16> -> !tile.tile<16x64xf32>
  return
}
