// RUN: split-file %s %t
// RUN: tile-opt --tile-hoist-packing %t/packed.mlir -o %t/after.mlir 2>%t/remarks
// RUN: FileCheck %t/packed.mlir --input-file=%t/after.mlir
// RUN: FileCheck %t/packed.mlir --check-prefix=REMARK --input-file=%t/remarks
// RUN: tile-opt --tile-hoist-packing %t/after.mlir -o - 2>&1 | diff - %t/after.mlir
// RUN: tile-opt --tile-hoist-packing %t/left.mlir 2>&1 | FileCheck %t/left.mlir
// RUN: tile-opt --tile-hoist-packing="max-bytes=1024" %t/packed.mlir 2>&1 | FileCheck %t/packed.mlir --check-prefix=SMALL

//--- packed.mlir
// All iterations multiply the same rows; two products share them. The packing
// leaves both loops, of which the outer one may have no iteration.
// REMARK: remark: tile-hoist-packing: packs the left operand once, before the loop
// SMALL-NOT: tile.packed_lhs
// CHECK-LABEL: func.func @rows(
// CHECK-SAME:    %[[X:[^:]*]]: !tile.tensor<16x512xbf16>, {{.*}} %[[M:[^:]*]]: index, %[[COPIES:[^:]*]]: index
// CHECK:         %[[ANY:.*]] = arith.cmpi slt, %{{.*}}, %[[COPIES]]
// CHECK:         %[[ROWS:.*]] = arith.select %[[ANY]], %[[M]], %{{.*}}
// CHECK:         %[[A:.*]] = tile.slice %[[X]][%{{.*}}, %{{.*}}] valid[%[[ROWS]], %{{.*}}] inbounds {tile.packed_lhs} : !tile.tensor<16x512xbf16> -> <16x512xbf16, valid ?x512>
// CHECK-NOT:     tile.packed_lhs
// CHECK:         scf.for
// CHECK:           tile.parallel
// CHECK:             tile.contract %[[A]][%[[ZERO:.*]], %[[ZERO]]], %{{.*}} m %[[M]]
// CHECK:             tile.contract %[[A]][
// CHECK:         return
func.func @rows(%x: !tile.tensor<16x512xbf16>, %w: !tile.tensor<512x512xbf16>, %v: !tile.tensor<512x512xbf16>,
                %out: !tile.tensor<16x512xf32>, %m: index, %copies: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %c512 = arith.constant 512 : index
  scf.for %copy = %c0 to %copies step %c1 {
    tile.parallel %n = %c0 to %c512 step %c64 {
      tile.scope @core_group "shared" {
        %k = arith.constant 512 : index
        %y = tile.contract %x[%c0, %c0], %w[%c0, %n] m %m n %c64 k %k inbounds
            : !tile.tensor<16x512xbf16>, !tile.tensor<512x512xbf16> -> !tile.tile<16x64xf32, valid ?x64>
        %z = tile.contract %x[%c0, %c0], %v[%c0, %n] m %m n %c64 k %c512 acc %y inbounds
            : !tile.tensor<16x512xbf16>, !tile.tensor<512x512xbf16>, !tile.tile<16x64xf32, valid ?x64>
            -> !tile.tile<16x64xf32, valid ?x64>
        tile.assemble %z into %out[%c0, %n] inbounds
            : !tile.tile<16x64xf32, valid ?x64> into !tile.tensor<16x512xf32>
      }
    }
  }
  return
}

// Transposed rows; the loop around the inner one writes them, so the packing
// stays in it. Loops that surely run need no condition.
// CHECK-LABEL: func.func @transposed(
// CHECK:         scf.for
// CHECK:           tile.assemble
// CHECK-NOT:       arith.select
// CHECK:           tile.slice %{{.*}} valid[%{{.*}}, %{{.*}}] inbounds {tile.packed_lhs} : !tile.tensor<64x8xf32> -> <64x8xf32>
// CHECK:           scf.for
// CHECK:             tile.contract {{.*}} transpose_a
func.func @transposed(%x: !tile.tensor<64x8xf32>, %t: !tile.tile<64x8xf32>, %w: !tile.tensor<64x512xf32>,
                      %out: !tile.tensor<8x512xf32>) {
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %c64 = arith.constant 64 : index
  %c512 = arith.constant 512 : index
  scf.for %i = %c0 to %c64 step %c8 {
    tile.assemble %t into %x[%c0, %c0] inbounds : !tile.tile<64x8xf32> into !tile.tensor<64x8xf32>
    scf.for %n = %c0 to %c512 step %c64 {
      %y = tile.contract %x[%c0, %c0], %w[%c0, %n] m %c8 n %c64 k %c64 transpose_a inbounds
          : !tile.tensor<64x8xf32>, !tile.tensor<64x512xf32> -> !tile.tile<8x64xf32>
      tile.assemble %y into %out[%c0, %n] inbounds : !tile.tile<8x64xf32> into !tile.tensor<8x512xf32>
    }
  }
  return
}

// The second product's loop may be empty where the first one's is not: they
// share nothing.
// CHECK-LABEL: func.func @other_loops(
// CHECK-COUNT-2: {tile.packed_lhs}
// CHECK:         tile.parallel
func.func @other_loops(%x: !tile.tensor<16x64xbf16>, %w: !tile.tensor<64x512xbf16>,
                       %out: !tile.tensor<16x512xf32>, %p: index, %q: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %c512 = arith.constant 512 : index
  tile.parallel %n = %c0 to %c512 step %c64 {
    scf.for %i = %c0 to %p step %c1 {
      %y = tile.contract %x[%c0, %c0], %w[%c0, %n] m %c16 n %c64 k %c64 inbounds
          : !tile.tensor<16x64xbf16>, !tile.tensor<64x512xbf16> -> !tile.tile<16x64xf32>
      tile.assemble %y into %out[%c0, %n] inbounds : !tile.tile<16x64xf32> into !tile.tensor<16x512xf32>
    }
    scf.for %i = %c0 to %q step %c1 {
      %y = tile.contract %x[%c0, %c0], %w[%c0, %n] m %c16 n %c64 k %c64 inbounds
          : !tile.tensor<16x64xbf16>, !tile.tensor<64x512xbf16> -> !tile.tile<16x64xf32>
      tile.assemble %y into %out[%c0, %n] inbounds : !tile.tile<16x64xf32> into !tile.tensor<16x512xf32>
    }
  }
  return
}

//--- left.mlir
// By a tile, of which fewer k may be valid, where the loop writes the rows, a branch or a check comes first, the rows are
// other ones in each iteration, or are not proven to be inside, products are
// left alone.
// CHECK-NOT: tile.packed_lhs
func.func @written(%x: !tile.tensor<16x64xbf16>, %w: !tile.tensor<64x512xbf16>, %out: !tile.tensor<16x512xf32>,
                   %t: !tile.tile<16x64xbf16>) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %c512 = arith.constant 512 : index
  scf.for %n = %c0 to %c512 step %c64 {
    %y = tile.contract %x[%c0, %c0], %w[%c0, %n] m %c16 n %c64 k %c64 inbounds
        : !tile.tensor<16x64xbf16>, !tile.tensor<64x512xbf16> -> !tile.tile<16x64xf32>
    tile.assemble %y into %out[%c0, %n] inbounds : !tile.tile<16x64xf32> into !tile.tensor<16x512xf32>
    tile.assemble %t into %x[%c0, %c0] inbounds : !tile.tile<16x64xbf16> into !tile.tensor<16x64xbf16>
  }
  return
}

func.func @branch(%x: !tile.tensor<16x64xbf16>, %w: !tile.tensor<64x512xbf16>, %out: !tile.tensor<16x512xf32>,
                  %c: i1) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %c512 = arith.constant 512 : index
  tile.parallel %n = %c0 to %c512 step %c64 {
    scf.if %c {
      %y = tile.contract %x[%c0, %c0], %w[%c0, %n] m %c16 n %c64 k %c64 inbounds
          : !tile.tensor<16x64xbf16>, !tile.tensor<64x512xbf16> -> !tile.tile<16x64xf32>
      tile.assemble %y into %out[%c0, %n] inbounds : !tile.tile<16x64xf32> into !tile.tensor<16x512xf32>
    }
  }
  return
}

func.func @check(%x: !tile.tensor<?x64xbf16>, %w: !tile.tensor<64x512xbf16>, %out: !tile.tensor<16x512xf32>,
                 %m: index, %fits: i1) {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %c512 = arith.constant 512 : index
  tile.parallel %n = %c0 to %c512 step %c64 {
    tile.scope @core_group "checked" {
      tile.assert %fits, "x is too small"
      %y = tile.contract %x[%c0, %c0], %w[%c0, %n] m %m n %c64 k %c64 inbounds
          : !tile.tensor<?x64xbf16>, !tile.tensor<64x512xbf16> -> !tile.tile<16x64xf32, valid ?x64>
      tile.assemble %y into %out[%c0, %n] inbounds : !tile.tile<16x64xf32, valid ?x64> into !tile.tensor<16x512xf32>
    }
  }
  return
}

func.func @other_rows(%x: !tile.tensor<512x64xbf16>, %w: !tile.tensor<64x64xbf16>, %out: !tile.tensor<512x64xf32>) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %c512 = arith.constant 512 : index
  tile.parallel %i = %c0 to %c512 step %c16 {
    %y = tile.contract %x[%i, %c0], %w[%c0, %c0] m %c16 n %c64 k %c64 inbounds
        : !tile.tensor<512x64xbf16>, !tile.tensor<64x64xbf16> -> !tile.tile<16x64xf32>
    tile.assemble %y into %out[%i, %c0] inbounds : !tile.tile<16x64xf32> into !tile.tensor<512x64xf32>
  }
  return
}

func.func @unproven(%x: !tile.tensor<?x64xbf16>, %w: !tile.tensor<64x512xbf16>, %out: !tile.tensor<16x512xf32>,
                    %m: index) {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %c512 = arith.constant 512 : index
  tile.parallel %n = %c0 to %c512 step %c64 {
    %y = tile.contract %x[%c0, %c0], %w[%c0, %n] m %m n %c64 k %c64
        : !tile.tensor<?x64xbf16>, !tile.tensor<64x512xbf16> -> !tile.tile<16x64xf32, valid ?x64>
    tile.assemble %y into %out[%c0, %n] inbounds : !tile.tile<16x64xf32, valid ?x64> into !tile.tensor<16x512xf32>
  }
  return
}

func.func @tile(%x: !tile.tensor<16x64xbf16>, %t: !tile.tile<64x64xbf16, valid ?x64>, %out: !tile.tensor<16x512xf32>) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %c512 = arith.constant 512 : index
  tile.parallel %n = %c0 to %c512 step %c64 {
    %y = tile.contract %x[%c0, %c0], %t[%c0, %c0] m %c16 n %c64 k %c64 inbounds
        : !tile.tensor<16x64xbf16>, !tile.tile<64x64xbf16, valid ?x64> -> !tile.tile<16x64xf32>
    tile.assemble %y into %out[%c0, %n] inbounds : !tile.tile<16x64xf32> into !tile.tensor<16x512xf32>
  }
  return
}
