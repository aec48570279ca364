// Loops that are not proven test themselves; others stay as they are.
// RUN: tile-opt %s --tile-test-races --split-input-file 2>%t.remarks | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK < %t.remarks

// CHECK-LABEL: func.func @scatter(
// CHECK:         %[[READS:.*]] = tile.create(%{{.*}}) : <?xi64>
// CHECK:         tile.write %{{.*}} into %[[READS]]
// CHECK:         %[[WRITES:.*]] = tile.create(%{{.*}}) : <?xi64>
// CHECK-NOT:     tile.parallel
// CHECK:         scf.for %[[I:.*]] = %c0 to %c8 step %c1 {
// CHECK:           %[[N:.*]] = tile.floordiv
// CHECK:           %[[SLOT:.*]] = tile.read %arg0[%[[I]]]
// CHECK:           tile.write %arg2 into %arg1[%[[SLOT]]]
// CHECK:             tile.read %[[WRITES]]
// CHECK:             tile.assert %{{.*}}, "iteration {0} of the parallel loop at {{.*}} writes cell {1} of storage that iteration {2} wrote at
// CHECK-NOT:         tile.assert
// CHECK:             tile.write %{{.*}} into %[[WRITES]]
// REMARK: remark: tile-test-races: runs in order, and tests 1 of its tensors
func.func @scatter(%slots: !tile.tensor<8xi32>, %out: !tile.tensor<64xf32>, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  tile.parallel %i = %c0 to %c8 step %c1 {
    %slot = tile.read %slots[%i] : !tile.tensor<8xi32> -> index
    tile.write %v into %out[%slot] : f32 into !tile.tensor<64xf32>
  }
  return
}

// -----

// What is read is compared with what is written, and the other way round; rows past the valid ones do not count.
// CHECK-LABEL: func.func @shift(
// CHECK:         scf.for
// CHECK:           %[[X:.*]] = tile.slice
// CHECK:           %[[ROWS:.*]] = tile.valid_dim %[[X]], 0
// CHECK:           scf.for %{{.*}} = %{{.*}} to %[[ROWS]]
// CHECK:             tile.assert %{{.*}}, "iteration {0} of the parallel loop at {{.*}} reads cell {1} of storage that iteration {2} wrote at
// CHECK:           tile.assemble
// CHECK:             tile.assert %{{.*}}, "iteration {0} of the parallel loop at {{.*}} writes cell {1} of storage that iteration {2} wrote at
// CHECK:             tile.assert %{{.*}}, "iteration {0} of the parallel loop at {{.*}} writes cell {1} of storage that iteration {2} read at
func.func @shift(%x: !tile.tensor<64x16xf32>, %by: index, %rows: index) {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  %c60 = arith.constant 60 : index
  tile.parallel %i = %c0 to %c60 step %c4 {
    %from = arith.addi %i, %by : index
    tile.scope @core_group "shift" {
      %a = tile.slice %x[%from, %c0] valid [%rows, %c16] : !tile.tensor<64x16xf32> -> !tile.tile<4x16xf32, valid ?x16>
      tile.assemble %a into %x[%i, %c0] : !tile.tile<4x16xf32, valid ?x16> into !tile.tensor<64x16xf32>
    }
  }
  return
}

// -----

// CHECK-LABEL: func.func @proven(
// CHECK:         tile.parallel
// CHECK-NOT:     tile.assert
func.func @proven(%x: !tile.tensor<64xf32>, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  tile.parallel %i = %c0 to %c64 step %c1 {
    tile.write %v into %x[%i] : f32 into !tile.tensor<64xf32>
  }
  return
}
