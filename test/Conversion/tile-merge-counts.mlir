// RUN: tile-opt --tile-to-loops=instrument=true --canonicalize --cse %s | FileCheck %s
// RUN: tile-opt --tile-to-loops --canonicalize --cse %s | FileCheck %s --check-prefix=PLAIN

// What a scope counts is counted once: 256 bytes are read, and 64 cells are
// added and negated.
// CHECK-LABEL: func.func private @counted.inner(
// CHECK-DAG:     %[[READ:.*]] = arith.constant 256 : i64
// CHECK-DAG:     %[[DONE:.*]] = arith.constant 128 : i64
// CHECK:         call @tilec_rt_scope_enter
// CHECK-NOT:     call @tilec_rt_count
// CHECK:         call @tilec_rt_count(%{{.*}}, %[[READ]], %[[DONE]])
// CHECK-NOT:     call @tilec_rt_count
// CHECK:         call @tilec_rt_scope_leave
// CHECK-NOT:     call @tilec_rt_count

// A loop counts in each iteration; what is beside it in the scope is not moved
// into it.
// CHECK-LABEL: func.func private @counted.looped(
// CHECK:         scf.for
// CHECK:           call @tilec_rt_count
// CHECK-NOT:       call @tilec_rt_count
// CHECK:         }
// CHECK:         call @tilec_rt_count
// CHECK-NOT:     call @tilec_rt_count
// CHECK:         call @tilec_rt_scope_leave
// PLAIN-NOT: tilec_rt_count
func.func @counted(%x: !tile.tensor<4x16xf32> {tile.name = "x", tile.direction = "in", tile.shape = affine_map<() -> (4, 16)>},
                   %y: !tile.tensor<4x16xf32> {tile.name = "y", tile.direction = "out", tile.shape = affine_map<() -> (4, 16)>})
    attributes {tile.entry} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  tile.scope @core_group "inner" {
    %a = tile.slice %x[%c0, %c0] : !tile.tensor<4x16xf32> -> !tile.tile<4x16xf32>
    %b = tile.add %a, %a : !tile.tile<4x16xf32>, !tile.tile<4x16xf32> -> !tile.tile<4x16xf32>
    %c = tile.neg %b : !tile.tile<4x16xf32> -> !tile.tile<4x16xf32>
    tile.assemble %c into %y[%c0, %c0] : !tile.tile<4x16xf32> into !tile.tensor<4x16xf32>
  }
  tile.scope @core_group "looped" {
    %a = tile.slice %x[%c0, %c0] : !tile.tensor<4x16xf32> -> !tile.tile<4x16xf32>
    %b = tile.neg %a : !tile.tile<4x16xf32> -> !tile.tile<4x16xf32>
    tile.assemble %b into %y[%c0, %c0] : !tile.tile<4x16xf32> into !tile.tensor<4x16xf32>
    scf.for %i = %c0 to %c4 step %c1 {
      %r = tile.slice %x[%i, %c0] : !tile.tensor<4x16xf32> -> !tile.tile<1x16xf32>
      %n = tile.neg %r : !tile.tile<1x16xf32> -> !tile.tile<1x16xf32>
      tile.assemble %n into %y[%i, %c0] : !tile.tile<1x16xf32> into !tile.tensor<4x16xf32>
    }
    %d = tile.slice %x[%c0, %c0] : !tile.tensor<4x16xf32> -> !tile.tile<4x16xf32>
    %e = tile.neg %d : !tile.tile<4x16xf32> -> !tile.tile<4x16xf32>
    tile.assemble %e into %y[%c0, %c0] : !tile.tile<4x16xf32> into !tile.tensor<4x16xf32>
  }
  return
}
