// RUN: tile-opt %s | tile-opt | FileCheck %s

// CHECK-LABEL: @matmul
func.func @matmul(%a: !tile.tile<4x8xbf16, valid ?x8>, %b: !tile.tile<8x16xbf16, valid 8x?>, %at: !tile.tile<8x4xbf16>,
                  %bt: !tile.tile<16x8xbf16>, %i: !tile.tile<8x8xi8>, %h: !tile.tile<8x8xf16>) {
  // CHECK: tile.matmul %{{.*}}, %{{.*}} : <4x8xbf16, valid ?x8>, <8x16xbf16, valid 8x?> -> <4x16xf32, valid ?x?>
  %0 = tile.matmul %a, %b : !tile.tile<4x8xbf16, valid ?x8>, !tile.tile<8x16xbf16, valid 8x?> -> !tile.tile<4x16xf32, valid ?x?>
  // CHECK: tile.matmul %{{.*}}, %{{.*}} transpose_a : <8x4xbf16>, <8x16xbf16, valid 8x?> -> <4x16xf32, valid 4x?>
  %1 = tile.matmul %at, %b transpose_a : !tile.tile<8x4xbf16>, !tile.tile<8x16xbf16, valid 8x?> -> !tile.tile<4x16xf32, valid 4x?>
  // CHECK: tile.matmul %{{.*}}, %{{.*}} transpose_b :
  %2 = tile.matmul %a, %bt transpose_b : !tile.tile<4x8xbf16, valid ?x8>, !tile.tile<16x8xbf16> -> !tile.tile<4x16xf32, valid ?x16>
  // CHECK: tile.matmul %{{.*}}, %{{.*}} transpose_a transpose_b :
  %3 = tile.matmul %at, %bt transpose_a transpose_b : !tile.tile<8x4xbf16>, !tile.tile<16x8xbf16> -> !tile.tile<4x16xf32>
  // CHECK: tile.matmul %{{.*}}, %{{.*}} : <8x8xi8>, <8x8xi8> -> <8x8xi32>
  %4 = tile.matmul %i, %i : !tile.tile<8x8xi8>, !tile.tile<8x8xi8> -> !tile.tile<8x8xi32>
  // CHECK: tile.matmul_acc %{{.*}}, %{{.*}}, %{{.*}} transpose_b : <4x16xf32>, <4x8xbf16, valid ?x8>, <16x8xbf16> -> <4x16xf32, valid ?x16>
  %5 = tile.matmul_acc %3, %a, %bt transpose_b : !tile.tile<4x16xf32>, !tile.tile<4x8xbf16, valid ?x8>, !tile.tile<16x8xbf16> -> !tile.tile<4x16xf32, valid ?x16>
  return
}

// CHECK-LABEL: @reduce
func.func @reduce(%x: !tile.tile<4x8xf32, valid ?x?>) {
  // CHECK: tile.reduce sum %{{.*}} along 1 : <4x8xf32, valid ?x?> -> <4x1xf32, valid ?x1>
  %0 = tile.reduce sum %x along 1 : !tile.tile<4x8xf32, valid ?x?> -> !tile.tile<4x1xf32, valid ?x1>
  // CHECK: tile.reduce prod %{{.*}} along 0 : <4x8xf32, valid ?x?> -> <1x8xf32, valid 1x?>
  %1 = tile.reduce prod %x along 0 : !tile.tile<4x8xf32, valid ?x?> -> !tile.tile<1x8xf32, valid 1x?>
  // CHECK: tile.reduce max
  %2 = tile.reduce max %x along 1 : !tile.tile<4x8xf32, valid ?x?> -> !tile.tile<4x1xf32, valid ?x1>
  // CHECK: tile.reduce min
  %3 = tile.reduce min %x along 1 : !tile.tile<4x8xf32, valid ?x?> -> !tile.tile<4x1xf32, valid ?x1>
  // CHECK: tile.reduce argmax %{{.*}} along 1 : <4x8xf32, valid ?x?> -> <4x1xi32, valid ?x1>
  %4 = tile.reduce argmax %x along 1 : !tile.tile<4x8xf32, valid ?x?> -> !tile.tile<4x1xi32, valid ?x1>
  // CHECK: tile.reduce argmin
  %5 = tile.reduce argmin %x along 1 : !tile.tile<4x8xf32, valid ?x?> -> !tile.tile<4x1xi32, valid ?x1>
  return
}
