// Whole tiles of which few cells are stored (Inputs/padded_rows.tile), and how each operation passes a demand on.
// RUN: tilec %S/Inputs/padded_rows.tile -D ROWS=48 --emit=tile -g -o %t.mlir
// RUN: tile-opt %t.mlir --tile-form-contractions --tile-propagate-demand --canonicalize --cse 2>%t.remarks | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK < %t.remarks
// RUN: tile-opt %s --tile-propagate-demand --canonicalize 2>%t.here | FileCheck %s --check-prefix=HERE
// RUN: FileCheck %s --check-prefix=REMARK-HERE < %t.here
// RUN: tile-opt %s --tile-propagate-demand 2>/dev/null | FileCheck %s --check-prefix=ERASED

// REMARK: padded_rows.tile:30:39: remark: tile-propagate-demand: of 16 rows no more than `USERS` - the variable of a loop can be observed
// REMARK: padded_rows.tile:40:31: remark: tile-propagate-demand: of 16 rows no more than `USERS` - the variable of a loop can be observed
// REMARK: padded_rows.tile:73:22: remark: tile-propagate-demand: of 16 rows no more than 5 can be observed

// The demand goes through created tensors, whatever tile of theirs is read and written.
// CHECK-LABEL: func.func @feed_forward(
// CHECK-SAME:    %[[USERS:[a-z0-9]+]]: index {tile.symbol = "USERS"}
// CHECK:         scf.for %[[B:.*]] = %c0 to %c48 step %c16
// CHECK:           %[[ROWS:.*]] = arith.subi %[[USERS]], %[[B]]
// CHECK:           %[[PADDED:.*]] = tile.fill_pad
// CHECK-NEXT:      tile.set_valid_shape %[[PADDED]][%[[ROWS]], %c64]
// CHECK:         scf.for %[[B:.*]] = %c0 to %c48 step %c16
// CHECK:           %[[ROWS:.*]] = arith.subi %[[USERS]], %[[B]]
// CHECK-NEXT:      tile.contract {{.*}} m %[[ROWS]] n %c32 k %c64 step 32 : {{.*}} -> <16x32xf32, valid ?x32>
// CHECK-NEXT:      tile.relu %{{.*}} -> !tile.tile<16x32xf32, valid ?x32>
// CHECK:         scf.for %[[B:.*]] = %c0 to %c48 step %c16
// CHECK:           %[[ROWS:.*]] = arith.subi %[[USERS]], %[[B]]
// CHECK-NEXT:      tile.contract {{.*}} m %[[ROWS]] n %c32 k %c96

// Carried tiles are narrowed from what they begin with, by numbers: five rows of sixteen.
// CHECK-LABEL: func.func @attention(
// CHECK:         scf.for {{.*}} -> (!tile.tile<16x1xf32, valid 5x1>, !tile.tile<16x32xf32, valid 5x32>, !tile.tile<16x1xf32, valid 5x1>)
// CHECK:           tile.matmul {{.*}} transpose_b : <16x32xbf16, valid 5x32>, <24x32xbf16, valid ?x32> -> <16x24xf32, valid 5x?>
// CHECK-NEXT:      %[[SCORES:.*]] = tile.fill_pad
// CHECK-NEXT:      %[[CUT:.*]] = tile.set_valid_shape %[[SCORES]][%c5, %c24]
// CHECK-NEXT:      tile.reduce max %[[CUT]] along 1 : <16x24xf32, valid 5x24> -> <16x1xf32, valid 5x1>
// CHECK:           scf.yield
// CHECK:         tile.slice {{.*}} : !tile.tile<16x32xf32, valid 5x32> -> <5x32xf32>

// Each operation on the way from a store to a slice.
// HERE-LABEL: func.func @through_everything(
// HERE:         %[[X:.*]] = tile.slice %{{.*}}[%c0, %c0] valid[%c3, %c8]
// HERE-NEXT:    tile.reshape {{.*}}valid 3x8> -> !tile.tile<1x8x8xf32, valid 1x3x8>
// HERE-NEXT:    tile.reshape {{.*}} -> !tile.tile<8x8xf32, valid 3x8>
// HERE-NEXT:    tile.transpose {{.*}} -> <8x8xf32, valid 8x3>
// HERE:         tile.insert {{.*}} -> <8x8xf32, valid 8x3>
// HERE-NEXT:    tile.concat {{.*}} -> <16x8xf32, valid 16x3>
// HERE:         scf.if {{.*}} -> (!tile.tile<16x8xf32, valid 16x3>)
// HERE:         tile.scope {{.*}} -> (!tile.tile<16x8xf32, valid 16x3>)
func.func @through_everything(%x: !tile.tensor<8x8xf32>, %out: !tile.tensor<16x8xf32>, %c: i1, %v: f32) {
  %c0 = arith.constant 0 : index
  %c3 = arith.constant 3 : index
  %c16 = arith.constant 16 : index
  %a = tile.slice %x[%c0, %c0] : !tile.tensor<8x8xf32> -> !tile.tile<8x8xf32>
  %three = tile.reshape %a : !tile.tile<8x8xf32> -> !tile.tile<1x8x8xf32>
  %two = tile.reshape %three : !tile.tile<1x8x8xf32> -> !tile.tile<8x8xf32>
  %turned = tile.transpose %two, 0, 1 : !tile.tile<8x8xf32> -> !tile.tile<8x8xf32>
  %cell = tile.full %v : f32 -> !tile.tile<1x1xf32>
  %inserted = tile.insert %cell into %turned[%c3, %c0] : !tile.tile<1x1xf32>, !tile.tile<8x8xf32> -> !tile.tile<8x8xf32>
  %joined = tile.concat %turned, %inserted along 0 : !tile.tile<8x8xf32>, !tile.tile<8x8xf32> -> !tile.tile<16x8xf32>
  %chosen = scf.if %c -> !tile.tile<16x8xf32> {
    %e = tile.exp %joined : !tile.tile<16x8xf32> -> !tile.tile<16x8xf32>
    scf.yield %e : !tile.tile<16x8xf32>
  } else {
    scf.yield %joined : !tile.tile<16x8xf32>
  }
  %scoped = tile.scope @core_group "s" -> (!tile.tile<16x8xf32>) {
    %n = tile.neg %chosen : !tile.tile<16x8xf32> -> !tile.tile<16x8xf32>
    tile.yield %n : !tile.tile<16x8xf32>
  }
  %cut = tile.set_valid_shape %scoped[%c16, %c3] : !tile.tile<16x8xf32> -> !tile.tile<16x8xf32, valid 16x3>
  tile.assemble %cut into %out[%c0, %c0] : !tile.tile<16x8xf32, valid 16x3> into !tile.tensor<16x8xf32>
  return
}

// Rows before the offset count too. The largest of two demands; two of which neither is known to be it are all rows.
// HERE-LABEL: func.func @joins(
// HERE:         %[[A:.*]] = tile.slice %{{.*}}[%c0, %c0] valid[%c5, %c8]
// HERE:         tile.slice %{{.*}}[%c0, %c0] : !tile.tensor<8x8xf32> -> <8x8xf32>
func.func @joins(%x: !tile.tensor<8x8xf32>, %y: !tile.tensor<8x8xf32>, %out: !tile.tensor<8x8xf32>, %m: index, %n: index) {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %a = tile.slice %x[%c0, %c0] : !tile.tensor<8x8xf32> -> !tile.tile<8x8xf32>
  %low = tile.slice %a[%c2, %c0] : !tile.tile<8x8xf32> -> !tile.tile<3x8xf32>
  %high = tile.set_valid_shape %a[%c4, %c8] : !tile.tile<8x8xf32> -> !tile.tile<8x8xf32, valid 4x8>
  tile.assemble %low into %out[%c0, %c0] : !tile.tile<3x8xf32> into !tile.tensor<8x8xf32>
  tile.assemble %high into %out[%c0, %c0] : !tile.tile<8x8xf32, valid 4x8> into !tile.tensor<8x8xf32>
  %b = tile.slice %y[%c0, %c0] : !tile.tensor<8x8xf32> -> !tile.tile<8x8xf32>
  %bm = tile.set_valid_shape %b[%m, %c8] : !tile.tile<8x8xf32> -> !tile.tile<8x8xf32, valid ?x8>
  %bn = tile.set_valid_shape %b[%n, %c8] : !tile.tile<8x8xf32> -> !tile.tile<8x8xf32, valid ?x8>
  tile.assemble %bm into %out[%c0, %c0] : !tile.tile<8x8xf32, valid ?x8> into !tile.tensor<8x8xf32>
  tile.assemble %bn into %out[%c0, %c0] : !tile.tile<8x8xf32, valid ?x8> into !tile.tensor<8x8xf32>
  return
}

// The variable of a loop is replaced by its last value, and what is computed behind moves before.
// HERE-LABEL: func.func @from_loops(
// HERE-SAME:    %[[N:[a-z0-9]+]]: index {tile.symbol = "N"}
// HERE:         %[[M:.*]] = arith.minsi %[[N]], %c7
// HERE-NEXT:    %[[ROWS:.*]] = arith.muli %[[M]], %c2
// HERE-NEXT:    tile.slice %{{.*}}[%c0, %c0] valid[%[[ROWS]], %c8]
// HERE:         tile.slice %{{.*}}[%c0, %c0] valid[%c5, %c8]
func.func @from_loops(%x: !tile.tensor<16x8xf32>, %y: !tile.tensor<16x8xf32>, %out: !tile.tensor<16x8xf32>,
                      %n: index {tile.symbol = "N"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %c7 = arith.constant 7 : index
  %c8 = arith.constant 8 : index
  %a = tile.slice %x[%c0, %c0] : !tile.tensor<16x8xf32> -> !tile.tile<16x8xf32>
  %m = arith.minsi %n, %c7 : index
  %rows = arith.muli %m, %c2 : index
  %b = tile.slice %y[%c0, %c0] : !tile.tensor<16x8xf32> -> !tile.tile<16x8xf32>
  scf.for %i = %c0 to %c8 step %c4 {
    %first = tile.set_valid_shape %a[%rows, %c8] : !tile.tile<16x8xf32> -> !tile.tile<16x8xf32, valid ?x8>
    tile.assemble %first into %out[%c0, %c0] : !tile.tile<16x8xf32, valid ?x8> into !tile.tensor<16x8xf32>
    %next = arith.addi %i, %c1 : index
    %some = tile.set_valid_shape %b[%next, %c8] : !tile.tile<16x8xf32> -> !tile.tile<16x8xf32, valid ?x8>
    tile.assemble %some into %out[%c0, %c0] : !tile.tile<16x8xf32, valid ?x8> into !tile.tensor<16x8xf32>
  }
  return
}

// A sum over rows needs them all, and k of a product those that both sides have.
// HERE-LABEL: func.func @summed(
// HERE:         tile.slice %{{.*}} : !tile.tensor<8x8xf32> -> <8x8xf32>
// HERE:         tile.slice %{{.*}} valid[%c8, %c6]
// HERE:         tile.slice %{{.*}} valid[%c6, %c8]
// HERE:         tile.matmul {{.*}} : <8x8xf32, valid 8x6>, <8x8xf32, valid 6x8>
func.func @summed(%x: !tile.tensor<8x8xf32>, %y: !tile.tensor<8x8xf32>, %out: !tile.tensor<8x8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c6 = arith.constant 6 : index
  %c8 = arith.constant 8 : index
  %a = tile.slice %x[%c0, %c0] : !tile.tensor<8x8xf32> -> !tile.tile<8x8xf32>
  %sum = tile.reduce sum %a along 0 : !tile.tile<8x8xf32> -> !tile.tile<1x8xf32>
  tile.assemble %sum into %out[%c0, %c0] : !tile.tile<1x8xf32> into !tile.tensor<8x8xf32>
  %b = tile.slice %x[%c0, %c0] : !tile.tensor<8x8xf32> -> !tile.tile<8x8xf32>
  %c = tile.slice %y[%c0, %c0] valid [%c6, %c8] : !tile.tensor<8x8xf32> -> !tile.tile<8x8xf32, valid 6x8>
  %p = tile.matmul %b, %c : !tile.tile<8x8xf32>, !tile.tile<8x8xf32, valid 6x8> -> !tile.tile<8x8xf32>
  tile.assemble %p into %out[%c0, %c0] : !tile.tile<8x8xf32> into !tile.tensor<8x8xf32>
  return
}

// A product of which less is looked at than of its operands.
// HERE-LABEL: func.func @shared(
// HERE:         %[[A:.*]] = tile.slice %{{.*}} -> <8x8xf32>
// HERE:         tile.matmul %[[A]], %{{.*}} -> <8x8xf32>
// HERE:         %[[ROWS:.*]] = tile.set_valid_shape %[[A]][%c3, %c8]
// HERE:         tile.matmul %[[ROWS]], %{{.*}} -> <8x8xf32, valid 3x8>
func.func @shared(%x: !tile.tensor<8x8xf32>, %y: !tile.tensor<8x8xf32>, %out: !tile.tensor<8x8xf32>) {
  %c0 = arith.constant 0 : index
  %c3 = arith.constant 3 : index
  %c8 = arith.constant 8 : index
  %a = tile.slice %x[%c0, %c0] : !tile.tensor<8x8xf32> -> !tile.tile<8x8xf32>
  %b = tile.slice %y[%c0, %c0] : !tile.tensor<8x8xf32> -> !tile.tile<8x8xf32>
  %p = tile.matmul %a, %b : !tile.tile<8x8xf32>, !tile.tile<8x8xf32> -> !tile.tile<8x8xf32>
  tile.assemble %p into %out[%c0, %c0] : !tile.tile<8x8xf32> into !tile.tensor<8x8xf32>
  %q = tile.matmul %a, %b transpose_b : !tile.tile<8x8xf32>, !tile.tile<8x8xf32> -> !tile.tile<8x8xf32>
  %few = tile.set_valid_shape %q[%c3, %c8] : !tile.tile<8x8xf32> -> !tile.tile<8x8xf32, valid 3x8>
  tile.assemble %few into %out[%c0, %c0] : !tile.tile<8x8xf32, valid 3x8> into !tile.tensor<8x8xf32>
  return
}

// What may fail is done as it is written: a check, a division, an insert, a slice before the tile; what is asked is answered.
// HERE-LABEL: func.func @failures(
// REMARK-HERE:  [[@LINE+12]]:8: remark: tile-propagate-demand: of 8 rows no more than 2 can be observed; all are read, as they may be outside of the tensor
// HERE:         tile.slice %{{.*}}[%{{.*}}, %c0] : !tile.tensor<8x8xi32> -> <8x8xi32>
// HERE-NEXT:    tile.set_valid_shape %{{.*}}[%c2, %c8]
// HERE:         %[[B:.*]] = tile.slice %{{.*}}[%c0, %c0] : !tile.tensor<8x8xi32> -> <8x8xi32>
// HERE-NEXT:    tile.div %[[B]], %[[B]] : {{.*}} -> !tile.tile<8x8xi32>
// HERE:         tile.insert {{.*}} : <2x8xi32>, <8x8xi32, valid 2x8> -> <8x8xi32, valid 2x8>
// HERE:         tile.slice %{{.*}}[%{{.*}}, %c0] : !tile.tile<8x8xi32> -> <8x8xi32, valid ?x8>
// HERE:         tile.valid_dim %{{.*}}, 0 : <8x8xi32, valid ?x8>
func.func @failures(%x: !tile.tensor<8x8xi32>, %out: !tile.tensor<8x8xi32>, %i: index) -> index {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c8 = arith.constant 8 : index
  %a = tile.slice %x[%i, %c0] : !tile.tensor<8x8xi32> -> !tile.tile<8x8xi32>
  %few = tile.set_valid_shape %a[%c2, %c8] : !tile.tile<8x8xi32> -> !tile.tile<8x8xi32, valid 2x8>
  %more = tile.slice %a[%c0, %c0] : !tile.tile<8x8xi32> -> !tile.tile<2x8xi32>
  %sum = tile.add %more, %more : !tile.tile<2x8xi32>, !tile.tile<2x8xi32> -> !tile.tile<2x8xi32>
  tile.assemble %few into %out[%c0, %c0] : !tile.tile<8x8xi32, valid 2x8> into !tile.tensor<8x8xi32>
  %b = tile.slice %x[%c0, %c0] : !tile.tensor<8x8xi32> -> !tile.tile<8x8xi32>
  %ratio = tile.div %b, %b : !tile.tile<8x8xi32>, !tile.tile<8x8xi32> -> !tile.tile<8x8xi32>
  %c = tile.slice %x[%c0, %c0] : !tile.tensor<8x8xi32> -> !tile.tile<8x8xi32>
  %inserted = tile.insert %sum into %c[%i, %c0] : !tile.tile<2x8xi32>, !tile.tile<8x8xi32> -> !tile.tile<8x8xi32>
  %d = tile.slice %x[%c0, %c0] : !tile.tensor<8x8xi32> -> !tile.tile<8x8xi32>
  %moved = tile.slice %d[%i, %c0] : !tile.tile<8x8xi32> -> !tile.tile<8x8xi32, valid ?x8>
  %e = tile.set_valid_shape %ratio[%c2, %c8] : !tile.tile<8x8xi32> -> !tile.tile<8x8xi32, valid 2x8>
  %f = tile.set_valid_shape %inserted[%c2, %c8] : !tile.tile<8x8xi32> -> !tile.tile<8x8xi32, valid 2x8>
  tile.assemble %e into %out[%c0, %c0] : !tile.tile<8x8xi32, valid 2x8> into !tile.tensor<8x8xi32>
  tile.assemble %f into %out[%c0, %c0] : !tile.tile<8x8xi32, valid 2x8> into !tile.tensor<8x8xi32>
  %rows = tile.valid_dim %moved, 0 : !tile.tile<8x8xi32, valid ?x8>
  return %rows : index
}

// What is stored where nothing reads it is not computed, unless it may fail.
// ERASED-LABEL: func.func @unread(
// ERASED-SAME:    %[[X:[a-z0-9]+]]: !tile.tensor<8x8xf32>, %[[I:[a-z0-9]+]]: index
// ERASED-NOT:     tile.create
// ERASED-NOT:     scf.for
// ERASED:         tile.slice %[[X]][%[[I]], %c0]
// ERASED-NEXT:    return
// REMARK-HERE:  [[@LINE+10]]:7: remark: tile-propagate-demand: not stored, as nothing reads it
func.func @unread(%x: !tile.tensor<8x8xf32>, %i: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %t = tile.create : !tile.tensor<8x8xf32>
  scf.for %j = %c0 to %c8 step %c1 {
    tile.scope @core_group "exp" {
      %a = tile.slice %x[%c0, %c0] inbounds : !tile.tensor<8x8xf32> -> !tile.tile<8x8xf32>
      %e = tile.exp %a : !tile.tile<8x8xf32> -> !tile.tile<8x8xf32>
      tile.assemble %e into %t[%c0, %c0] : !tile.tile<8x8xf32> into !tile.tensor<8x8xf32>
    }
  }
  %b = tile.slice %x[%i, %c0] : !tile.tensor<8x8xf32> -> !tile.tile<8x8xf32>
  %n = tile.neg %b : !tile.tile<8x8xf32> -> !tile.tile<8x8xf32>
  tile.assemble %n into %t[%c0, %c0] : !tile.tile<8x8xf32> into !tile.tensor<8x8xf32>
  return
}

// What a type restricts stays so, whoever looks at the result.
// ERASED-LABEL: func.func @restricted(
// ERASED:         tile.slice %{{.*}} : !tile.tensor<2x8xf32> -> <2x8xf32>
// ERASED:         tile.concat
func.func @restricted(%x: !tile.tensor<2x8xf32>, %out: !tile.tensor<2x8xf32>) {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %a = tile.slice %x[%c0, %c0] : !tile.tensor<2x8xf32> -> !tile.tile<2x8xf32>
  %unused = tile.concat %a, %a along 1 : !tile.tile<2x8xf32>, !tile.tile<2x8xf32> -> !tile.tile<2x16xf32>
  %flat = tile.reshape %a : !tile.tile<2x8xf32> -> !tile.tile<1x16xf32>
  %few = tile.set_valid_shape %a[%c2, %c3] : !tile.tile<2x8xf32> -> !tile.tile<2x8xf32, valid 2x3>
  tile.assemble %few into %out[%c0, %c0] : !tile.tile<2x8xf32, valid 2x3> into !tile.tensor<2x8xf32>
  return
}

// Storage that is passed from iteration to iteration is read in terms that they share; a parameter is observed whole.
// HERE-LABEL: func.func @carried_storage(
// HERE-SAME:    %[[N:[a-z0-9]+]]: index {tile.symbol = "N"}
// HERE:         %[[FIRST:.*]] = tile.slice %{{.*}} valid[%[[N]], %c8] : !tile.tensor<8x8xf32> -> <8x8xf32, valid ?x8>
// HERE:         scf.for
// HERE:           %[[EXP:.*]] = tile.exp {{.*}} -> !tile.tile<8x8xf32, valid ?x8>
// HERE:           tile.assemble %[[EXP]] into
// HERE:           %[[WHOLE:.*]] = tile.slice %{{.*}} : !tile.tensor<8x8xf32> -> <8x8xf32>
// HERE:           tile.assemble %[[WHOLE]] into
func.func @carried_storage(%x: !tile.tensor<8x8xf32>, %out: !tile.tensor<8x8xf32>, %n: index {tile.symbol = "N"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %t = tile.create : !tile.tensor<8x8xf32>
  %a = tile.slice %x[%c0, %c0] : !tile.tensor<8x8xf32> -> !tile.tile<8x8xf32>
  tile.assemble %a into %t[%c0, %c0] : !tile.tile<8x8xf32> into !tile.tensor<8x8xf32>
  %last = scf.for %i = %c0 to %c8 step %c1 iter_args(%before = %t) -> (!tile.tensor<8x8xf32>) {
    %next = tile.create : !tile.tensor<8x8xf32>
    %b = tile.slice %before[%c0, %c0] valid [%n, %c8] : !tile.tensor<8x8xf32> -> !tile.tile<8x8xf32, valid ?x8>
    %c = tile.slice %x[%c0, %c0] : !tile.tensor<8x8xf32> -> !tile.tile<8x8xf32>
    %d = tile.exp %c : !tile.tile<8x8xf32> -> !tile.tile<8x8xf32>
    tile.assemble %b into %next[%c0, %c0] : !tile.tile<8x8xf32, valid ?x8> into !tile.tensor<8x8xf32>
    tile.assemble %d into %next[%c0, %c0] : !tile.tile<8x8xf32> into !tile.tensor<8x8xf32>
    %w = tile.slice %x[%c0, %c0] : !tile.tensor<8x8xf32> -> !tile.tile<8x8xf32>
    tile.assemble %w into %out[%c0, %c0] : !tile.tile<8x8xf32> into !tile.tensor<8x8xf32>
    scf.yield %next : !tile.tensor<8x8xf32>
  }
  %z = tile.slice %last[%c0, %c0] valid [%n, %c8] : !tile.tensor<8x8xf32> -> !tile.tile<8x8xf32, valid ?x8>
  tile.assemble %z into %out[%c0, %c0] : !tile.tile<8x8xf32, valid ?x8> into !tile.tensor<8x8xf32>
  return
}
