// RUN: tile-opt --split-input-file --tile-to-loops --canonicalize --cse %s | FileCheck %s

// The entry has the run-time library's calling convention and says what
// scratch memory its workers need.
// CHECK-LABEL: func.func @views(
// CHECK-SAME:    %{{[a-z0-9]+}}: !llvm.ptr, %{{[a-z0-9]+}}: !llvm.ptr, %{{[a-z0-9]+}}: !llvm.ptr)
// CHECK-SAME:    tile.scopes = ["double"], tile.scratch_bytes = 0
// CHECK:         call @views.double(
// CHECK:         llvm.load %{{.*}} atomic monotonic {alignment = 4 : i64}
// CHECK:         tile.return_if

// A slice with one consumer is read where it is used; nothing goes through
// memory between.
// CHECK-LABEL: func.func private @views.double(
// CHECK:         scf.for
// CHECK-NOT:       scf.for
// CHECK:           %[[X:.*]] = llvm.load {{.*}} -> vector<16xf32>
// CHECK:           %[[SUM:.*]] = arith.addf
// CHECK:           %[[NEG:.*]] = arith.negf %[[SUM]]
// CHECK:           llvm.store %[[NEG]]
func.func @views(%x: !tile.tensor<4x16xf32> {tile.name = "x", tile.direction = "in", tile.shape = affine_map<() -> (4, 16)>},
                 %y: !tile.tensor<4x16xf32> {tile.name = "y", tile.direction = "out", tile.shape = affine_map<() -> (4, 16)>})
    attributes {tile.entry} {
  %c0 = arith.constant 0 : index
  tile.scope @core_group "double" {
    %a = tile.slice %x[%c0, %c0] : !tile.tensor<4x16xf32> -> !tile.tile<4x16xf32>
    %b = tile.add %a, %a : !tile.tile<4x16xf32>, !tile.tile<4x16xf32> -> !tile.tile<4x16xf32>
    %c = tile.neg %b : !tile.tile<4x16xf32> -> !tile.tile<4x16xf32>
    tile.assemble %c into %y[%c0, %c0] : !tile.tile<4x16xf32> into !tile.tensor<4x16xf32>
  }
  return
}

// -----

// A slice that is used after its tensor is written is copied before.
// CHECK-LABEL: func.func private @order.swap(
// CHECK:         %[[OLD:.*]] = llvm.load {{.*}} -> vector<16xf32>
// CHECK:         llvm.store %[[OLD]], %[[COPY:.*]] {
// CHECK:         llvm.store {{.*}} : vector<16xf32>
// CHECK:         %[[SAVED:.*]] = llvm.load %[[COPY]]
// CHECK:         llvm.store %[[SAVED]]
func.func @order(%x: !tile.tensor<2x16xf32> {tile.name = "x", tile.direction = "inout", tile.shape = affine_map<() -> (2, 16)>})
    attributes {tile.entry} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  tile.scope @core_group "swap" {
    %a = tile.slice %x[%c0, %c0] : !tile.tensor<2x16xf32> -> !tile.tile<1x16xf32>
    %b = tile.slice %x[%c1, %c0] : !tile.tensor<2x16xf32> -> !tile.tile<1x16xf32>
    tile.assemble %b into %x[%c0, %c0] : !tile.tile<1x16xf32> into !tile.tensor<2x16xf32>
    tile.assemble %a into %x[%c1, %c0] : !tile.tile<1x16xf32> into !tile.tensor<2x16xf32>
  }
  return
}

// -----

// The body of a parallel loop is a function of the iteration; what it uses
// comes through an environment. Every access of unknown place is asserted once.
// CHECK-LABEL: func.func @rows(
// CHECK:         llvm.alloca
// CHECK:         llvm.store
// CHECK:         call @tilec_rt_parallel_for(
// CHECK:         tile.return_if
// CHECK-LABEL: func.func private @rows.parallel.body(
// CHECK-SAME:    %{{.*}}: !llvm.ptr, %[[ENV:.*]]: !llvm.ptr, %[[I:.*]]: i64)
// CHECK:         call @rows.row(
// CHECK-LABEL: func.func private @rows.row(
// CHECK:         tile.assert {{.*}}"slice of {1} cells at offset {0} exceeds dimension 0 of tensor [{2}, {3}]"
// CHECK-NOT:     tile.assert {{.*}}dimension 1
func.func @rows(%x: !tile.tensor<?x16xf32> {tile.name = "x", tile.direction = "inout", tile.shape = affine_map<()[s0] -> (s0, 16)>},
                %n: index {tile.symbol = "N"})
    attributes {tile.entry} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  tile.parallel %i = %c0 to %n step %c1 {
    tile.scope @core_group "row" {
      %a = tile.slice %x[%i, %c0] : !tile.tensor<?x16xf32> -> !tile.tile<1x16xf32>
      %b = tile.exp %a : !tile.tile<1x16xf32> -> !tile.tile<1x16xf32>
      tile.assemble %b into %x[%i, %c0] : !tile.tile<1x16xf32> into !tile.tensor<?x16xf32>
    }
  }
  return
}

// -----

// What is announced before a product is what its kernel prefetches: a pointer,
// bytes from row to row, bytes of a row, and rows. Another prefetches nothing.
// CHECK-LABEL: func.func private @announce.mm(
// CHECK-DAG:     %[[NULL:.*]] = llvm.mlir.zero
// CHECK-DAG:     %[[NONE:.*]] = arith.constant 0 : i64
// CHECK-DAG:     %[[STRIDE:.*]] = arith.constant 256 : i64
// CHECK-DAG:     %[[BYTES:.*]] = arith.constant 128 : i64
// CHECK-DAG:     %[[ROWS:.*]] = arith.constant 8 : i64
// CHECK:         %[[NEXT:.*]] = llvm.getelementptr %{{.*}}[512]
// CHECK:         call @[[KERNEL:.*]]({{.*}}, %false, %[[NEXT]], %[[STRIDE]], %[[BYTES]], %[[ROWS]])
// CHECK:         call @[[KERNEL]]({{.*}}, %false, %[[NULL]], %[[NONE]], %[[NONE]], %[[NONE]])
func.func @announce(%a: !tile.tensor<4x8xf32> {tile.name = "a", tile.direction = "in", tile.shape = affine_map<() -> (4, 8)>},
                    %w: !tile.tensor<16x64xf32> {tile.name = "w", tile.direction = "in", tile.shape = affine_map<() -> (16, 64)>},
                    %y: !tile.tensor<4x32xf32> {tile.name = "y", tile.direction = "out", tile.shape = affine_map<() -> (4, 32)>})
    attributes {tile.entry} {
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  tile.scope @core_group "mm" {
    %x = tile.slice %a[%c0, %c0] : !tile.tensor<4x8xf32> -> !tile.tile<4x8xf32>
    %w0 = tile.slice %w[%c0, %c0] : !tile.tensor<16x64xf32> -> !tile.tile<8x32xf32>
    %w1 = tile.slice %w[%c8, %c0] : !tile.tensor<16x64xf32> -> !tile.tile<8x32xf32>
    tile.prefetch %w[%c8, %c0] sizes [8, 32] : !tile.tensor<16x64xf32>
    %p = tile.matmul %x, %w0 : !tile.tile<4x8xf32>, !tile.tile<8x32xf32> -> !tile.tile<4x32xf32>
    %q = tile.matmul %x, %w1 : !tile.tile<4x8xf32>, !tile.tile<8x32xf32> -> !tile.tile<4x32xf32>
    %sum = tile.add %p, %q : !tile.tile<4x32xf32>, !tile.tile<4x32xf32> -> !tile.tile<4x32xf32>
    tile.assemble %sum into %y[%c0, %c0] : !tile.tile<4x32xf32> into !tile.tensor<4x32xf32>
  }
  return
}

// -----

// What is announced before a loop over cells is prefetched by it: 16 rows of
// two lines each by four vectors, hence 8 lines for each, of which four are the
// most. The rows are 256 bytes apart. A second loop has nothing left.
// CHECK-LABEL: func.func private @ahead.mm(
// CHECK:         scf.for %[[I:.*]] = %c0 to %c2
// CHECK:           scf.for %[[J:.*]] = %c0 to %c32 step %c16
// CHECK:             %[[IN_ROW:.*]] = arith.divui %[[J]], %c16
// CHECK:             %[[ROW:.*]] = arith.muli %[[I]], %c2
// CHECK:             %[[VECTOR:.*]] = arith.addi %[[ROW]], %[[IN_ROW]]
// CHECK:             arith.muli %[[VECTOR]], %c262144
// CHECK-COUNT-4:     "llvm.intr.prefetch"({{.*}}) <{cache = 1 : i32, hint = 2 : i32, rw = 0 : i32}>
// CHECK-NOT:         prefetch
// CHECK:             llvm.store
// CHECK-NOT:     prefetch
// CHECK:       return
func.func @ahead(%a: !tile.tensor<2x32xf32> {tile.name = "a", tile.direction = "in", tile.shape = affine_map<() -> (2, 32)>},
                 %w: !tile.tensor<16x64xf32> {tile.name = "w", tile.direction = "in", tile.shape = affine_map<() -> (16, 64)>},
                 %y: !tile.tensor<4x32xf32> {tile.name = "y", tile.direction = "out", tile.shape = affine_map<() -> (4, 32)>})
    attributes {tile.entry} {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  tile.scope @core_group "mm" {
    %x = tile.slice %a[%c0, %c0] : !tile.tensor<2x32xf32> -> !tile.tile<2x32xf32>
    tile.prefetch %w[%c0, %c0] sizes [16, 32] : !tile.tensor<16x64xf32>
    %e = tile.exp %x : !tile.tile<2x32xf32> -> !tile.tile<2x32xf32>
    tile.assemble %e into %y[%c0, %c0] : !tile.tile<2x32xf32> into !tile.tensor<4x32xf32>
    %f = tile.exp %x : !tile.tile<2x32xf32> -> !tile.tile<2x32xf32>
    tile.assemble %f into %y[%c2, %c0] : !tile.tile<2x32xf32> into !tile.tensor<4x32xf32>
  }
  return
}

// -----

// Without such a loop the product takes both.
// CHECK-LABEL: func.func private @left.mm(
// CHECK-SAME:    %arg0: !llvm.ptr, %[[W:[a-z0-9]+]]: !llvm.ptr,
// CHECK-DAG:     %[[ROWS:.*]] = arith.constant 16 : i64
// CHECK-NOT:     prefetch
// CHECK:         call @{{.*}}({{.*}}, %false, %[[W]], %{{.*}}, %{{.*}}, %[[ROWS]])
func.func @left(%a: !tile.tensor<4x8xf32> {tile.name = "a", tile.direction = "in", tile.shape = affine_map<() -> (4, 8)>},
                %w: !tile.tensor<16x64xf32> {tile.name = "w", tile.direction = "in", tile.shape = affine_map<() -> (16, 64)>},
                %y: !tile.tensor<4x32xf32> {tile.name = "y", tile.direction = "out", tile.shape = affine_map<() -> (4, 32)>})
    attributes {tile.entry} {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  tile.scope @core_group "mm" {
    %x = tile.slice %a[%c0, %c0] : !tile.tensor<4x8xf32> -> !tile.tile<4x8xf32>
    %w1 = tile.slice %w[%c8, %c0] : !tile.tensor<16x64xf32> -> !tile.tile<8x32xf32>
    tile.prefetch %w[%c0, %c0] sizes [4, 32] : !tile.tensor<16x64xf32>
    tile.prefetch %w[%c4, %c0] sizes [12, 32] : !tile.tensor<16x64xf32>
    %p = tile.matmul %x, %w1 : !tile.tile<4x8xf32>, !tile.tile<8x32xf32> -> !tile.tile<4x32xf32>
    tile.assemble %p into %y[%c0, %c0] : !tile.tile<4x32xf32> into !tile.tensor<4x32xf32>
  }
  return
}

// -----

// An accumulator is updated in place: one buffer, no copies between steps.
// CHECK-LABEL: func.func @accumulate(
// CHECK-SAME:    tile.scratch_bytes = 256
// CHECK-LABEL: func.func private @accumulate.mm(
// CHECK:         call @[[KERNEL:.*]]({{.*}}, %false, {{.*}})
// CHECK:         scf.for
// CHECK-NOT:       llvm.load {{.*}} vector
// CHECK:           func.call @[[KERNEL]]({{.*}}, %true, {{.*}})
// CHECK:         }
func.func @accumulate(%a: !tile.tensor<4x64xf32> {tile.name = "a", tile.direction = "in", tile.shape = affine_map<() -> (4, 64)>},
                      %w: !tile.tensor<64x16xf32> {tile.name = "w", tile.direction = "in", tile.shape = affine_map<() -> (64, 16)>},
                      %y: !tile.tensor<4x16xf32> {tile.name = "y", tile.direction = "out", tile.shape = affine_map<() -> (4, 16)>})
    attributes {tile.entry} {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  tile.scope @core_group "mm" {
    %a0 = tile.slice %a[%c0, %c0] : !tile.tensor<4x64xf32> -> !tile.tile<4x16xf32>
    %w0 = tile.slice %w[%c0, %c0] : !tile.tensor<64x16xf32> -> !tile.tile<16x16xf32>
    %p0 = tile.matmul %a0, %w0 : !tile.tile<4x16xf32>, !tile.tile<16x16xf32> -> !tile.tile<4x16xf32>
    %acc = scf.for %k = %c16 to %c64 step %c16 iter_args(%c = %p0) -> (!tile.tile<4x16xf32>) {
      %ak = tile.slice %a[%c0, %k] : !tile.tensor<4x64xf32> -> !tile.tile<4x16xf32>
      %wk = tile.slice %w[%k, %c0] : !tile.tensor<64x16xf32> -> !tile.tile<16x16xf32>
      %p = tile.matmul_acc %c, %ak, %wk : !tile.tile<4x16xf32>, !tile.tile<4x16xf32>, !tile.tile<16x16xf32> -> !tile.tile<4x16xf32>
      scf.yield %p : !tile.tile<4x16xf32>
    }
    tile.assemble %acc into %y[%c0, %c0] : !tile.tile<4x16xf32> into !tile.tensor<4x16xf32>
  }
  return
}

// -----

// Tensors have places in scratch memory: those of the function first, then those
// of a parallel loop, then tiles. The rest is allocated, and given back.
// CHECK-LABEL: func.func @arenas(
// CHECK-SAME:    tile.scratch_bytes = 384
// CHECK:         llvm.getelementptr %[[SCRATCH:.*]][64]
// CHECK:         %[[MARK:.*]] = call @tilec_rt_mark(
// CHECK:         scf.for
// CHECK:           call @tilec_rt_alloc(
// CHECK:           call @tilec_rt_release(%{{.*}}, %[[MARK]])
// CHECK:         call @tilec_rt_parallel_for(
// CHECK-LABEL: func.func private @arenas.parallel.body(
// CHECK:         %[[SCRATCH:.*]] = llvm.load %arg0
// CHECK:         llvm.getelementptr %[[SCRATCH]][192]
// CHECK-NOT:     @tilec_rt_mark
// CHECK:         call @tilec_rt_alloc(
// CHECK:         return
func.func @arenas(%x: !tile.tensor<4x16xf32> {tile.name = "x", tile.direction = "inout", tile.shape = affine_map<() -> (4, 16)>},
                  %v: f32 {tile.name = "v", tile.dtype = "FP32"}, %n: index {tile.symbol = "N"})
    attributes {tile.entry, tile.arena_bytes = 128 : i64} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = tile.create {tile.offset = 64 : i64} : !tile.tensor<16xf32>
  tile.write %v into %a[%c0] : f32 into !tile.tensor<16xf32>
  scf.for %i = %c0 to %n step %c1 {
    %b = tile.create(%i) : !tile.tensor<?xf32>
  }
  tile.parallel %i = %c0 to %n step %c1 attributes {tile.arena_bytes = 256 : i64} {
    %b = tile.create {tile.offset = 64 : i64} : !tile.tensor<16xf32>
    tile.write %v into %b[%c0] : f32 into !tile.tensor<16xf32>
    %c = tile.create(%i) : !tile.tensor<?xf32>
    tile.write %v into %a[%c0] : f32 into !tile.tensor<16xf32>
  }
  return
}

// -----

// A left operand that is packed before a loop: its cells, the distance of its
// rows and whether it had to be packed reach the kernel in the loop.
// CHECK-LABEL: func.func @packed_lhs(
// CHECK:         %[[PACKED:.*]]:3 = call @[[PACK:.*pack_lhs]]({{.*}}) : (!llvm.ptr, i64, i64, i64, i64, !llvm.ptr) -> (!llvm.ptr, i64, i1)
// CHECK:         arith.select %[[PACKED]]#2, %{{.*}}, %{{.*}} : index
// CHECK-DAG:     llvm.store %[[PACKED]]#0,
// CHECK-DAG:     llvm.store %[[PACKED]]#2,
// CHECK-LABEL: func.func private @packed_lhs.product(
// CHECK:         call @{{.*}}_matmul(%arg{{[0-9]+}}, %{{[0-9]+}}, {{.*}}, %false, %arg{{[0-9]+}}, %{{[0-9]+}}, {{.*}})
func.func @packed_lhs(%x: !tile.tensor<16x64xf32> {tile.name = "x", tile.direction = "in", tile.shape = affine_map<() -> (16, 64)>},
                      %w: !tile.tensor<64x128xf32> {tile.name = "w", tile.direction = "in", tile.shape = affine_map<() -> (64, 128)>},
                      %y: !tile.tensor<16x128xf32> {tile.name = "y", tile.direction = "out", tile.shape = affine_map<() -> (16, 128)>})
    attributes {tile.entry} {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %c128 = arith.constant 128 : index
  %a = tile.slice %x[%c0, %c0] inbounds {tile.packed_lhs} : !tile.tensor<16x64xf32> -> !tile.tile<16x64xf32>
  tile.parallel %n = %c0 to %c128 step %c64 {
    tile.scope @core_group "product" {
      %p = tile.contract %a[%c0, %c0], %w[%c0, %n] m %c16 n %c64 k %c64 inbounds
          : !tile.tile<16x64xf32>, !tile.tensor<64x128xf32> -> !tile.tile<16x64xf32>
      tile.assemble %p into %y[%c0, %n] inbounds : !tile.tile<16x64xf32> into !tile.tensor<16x128xf32>
    }
  }
  return
}
