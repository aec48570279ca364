// RUN: tile-opt %s | tile-opt | FileCheck %s

// CHECK-LABEL: @create
// CHECK-SAME: %[[N:.*]]: index, %[[M:.*]]: index
func.func @create(%n: index, %m: index) {
  // CHECK: tile.create : <4x8xf32>
  %a = tile.create : !tile.tensor<4x8xf32>
  // CHECK: tile.create(%[[N]], %[[M]]) : <?x64x?xbf16>
  %b = tile.create(%n, %m) : !tile.tensor<?x64x?xbf16>
  return
}

// CHECK-LABEL: @undefined
func.func @undefined() {
  // CHECK: tile.undefined : !tile.tile<4x8xf32, valid ?x8>
  %a = tile.undefined : !tile.tile<4x8xf32, valid ?x8>
  // CHECK: tile.undefined : !tile.tensor<?xf32>
  %b = tile.undefined : !tile.tensor<?xf32>
  // CHECK: tile.undefined : index
  %c = tile.undefined : index
  return
}

// CHECK-LABEL: @slice
// CHECK-SAME: %[[X:.*]]: !tile.tensor<16x512xf32>, %[[I:.*]]: index, %[[N:.*]]: index
func.func @slice(%x: !tile.tensor<16x512xf32>, %i: index, %n: index) {
  // CHECK: %[[A:.*]] = tile.slice %[[X]][%[[I]], %[[I]]] : !tile.tensor<16x512xf32> -> <16x64xf32>
  %a = tile.slice %x[%i, %i] : !tile.tensor<16x512xf32> -> !tile.tile<16x64xf32>
  // CHECK: tile.slice %[[X]][%[[I]], %[[I]]] valid[%[[N]], %[[N]]] inbounds
  %b = tile.slice %x[%i, %i] valid [%n, %n] inbounds : !tile.tensor<16x512xf32> -> !tile.tile<16x64xf32, valid ?x?>
  // CHECK: tile.slice %[[A]][%[[I]], %[[I]]] : !tile.tile<16x64xf32> -> <8x8xf32, valid ?x?>
  %c = tile.slice %a[%i, %i] : !tile.tile<16x64xf32> -> !tile.tile<8x8xf32, valid ?x?>
  return
}

// CHECK-LABEL: @assemble
func.func @assemble(%t: !tile.tile<4x8xbf16, valid ?x8>, %x: !tile.tensor<?x8xbf16>, %i: index) {
  // CHECK: tile.assemble %{{.*}} into %{{.*}}[%{{.*}}, %{{.*}}] : <4x8xbf16, valid ?x8> into <?x8xbf16>
  tile.assemble %t into %x[%i, %i] : !tile.tile<4x8xbf16, valid ?x8> into !tile.tensor<?x8xbf16>
  // CHECK: tile.assemble {{.*}} inbounds :
  tile.assemble %t into %x[%i, %i] inbounds : !tile.tile<4x8xbf16, valid ?x8> into !tile.tensor<?x8xbf16>
  return
}

// CHECK-LABEL: @elements
func.func @elements(%x: !tile.tensor<?xui8>, %t: !tile.tile<4xbf16>, %b: !tile.tensor<2xi1>, %i: index) {
  // CHECK: tile.read %{{.*}}[%{{.*}}] : !tile.tensor<?xui8> -> index
  %v = tile.read %x[%i] : !tile.tensor<?xui8> -> index
  // CHECK: tile.read {{.*}} inbounds : !tile.tile<4xbf16> -> bf16
  %w = tile.read %t[%i] inbounds : !tile.tile<4xbf16> -> bf16
  // CHECK: tile.read {{.*}} : !tile.tensor<2xi1> -> i1
  %c = tile.read %b[%i] : !tile.tensor<2xi1> -> i1
  // CHECK: tile.write %{{.*}} into %{{.*}}[%{{.*}}] : index into <?xui8>
  tile.write %v into %x[%i] : index into !tile.tensor<?xui8>
  // CHECK: tile.write {{.*}} inbounds :
  tile.write %c into %b[%i] inbounds : i1 into !tile.tensor<2xi1>
  return
}

// CHECK-LABEL: @prefetch
func.func @prefetch(%x: !tile.tensor<?x64xbf16>, %i: index) {
  // CHECK: tile.prefetch %{{.*}}[%{{.*}}, %{{.*}}] sizes [256, 32] : <?x64xbf16>
  tile.prefetch %x[%i, %i] sizes [256, 32] : !tile.tensor<?x64xbf16>
  return
}

// CHECK-LABEL: @dim
func.func @dim(%x: !tile.tensor<?x64xf32>, %t: !tile.tile<4xf32>) {
  // CHECK: tile.dim %{{.*}}, 0 : !tile.tensor<?x64xf32>
  %a = tile.dim %x, 0 : !tile.tensor<?x64xf32>
  // CHECK: tile.dim %{{.*}}, 0 : !tile.tile<4xf32>
  %b = tile.dim %t, 0 : !tile.tile<4xf32>
  return
}

// CHECK-LABEL: @constants
func.func @constants(%f: f16, %i: index) {
  // CHECK: tile.full %{{.*}} : f16 -> <4x8xf16>
  %a = tile.full %f : f16 -> !tile.tile<4x8xf16>
  // CHECK: tile.full %{{.*}} : index -> <4xi8>
  %b = tile.full %i : index -> !tile.tile<4xi8>
  // CHECK: tile.arange %{{.*}} : index -> <1x8xi32>
  %c = tile.arange %i : index -> !tile.tile<1x8xi32>
  // CHECK: tile.arange %{{.*}} : f16 -> <8xf16>
  %d = tile.arange %f : f16 -> !tile.tile<8xf16>
  return
}
