// RUN: tile-opt %s | tile-opt | FileCheck %s

// CHECK-LABEL: @unary
func.func @unary(%x: !tile.tile<4x8xf32, valid ?x8>, %i: !tile.tile<4x8xui8>, %b: !tile.tile<4xi1>, %s: bf16, %n: index) {
  // CHECK: tile.neg %{{.*}} : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<4x8xf32, valid ?x8>
  %0 = tile.neg %x : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<4x8xf32, valid ?x8>
  // CHECK: tile.abs
  %1 = tile.abs %x : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<4x8xf32, valid ?x8>
  // CHECK: tile.exp
  %2 = tile.exp %x : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<4x8xf32, valid ?x8>
  // CHECK: tile.log
  %3 = tile.log %x : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<4x8xf32, valid ?x8>
  // CHECK: tile.sqrt
  %4 = tile.sqrt %x : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<4x8xf32, valid ?x8>
  // CHECK: tile.rsqrt
  %5 = tile.rsqrt %x : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<4x8xf32, valid ?x8>
  // CHECK: tile.recip
  %6 = tile.recip %x : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<4x8xf32, valid ?x8>
  // CHECK: tile.sin
  %7 = tile.sin %x : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<4x8xf32, valid ?x8>
  // CHECK: tile.cos
  %8 = tile.cos %x : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<4x8xf32, valid ?x8>
  // CHECK: tile.sigmoid
  %9 = tile.sigmoid %x : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<4x8xf32, valid ?x8>
  // CHECK: tile.tanh %{{.*}} : bf16 -> bf16
  %10 = tile.tanh %s : bf16 -> bf16
  // CHECK: tile.relu %{{.*}} : !tile.tile<4x8xui8> -> !tile.tile<4x8xui8>
  %11 = tile.relu %i : !tile.tile<4x8xui8> -> !tile.tile<4x8xui8>
  // CHECK: tile.not %{{.*}} : !tile.tile<4xi1> -> !tile.tile<4xi1>
  %12 = tile.not %b : !tile.tile<4xi1> -> !tile.tile<4xi1>
  // CHECK: tile.neg %{{.*}} : index -> index
  %13 = tile.neg %n : index -> index
  return
}

// CHECK-LABEL: @binary
func.func @binary(%x: !tile.tile<4x8xf32, valid ?x8>, %v: !tile.tile<4x1xf32>, %w: !tile.tile<1x8xf32>, %s: f32) {
  // CHECK: tile.add %{{.*}}, %{{.*}} : !tile.tile<4x8xf32, valid ?x8>, !tile.tile<4x1xf32> -> !tile.tile<4x8xf32, valid ?x8>
  %0 = tile.add %x, %v : !tile.tile<4x8xf32, valid ?x8>, !tile.tile<4x1xf32> -> !tile.tile<4x8xf32, valid ?x8>
  // Both sides stretch.
  // CHECK: tile.sub %{{.*}}, %{{.*}} : !tile.tile<4x1xf32>, !tile.tile<1x8xf32> -> !tile.tile<4x8xf32>
  %1 = tile.sub %v, %w : !tile.tile<4x1xf32>, !tile.tile<1x8xf32> -> !tile.tile<4x8xf32>
  // CHECK: tile.mul %{{.*}}, %{{.*}} : f32, !tile.tile<1x8xf32> -> !tile.tile<1x8xf32>
  %2 = tile.mul %s, %w : f32, !tile.tile<1x8xf32> -> !tile.tile<1x8xf32>
  // CHECK: tile.div %{{.*}}, %{{.*}} : f32, f32 -> f32
  %3 = tile.div %s, %s : f32, f32 -> f32
  // CHECK: tile.rem
  %4 = tile.rem %w, %w : !tile.tile<1x8xf32>, !tile.tile<1x8xf32> -> !tile.tile<1x8xf32>
  // CHECK: tile.maximum
  %5 = tile.maximum %w, %w : !tile.tile<1x8xf32>, !tile.tile<1x8xf32> -> !tile.tile<1x8xf32>
  // CHECK: tile.minimum
  %6 = tile.minimum %w, %w : !tile.tile<1x8xf32>, !tile.tile<1x8xf32> -> !tile.tile<1x8xf32>
  return
}

// CHECK-LABEL: @integers
func.func @integers(%x: !tile.tile<8xi16>, %b: !tile.tile<8xi1>, %n: index) {
  // CHECK: tile.and %{{.*}}, %{{.*}} : !tile.tile<8xi16>, index -> !tile.tile<8xi16>
  %0 = tile.and %x, %n : !tile.tile<8xi16>, index -> !tile.tile<8xi16>
  // CHECK: tile.or %{{.*}}, %{{.*}} : !tile.tile<8xi1>, !tile.tile<8xi1> -> !tile.tile<8xi1>
  %1 = tile.or %b, %b : !tile.tile<8xi1>, !tile.tile<8xi1> -> !tile.tile<8xi1>
  // CHECK: tile.xor
  %2 = tile.xor %x, %x : !tile.tile<8xi16>, !tile.tile<8xi16> -> !tile.tile<8xi16>
  // CHECK: tile.shl
  %3 = tile.shl %x, %n : !tile.tile<8xi16>, index -> !tile.tile<8xi16>
  // CHECK: tile.shr
  %4 = tile.shr %x, %n : !tile.tile<8xi16>, index -> !tile.tile<8xi16>
  // CHECK: tile.floordiv %{{.*}}, %{{.*}} : index
  %5 = tile.floordiv %n, %n : index
  // CHECK: tile.mod %{{.*}}, %{{.*}} : index
  %6 = tile.mod %n, %n : index
  return
}

// CHECK-LABEL: @choice
func.func @choice(%x: !tile.tile<4x8xf32>, %s: f32, %m: !tile.tile<4x1xi1>) {
  // CHECK: tile.cmp eq %{{.*}}, %{{.*}} : !tile.tile<4x8xf32>, f32 -> !tile.tile<4x8xi1>
  %0 = tile.cmp eq %x, %s : !tile.tile<4x8xf32>, f32 -> !tile.tile<4x8xi1>
  // CHECK: tile.cmp ne
  %1 = tile.cmp ne %x, %s : !tile.tile<4x8xf32>, f32 -> !tile.tile<4x8xi1>
  // CHECK: tile.cmp lt
  %2 = tile.cmp lt %x, %s : !tile.tile<4x8xf32>, f32 -> !tile.tile<4x8xi1>
  // CHECK: tile.cmp le
  %3 = tile.cmp le %x, %s : !tile.tile<4x8xf32>, f32 -> !tile.tile<4x8xi1>
  // CHECK: tile.cmp gt
  %4 = tile.cmp gt %x, %s : !tile.tile<4x8xf32>, f32 -> !tile.tile<4x8xi1>
  // CHECK: tile.cmp ge %{{.*}}, %{{.*}} : f32, f32 -> i1
  %5 = tile.cmp ge %s, %s : f32, f32 -> i1
  // CHECK: tile.sel %{{.*}}, %{{.*}}, %{{.*}} : !tile.tile<4x1xi1>, !tile.tile<4x8xf32>, f32 -> !tile.tile<4x8xf32>
  %6 = tile.sel %m, %x, %s : !tile.tile<4x1xi1>, !tile.tile<4x8xf32>, f32 -> !tile.tile<4x8xf32>
  // CHECK: tile.sel %{{.*}}, %{{.*}}, %{{.*}} : !tile.tile<4x1xi1>, f32, f32 -> !tile.tile<4x1xf32>
  %7 = tile.sel %m, %s, %s : !tile.tile<4x1xi1>, f32, f32 -> !tile.tile<4x1xf32>
  return
}

// CHECK-LABEL: @casts
func.func @casts(%x: !tile.tile<4xf32, valid ?>, %s: f32, %n: index) {
  // CHECK: tile.cast %{{.*}} rint : <4xf32, valid ?> -> <4xbf16, valid ?>
  %0 = tile.cast %x rint : !tile.tile<4xf32, valid ?> -> !tile.tile<4xbf16, valid ?>
  // CHECK: tile.cast %{{.*}} round
  %1 = tile.cast %x round : !tile.tile<4xf32, valid ?> -> !tile.tile<4xi8, valid ?>
  // CHECK: tile.cast %{{.*}} floor
  %2 = tile.cast %x floor : !tile.tile<4xf32, valid ?> -> !tile.tile<4xui32, valid ?>
  // CHECK: tile.cast %{{.*}} ceil
  %3 = tile.cast %x ceil : !tile.tile<4xf32, valid ?> -> !tile.tile<4xindex, valid ?>
  // CHECK: tile.cast %{{.*}} trunc
  %4 = tile.cast %x trunc : !tile.tile<4xf32, valid ?> -> !tile.tile<4xi1, valid ?>
  // CHECK: tile.scalar_cast %{{.*}} floor to i8 : f32 -> index
  %5 = tile.scalar_cast %s floor to i8 : f32 -> index
  // CHECK: tile.scalar_cast %{{.*}} rint to bf16 : index -> bf16
  %6 = tile.scalar_cast %n rint to bf16 : index -> bf16
  return
}
