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

// CHECK-LABEL: @contract
func.func @contract(%x: !tile.tensor<?x?xbf16>, %w: !tile.tensor<64x32xbf16, weight>, %t: !tile.tile<8x64xbf16, valid 4x?>,
                    %acc: !tile.tile<8x32xf32, valid ?x16>, %i: index, %n: index) {
  %c0 = arith.constant 0 : index
  %c32 = arith.constant 32 : index
  // CHECK: tile.contract %{{.*}}[%{{.*}}, %{{.*}}], %{{.*}}[%{{.*}}, %{{.*}}] m %{{.*}} n %{{.*}} k %{{.*}} : !tile.tensor<?x?xbf16>, !tile.tensor<64x32xbf16, weight> -> <8x32xf32, valid ?x32>
  %0 = tile.contract %x[%i, %c0], %w[%c0, %c0] m %n n %c32 k %n
      : !tile.tensor<?x?xbf16>, !tile.tensor<64x32xbf16, weight> -> !tile.tile<8x32xf32, valid ?x32>
  // CHECK: tile.contract {{.*}} k %{{.*}} step 16 acc %{{.*}} inbounds : !tile.tensor<?x?xbf16>, !tile.tensor<64x32xbf16, weight>, !tile.tile<8x32xf32, valid ?x16> -> <8x32xf32, valid ?x16>
  %1 = tile.contract %x[%i, %c0], %w[%c0, %c0] m %n n %c32 k %n step 16 acc %acc inbounds
      : !tile.tensor<?x?xbf16>, !tile.tensor<64x32xbf16, weight>, !tile.tile<8x32xf32, valid ?x16>
      -> !tile.tile<8x32xf32, valid ?x16>
  // CHECK: tile.contract {{.*}} transpose_a transpose_b : !tile.tensor<?x?xbf16>, !tile.tensor<64x32xbf16, weight> -> <8x64xf32, valid ?x?>
  %2 = tile.contract %x[%c0, %i], %w[%c0, %c0] m %n n %n k %c32 transpose_a transpose_b
      : !tile.tensor<?x?xbf16>, !tile.tensor<64x32xbf16, weight> -> !tile.tile<8x64xf32, valid ?x?>
  // The rows that a tile has are known, where the offset is.
  // CHECK: tile.contract {{.*}} : !tile.tile<8x64xbf16, valid 4x?>, !tile.tensor<64x32xbf16, weight> -> <8x32xf32, valid 4x?>
  %3 = tile.contract %t[%c0, %i], %w[%c0, %c0] m %c32 n %n k %n
      : !tile.tile<8x64xbf16, valid 4x?>, !tile.tensor<64x32xbf16, weight> -> !tile.tile<8x32xf32, valid 4x?>
  // CHECK: tile.contract {{.*}} : !tile.tile<8x64xbf16, valid 4x?>, !tile.tensor<64x32xbf16, weight> -> <8x32xf32, valid ?x?>
  %4 = tile.contract %t[%i, %c0], %w[%c0, %c0] m %c32 n %n k %n
      : !tile.tile<8x64xbf16, valid 4x?>, !tile.tensor<64x32xbf16, weight> -> !tile.tile<8x32xf32, valid ?x?>
  return
}
