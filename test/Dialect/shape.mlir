// RUN: tile-opt %s | tile-opt | FileCheck %s

// CHECK-LABEL: @valid_regions
func.func @valid_regions(%x: !tile.tile<4x8xf32, valid ?x8>, %n: index) {
  // CHECK: tile.valid_dim %{{.*}}, 0 : <4x8xf32, valid ?x8>
  %d = tile.valid_dim %x, 0 : !tile.tile<4x8xf32, valid ?x8>
  // CHECK: tile.set_valid_shape %{{.*}}[%{{.*}}, %{{.*}}] : <4x8xf32, valid ?x8> -> <4x8xf32, valid ?x?>
  %a = tile.set_valid_shape %x[%n, %n] : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<4x8xf32, valid ?x?>
  // Known to be more: an analysis may say so.
  // CHECK: tile.relax_valid %{{.*}} : <4x8xf32, valid ?x8> -> <4x8xf32>
  %b = tile.relax_valid %x : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<4x8xf32>
  // CHECK: tile.fill_pad %{{.*}} neg_inf : <4x8xf32, valid ?x8> -> <4x8xf32>
  %c = tile.fill_pad %x neg_inf : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<4x8xf32>
  // CHECK: tile.fill_pad %{{.*}} zero
  %e = tile.fill_pad %x zero : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<4x8xf32>
  // CHECK: tile.fill_pad %{{.*}} min
  %f = tile.fill_pad %x min : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<4x8xf32>
  // CHECK: tile.fill_pad %{{.*}} max
  %g = tile.fill_pad %x max : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<4x8xf32>
  // CHECK: tile.fill_pad %{{.*}} inf
  %h = tile.fill_pad %x inf : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<4x8xf32>
  return
}

// CHECK-LABEL: @insert
func.func @insert(%s: !tile.tile<1x8xi8, valid 1x?>, %d: !tile.tile<4x8xi8, valid ?x8>, %i: index) {
  // CHECK: tile.insert %{{.*}} into %{{.*}}[%{{.*}}, %{{.*}}] : <1x8xi8, valid 1x?>, <4x8xi8, valid ?x8> -> <4x8xi8, valid ?x8>
  %r = tile.insert %s into %d[%i, %i] : !tile.tile<1x8xi8, valid 1x?>, !tile.tile<4x8xi8, valid ?x8> -> !tile.tile<4x8xi8, valid ?x8>
  return
}

// CHECK-LABEL: @reshape
func.func @reshape(%x: !tile.tile<4x8xf32, valid ?x8>, %t: !tile.tensor<?x64xf32>, %u: !tile.tile<1x8xf32, valid ?x8>) {
  // CHECK: tile.reshape %{{.*}} : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<2x2x8xf32, valid ?x2x8>
  %a = tile.reshape %x : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<2x2x8xf32, valid ?x2x8>
  // CHECK: tile.reshape %{{.*}} : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<4x1x8xf32, valid ?x1x8>
  %b = tile.reshape %x : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<4x1x8xf32, valid ?x1x8>
  // CHECK: tile.reshape %{{.*}} : !tile.tensor<?x64xf32> -> !tile.tensor<?x8x8xf32>
  %c = tile.reshape %t : !tile.tensor<?x64xf32> -> !tile.tensor<?x8x8xf32>
  // CHECK: tile.reshape %{{.*}} : !tile.tile<1x8xf32, valid ?x8> -> !tile.tile<8xf32, valid ?>
  %d = tile.reshape %u : !tile.tile<1x8xf32, valid ?x8> -> !tile.tile<8xf32, valid ?>
  return
}

// CHECK-LABEL: @join
func.func @join(%a: !tile.tile<4x8xf32, valid ?x8>, %b: !tile.tile<4x2xf32, valid 4x?>) {
  // CHECK: tile.concat %{{.*}} along 1 : !tile.tile<4x8xf32, valid ?x8> -> <4x8xf32, valid ?x8>
  %r = tile.concat %a along 1 : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<4x8xf32, valid ?x8>
  // CHECK: tile.concat %{{.*}}, %{{.*}}, %{{.*}} along 1
  %s = tile.concat %a, %a, %b along 1 : !tile.tile<4x8xf32, valid ?x8>, !tile.tile<4x8xf32, valid ?x8>, !tile.tile<4x2xf32, valid 4x?> -> !tile.tile<4x18xf32, valid ?x?>
  // CHECK: tile.transpose %{{.*}}, 1, 0 : <4x8xf32, valid ?x8> -> <8x4xf32, valid 8x?>
  %t = tile.transpose %a, 1, 0 : !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<8x4xf32, valid 8x?>
  return
}

// CHECK-LABEL: @expand
func.func @expand(%v: !tile.tile<1x8xbf16>, %x: !tile.tile<4x8xf32, valid ?x8>) {
  // CHECK: tile.expand %{{.*}} like %{{.*}} : <1x8xbf16>, <4x8xf32, valid ?x8> -> <4x8xbf16, valid ?x8>
  %r = tile.expand %v like %x : !tile.tile<1x8xbf16>, !tile.tile<4x8xf32, valid ?x8> -> !tile.tile<4x8xbf16, valid ?x8>
  return
}
