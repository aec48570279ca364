// RUN: tile-opt --tile-hoist-buffers %s 2>%t.remarks | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK --input-file=%t.remarks
// RUN: tile-opt --tile-hoist-buffers %s -o %t.mlir 2>/dev/null
// RUN: tile-opt --tile-hoist-buffers %t.mlir 2>/dev/null | FileCheck %s

// Storage of one iteration leaves both loops, with the scope and the branch
// around it; what computes a size that is known before comes along.
// REMARK:      :[[#@LINE+22]]:{{[0-9]+}}: remark: tile-hoist-buffers: a buffer: allocated once, outside of 2 loops
// REMARK:      :[[#@LINE+26]]:{{[0-9]+}}: remark: tile-hoist-buffers: a buffer: allocated once, outside of 2 loops
// CHECK-LABEL: func.func @once(
// CHECK-SAME:    %[[N:[a-zA-Z0-9]+]]: index {tile.symbol = "N"}
// CHECK:         %[[A:.*]] = tile.create {tile.loops_left = 2 : i64} : <4x8xf32>
// CHECK:         %[[TWICE:.*]] = arith.addi %[[N]], %[[N]]
// CHECK:         %[[B:.*]] = tile.create(%[[TWICE]]) {tile.loops_left = 2 : i64} : <?x8xf32>
// CHECK:         scf.for
// CHECK:           scf.for
// CHECK-NOT:         tile.create
// CHECK:             tile.assemble %{{.*}} into %[[A]]
// CHECK:             tile.slice %[[A]]
// CHECK:             scf.if
// CHECK:               tile.assemble %{{.*}} into %[[B]]
// CHECK:         return
func.func @once(%x: !tile.tensor<4x8xf32>, %out: !tile.tensor<4x8xf32>, %c: i1, %n: index {tile.symbol = "N"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    scf.for %j = %c0 to %n step %c1 {
      %t = tile.slice %x[%c0, %c0] : !tile.tensor<4x8xf32> -> !tile.tile<4x8xf32>
      tile.scope @core_group "copy" {
        %a = tile.create : !tile.tensor<4x8xf32>
        tile.assemble %t into %a[%c0, %c0] : !tile.tile<4x8xf32> into !tile.tensor<4x8xf32>
        %u = tile.slice %a[%c0, %c0] : !tile.tensor<4x8xf32> -> !tile.tile<4x8xf32>
        scf.if %c {
          %twice = arith.addi %n, %n : index
          %b = tile.create(%twice) : !tile.tensor<?x8xf32>
          tile.assemble %u into %b[%c0, %c0] : !tile.tile<4x8xf32> into !tile.tensor<?x8xf32>
        }
      }
    }
  }
  return
}

// The next iteration reads while it writes: two buffers. The first storage is
// a parameter's, which stays as it is.
// REMARK:      :[[#@LINE+17]]:{{[0-9]+}}: remark: tile-hoist-buffers: a buffer: two buffers in turn{{$}}
// CHECK-LABEL: func.func @of_parameter(
// CHECK-SAME:    %[[X:[a-zA-Z0-9]+]]: !tile.tensor<4x8xf32>
// CHECK:         %[[A:.*]] = tile.create : <4x8xf32>
// CHECK-NEXT:    %[[B:.*]] = tile.create : <4x8xf32>
// CHECK-NEXT:    %[[R:.*]]:3 = scf.for {{.*}} iter_args(%[[CURRENT:.*]] = %[[X]], %[[FREE:.*]] = %[[A]], %[[OTHER:.*]] = %[[B]])
// CHECK:           tile.slice %[[CURRENT]]
// CHECK:           tile.assemble %{{.*}} into %[[FREE]]
// CHECK:           tile.slice %[[CURRENT]]
// CHECK:           scf.yield %[[FREE]], %[[OTHER]], %[[FREE]]
// CHECK:         tile.slice %[[R]]#0
func.func @of_parameter(%x: !tile.tensor<4x8xf32>, %out: !tile.tensor<4x8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c5 = arith.constant 5 : index
  %last = scf.for %i = %c0 to %c5 step %c1 iter_args(%current = %x) -> (!tile.tensor<4x8xf32>) {
    %next = tile.create : !tile.tensor<4x8xf32>
    %a = tile.slice %current[%c0, %c0] : !tile.tensor<4x8xf32> -> !tile.tile<2x8xf32>
    tile.assemble %a into %next[%c2, %c0] : !tile.tile<2x8xf32> into !tile.tensor<4x8xf32>
    %b = tile.slice %current[%c2, %c0] : !tile.tensor<4x8xf32> -> !tile.tile<2x8xf32>
    tile.assemble %b into %next[%c0, %c0] : !tile.tile<2x8xf32> into !tile.tensor<4x8xf32>
    scf.yield %next : !tile.tensor<4x8xf32>
  }
  %t = tile.slice %last[%c0, %c0] : !tile.tensor<4x8xf32> -> !tile.tile<4x8xf32>
  tile.assemble %t into %out[%c0, %c0] : !tile.tile<4x8xf32> into !tile.tensor<4x8xf32>
  return
}

// The loop owns the storage that it begins with: both change places. So do
// those of the loop around it, which has them for one iteration.
// REMARK:      :[[#@LINE+18]]:{{[0-9]+}}: remark: tile-hoist-buffers: a buffer: two buffers in turn, one of them that of the first iteration
// CHECK-LABEL: func.func @swap(
// CHECK:         %[[A:.*]] = tile.create {tile.loops_left = 1 : i64} : <8x4xf32>
// CHECK-NEXT:    %[[B:.*]] = tile.create {tile.loops_left = 1 : i64} : <8x4xf32>
// CHECK-NEXT:    scf.for
// CHECK:           %[[R:.*]]:2 = scf.for {{.*}} iter_args(%[[CURRENT:.*]] = %[[A]], %[[FREE:.*]] = %[[B]])
// CHECK:             tile.slice %[[CURRENT]]
// CHECK:             tile.assemble %{{.*}} into %[[FREE]]
// CHECK:             scf.yield %[[FREE]], %[[CURRENT]]
// CHECK:           tile.slice %[[R]]#0
func.func @swap(%x: !tile.tensor<8x4xf32>, %out: !tile.tensor<8x4xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %first = tile.create : !tile.tensor<8x4xf32>
    %t = tile.slice %x[%c0, %c0] : !tile.tensor<8x4xf32> -> !tile.tile<8x4xf32>
    tile.assemble %t into %first[%c0, %c0] : !tile.tile<8x4xf32> into !tile.tensor<8x4xf32>
    %last = scf.for %j = %c0 to %n step %c1 iter_args(%current = %first) -> (!tile.tensor<8x4xf32>) {
      %next = tile.create : !tile.tensor<8x4xf32>
      %a = tile.slice %current[%c0, %c0] : !tile.tensor<8x4xf32> -> !tile.tile<8x4xf32>
      %b = tile.exp %a : !tile.tile<8x4xf32> -> !tile.tile<8x4xf32>
      tile.assemble %b into %next[%c0, %c0] : !tile.tile<8x4xf32> into !tile.tensor<8x4xf32>
      scf.yield %next : !tile.tensor<8x4xf32>
    }
    %u = tile.slice %last[%c0, %c0] : !tile.tensor<8x4xf32> -> !tile.tile<8x4xf32>
    tile.assemble %u into %out[%c0, %c0] : !tile.tile<8x4xf32> into !tile.tensor<8x4xf32>
  }
  return
}

// An iteration has read the last one's before it writes: one buffer, and none
// beside the first where the loop owns that.
// REMARK:      :[[#@LINE+20]]:{{[0-9]+}}: remark: tile-hoist-buffers: a buffer: one buffer for all iterations
// REMARK:      :[[#@LINE+30]]:{{[0-9]+}}: remark: tile-hoist-buffers: a buffer: one buffer for all iterations
// CHECK-LABEL: func.func @one(
// CHECK:         %[[A:.*]] = tile.create : <4x8xf32>
// CHECK:         scf.for {{.*}} iter_args(%[[CURRENT:.*]] = %{{.*}})
// CHECK:           tile.slice %[[CURRENT]]
// CHECK:           tile.assemble %{{.*}} into %[[A]]
// CHECK:           scf.yield %[[A]]
// CHECK:         %[[FIRST:.*]] = tile.create : <4x8xf32>
// CHECK:         scf.for {{.*}} iter_args(%[[CURRENT:.*]] = %[[FIRST]])
// CHECK-NOT:       tile.create
// CHECK:           tile.slice %[[CURRENT]]
// CHECK:           tile.assemble %{{.*}} into %[[CURRENT]]
// CHECK:           scf.yield %[[CURRENT]]
func.func @one(%x: !tile.tensor<4x8xf32>, %out: !tile.tensor<4x8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %zero = arith.constant 0.0 : f32
  %last = scf.for %i = %c0 to %c5 step %c1 iter_args(%current = %x) -> (!tile.tensor<4x8xf32>) {
    %next = tile.create : !tile.tensor<4x8xf32>
    %a = tile.slice %current[%c0, %c0] : !tile.tensor<4x8xf32> -> !tile.tile<4x8xf32>
    tile.assemble %a into %out[%c0, %c0] : !tile.tile<4x8xf32> into !tile.tensor<4x8xf32>
    %f = tile.full %zero : f32 -> !tile.tile<4x8xf32>
    tile.assemble %f into %next[%c0, %c0] : !tile.tile<4x8xf32> into !tile.tensor<4x8xf32>
    scf.yield %next : !tile.tensor<4x8xf32>
  }
  %first = tile.create : !tile.tensor<4x8xf32>
  %g = tile.full %zero : f32 -> !tile.tile<4x8xf32>
  tile.assemble %g into %first[%c0, %c0] : !tile.tile<4x8xf32> into !tile.tensor<4x8xf32>
  %end = scf.for %i = %c0 to %c5 step %c1 iter_args(%current = %first) -> (!tile.tensor<4x8xf32>) {
    %next = tile.create : !tile.tensor<4x8xf32>
    %a = tile.slice %current[%c0, %c0] : !tile.tensor<4x8xf32> -> !tile.tile<4x8xf32>
    tile.assemble %a into %out[%c0, %c0] : !tile.tile<4x8xf32> into !tile.tensor<4x8xf32>
    tile.scope @core_group "fill" {
      %f = tile.full %zero : f32 -> !tile.tile<4x8xf32>
      tile.assemble %f into %next[%c0, %c0] : !tile.tile<4x8xf32> into !tile.tensor<4x8xf32>
    }
    scf.yield %next : !tile.tensor<4x8xf32>
  }
  return
}

// What stays: a size of the iteration, a size that may be negative, storage
// that outlives the next iteration, and that of a worker.
// REMARK:      :[[#@LINE+16]]:{{[0-9]+}}: remark: tile-hoist-buffers: a buffer: allocated in each iteration, because its size is computed there
// REMARK:      :[[#@LINE+16]]:{{[0-9]+}}: remark: tile-hoist-buffers: a buffer: allocated in each iteration, because its size may be negative
// REMARK:      :[[#@LINE+16]]:{{[0-9]+}}: remark: tile-hoist-buffers: a buffer: allocated in each iteration, because it may outlive the iteration after its own
// CHECK-LABEL: func.func @stay(
// CHECK:         scf.for
// CHECK:           tile.create(%{{.*}}) : <?xf32>
// CHECK:           tile.create(%{{.*}}) : <?xf32>
// CHECK:           tile.create : <4x8xf32>
// CHECK:         tile.parallel
// CHECK:           tile.create {tile.loops_left = 1 : i64} : <4x8xf32>
// CHECK-NEXT:      scf.for
func.func @stay(%x: !tile.tensor<4x8xf32>, %v: f32, %c: i1, %s: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %a = scf.for %i = %c0 to %c5 step %c1 iter_args(%kept = %x) -> (!tile.tensor<4x8xf32>) {
    %of_iteration = tile.create(%i) : !tile.tensor<?xf32>
    %negative = tile.create(%s) : !tile.tensor<?xf32>
    %some = tile.create : !tile.tensor<4x8xf32>
    tile.write %v into %some[%c0, %c0] : f32 into !tile.tensor<4x8xf32>
    %next = scf.if %c -> (!tile.tensor<4x8xf32>) {
      scf.yield %some : !tile.tensor<4x8xf32>
    } else {
      scf.yield %kept : !tile.tensor<4x8xf32>
    }
    scf.yield %next : !tile.tensor<4x8xf32>
  }
  tile.parallel %i = %c0 to %c5 step %c1 {
    scf.for %j = %c0 to %c5 step %c1 {
      %w = tile.create : !tile.tensor<4x8xf32>
      tile.write %v into %w[%c0, %c0] : f32 into !tile.tensor<4x8xf32>
    }
  }
  return
}
