// RUN: tile-opt --tile-plan-buffers %s 2>%t.remarks | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK --input-file=%t.remarks
// RUN: tile-opt --tile-plan-buffers --tile-plan-buffers %s 2>/dev/null | FileCheck %s

// %b begins after the last use of what was read from %a; %c while %b is alive.
// REMARK:      :[[#@LINE+9]]:{{[0-9]+}}: remark: tile-plan-buffers: arena of 256 bytes for 3 buffers, of which at most 256 are alive at once
// REMARK:      :[[#@LINE+10]]:{{[0-9]+}}: remark: tile-plan-buffers: a buffer: 128 bytes at offset 0, alive from line [[#@LINE+13]] to line [[#@LINE+16]]
// REMARK:      remark: tile-plan-buffers: a buffer: 128 bytes at offset 0, alive from line [[#@LINE+16]] to line [[#@LINE+19]]
// REMARK:      remark: tile-plan-buffers: a buffer: 100 bytes at offset 128, alive from line [[#@LINE+16]] to line [[#@LINE+16]]
// CHECK-LABEL: func.func @chain(
// CHECK-SAME:    attributes {tile.arena_bytes = 256 : i64}
// CHECK:         tile.create {tile.offset = 0 : i64} : <4x8xf32>
// CHECK:         tile.create {tile.offset = 0 : i64} : <4x8xf32>
// CHECK:         tile.create {tile.offset = 128 : i64} : <25xf32>
func.func @chain(%x: !tile.tensor<4x8xf32>, %out: !tile.tensor<4x8xf32>, %v: f32) {
  %c0 = arith.constant 0 : index
  %a = tile.create : !tile.tensor<4x8xf32>
  %b = tile.create : !tile.tensor<4x8xf32>
  %c = tile.create : !tile.tensor<25xf32>
  tile.write %v into %a[%c0, %c0] : f32 into !tile.tensor<4x8xf32>
  %t = tile.slice %a[%c0, %c0] : !tile.tensor<4x8xf32> -> !tile.tile<4x8xf32>
  %u = tile.exp %t : !tile.tile<4x8xf32> -> !tile.tile<4x8xf32>
  tile.assemble %u into %out[%c0, %c0] : !tile.tile<4x8xf32> into !tile.tensor<4x8xf32>
  tile.write %v into %b[%c0, %c0] : f32 into !tile.tensor<4x8xf32>
  tile.write %v into %c[%c0] : f32 into !tile.tensor<25xf32>
  %w = tile.slice %b[%c0, %c0] : !tile.tensor<4x8xf32> -> !tile.tile<4x8xf32>
  tile.assemble %w into %out[%c0, %c0] : !tile.tile<4x8xf32> into !tile.tensor<4x8xf32>
  return
}

// A tile that was read before is still a view of %a where %b is written.
// CHECK-LABEL: func.func @view(
// CHECK-SAME:    attributes {tile.arena_bytes = 256 : i64}
func.func @view(%out: !tile.tensor<4x8xf32>, %v: f32) {
  %c0 = arith.constant 0 : index
  %a = tile.create : !tile.tensor<4x8xf32>
  %b = tile.create : !tile.tensor<4x8xf32>
  %t = tile.slice %a[%c0, %c0] : !tile.tensor<4x8xf32> -> !tile.tile<4x8xf32>
  tile.write %v into %b[%c0, %c0] : f32 into !tile.tensor<4x8xf32>
  %u = tile.exp %t : !tile.tile<4x8xf32> -> !tile.tile<4x8xf32>
  tile.assemble %u into %out[%c0, %c0] : !tile.tile<4x8xf32> into !tile.tensor<4x8xf32>
  return
}

// Storage made before a loop lives through all of it, and may have other names
// there; what has left the loop is new to each iteration.
// CHECK-LABEL: func.func @loops(
// CHECK-SAME:    attributes {tile.arena_bytes = 384 : i64}
// CHECK:         tile.create {tile.offset = [[A:[0-9]+]] : i64}
// CHECK:         tile.create {tile.offset = [[B:[0-9]+]] : i64}
// CHECK:         tile.create {tile.loops_left = 1 : i64, tile.offset = [[C:[0-9]+]] : i64}
// CHECK:         tile.create {tile.loops_left = 1 : i64, tile.offset = [[C]] : i64}
// CHECK:         tile.create {tile.loops_left = 1 : i64, tile.offset = [[C]] : i64}
// CHECK:         scf.for
// CHECK:           tile.create {tile.offset = [[C]] : i64}
func.func @loops(%v: f32, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = tile.create : !tile.tensor<4x8xf32>
  %b = tile.create : !tile.tensor<4x8xf32>
  %c = tile.create {tile.loops_left = 1} : !tile.tensor<4x8xf32>
  %d = tile.create {tile.loops_left = 1} : !tile.tensor<4x8xf32>
  %e = tile.create {tile.loops_left = 1} : !tile.tensor<4x8xf32>
  %last:2 = scf.for %i = %c0 to %n step %c1 iter_args(%p = %a, %q = %b) -> (!tile.tensor<4x8xf32>, !tile.tensor<4x8xf32>) {
    tile.write %v into %q[%c0, %c0] : f32 into !tile.tensor<4x8xf32>
    tile.write %v into %c[%c0, %c0] : f32 into !tile.tensor<4x8xf32>
    scf.for %j = %c0 to %n step %c1 {
      tile.write %v into %d[%c0, %c0] : f32 into !tile.tensor<4x8xf32>
    }
    tile.write %v into %e[%c0, %c0] : f32 into !tile.tensor<4x8xf32>
    %f = tile.create : !tile.tensor<4x8xf32>
    tile.write %v into %f[%c0, %c0] : f32 into !tile.tensor<4x8xf32>
    %r = tile.read %p[%c0, %c0] : !tile.tensor<4x8xf32> -> f32
    scf.yield %q, %p : !tile.tensor<4x8xf32>, !tile.tensor<4x8xf32>
  }
  tile.write %v into %last#0[%c0, %c0] : f32 into !tile.tensor<4x8xf32>
  return
}

// A worker has one place for the storage of its iterations, in an arena of its
// own; the arms of a branch are never both alive.
// REMARK:      :[[#@LINE+11]]:{{[0-9]+}}: remark: tile-plan-buffers: arena of 128 bytes for 1 buffer,
// REMARK:      :[[#@LINE+14]]:{{[0-9]+}}: remark: tile-plan-buffers: arena of each worker: 256 bytes for 3 buffers,
// CHECK-LABEL: func.func @workers(
// CHECK-SAME:    attributes {tile.arena_bytes = 128 : i64}
// CHECK:         tile.create {tile.offset = 0 : i64}
// CHECK:         tile.parallel {{.*}} attributes {tile.arena_bytes = 256 : i64}
// CHECK:           tile.create {tile.offset = [[A:[0-9]+]] : i64}
// CHECK:           tile.parallel
// CHECK-NOT:       arena_bytes
// CHECK:             tile.create {tile.offset = [[B:[0-9]+]] : i64}
// CHECK:             tile.create {tile.offset = [[B]] : i64}
func.func @workers(%v: f32, %n: index, %condition: i1) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %all = tile.create : !tile.tensor<4x8xf32>
  tile.parallel %i = %c0 to %n step %c1 {
    %a = tile.create : !tile.tensor<4x8xf32>
    tile.parallel %j = %c0 to %n step %c1 {
      scf.if %condition {
        %b = tile.create : !tile.tensor<4x8xf32>
        tile.write %v into %b[%c0, %c0] : f32 into !tile.tensor<4x8xf32>
      } else {
        %c = tile.create : !tile.tensor<4x8xf32>
        tile.write %v into %c[%c0, %c0] : f32 into !tile.tensor<4x8xf32>
      }
      tile.write %v into %a[%c0, %c0] : f32 into !tile.tensor<4x8xf32>
    }
    tile.write %v into %all[%c0, %c0] : f32 into !tile.tensor<4x8xf32>
  }
  return
}

// REMARK:      :[[#@LINE+11]]:{{[0-9]+}}: remark: tile-plan-buffers: a buffer: allocated when it is reached, because the run decides on its size
// REMARK:      :[[#@LINE+11]]:{{[0-9]+}}: remark: tile-plan-buffers: a buffer: allocated when it is reached, because it is too large
// REMARK:      :[[#@LINE+12]]:{{[0-9]+}}: remark: tile-plan-buffers: a buffer: allocated when it is reached, because later iterations may still read it
// CHECK-LABEL: func.func @allocated(
// CHECK-NOT:     attributes
// CHECK:         tile.create(%{{.*}}) : <?xf32>
// CHECK:         tile.create : <281474976710656xf32>
// CHECK:           tile.create : <4x8xf32>
func.func @allocated(%x: !tile.tensor<4x8xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = tile.create(%n) : !tile.tensor<?xf32>
  %b = tile.create : !tile.tensor<281474976710656xf32>
  %last = scf.for %i = %c0 to %n step %c1 iter_args(%p = %x) -> (!tile.tensor<4x8xf32>) {
    %c = tile.create : !tile.tensor<4x8xf32>
    scf.yield %c : !tile.tensor<4x8xf32>
  }
  return
}
