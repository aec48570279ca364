// RUN: tile-opt %s | tile-opt | FileCheck %s

// CHECK-LABEL: @scope
func.func @scope(%c: f32) -> !tile.tile<4xf32> {
  // CHECK: tile.scope @core_group "nothing" {
  // CHECK-NEXT: }
  tile.scope @core_group "nothing" {
  }
  // CHECK: %[[T:.*]]:2 = tile.scope @core_group "fill" -> (!tile.tile<4xf32>, f32) attributes {x = 1 : i64} {
  %t:2 = tile.scope @core_group "fill" -> (!tile.tile<4xf32>, f32) attributes {x = 1 : i64} {
    %f = tile.full %c : f32 -> !tile.tile<4xf32>
    // CHECK: tile.yield %{{.*}}, %{{.*}} : !tile.tile<4xf32>, f32
    tile.yield %f, %c : !tile.tile<4xf32>, f32
  }
  // CHECK: return %[[T]]#0
  return %t#0 : !tile.tile<4xf32>
}

// CHECK-LABEL: @parallel
// CHECK-SAME: %[[X:.*]]: !tile.tensor<?xf32>, %[[N:.*]]: index
func.func @parallel(%x: !tile.tensor<?xf32>, %n: index, %v: f32) {
  // CHECK: tile.parallel %[[I:.*]] = %[[N]] to %[[N]] step %[[N]] {
  // CHECK-NEXT: tile.write %{{.*}} into %[[X]][%[[I]]]
  // CHECK-NEXT: }
  tile.parallel %i = %n to %n step %n {
    tile.write %v into %x[%i] : f32 into !tile.tensor<?xf32>
  }
  // CHECK: tile.parallel %{{.*}} = %{{.*}} to %{{.*}} step %{{.*}} name "heads" attributes {y} {
  tile.parallel %i = %n to %n step %n name "heads" attributes {y} {
  }
  return
}

// CHECK-LABEL: @assert
func.func @assert(%ok: i1, %n: index) {
  // CHECK: tile.assert %{{.*}}, "never"
  tile.assert %ok, "never"
  // CHECK: tile.assert %{{.*}}, "{0} of {1}"(%{{.*}}, %{{.*}})
  tile.assert %ok, "{0} of {1}"(%n, %n)
  return
}
