// RUN: tile-opt %s | tile-opt | FileCheck %s

// CHECK-LABEL: @tensors
// CHECK-SAME: !tile.tensor<16xf32>
// CHECK-SAME: !tile.tensor<?x64xbf16>
// CHECK-SAME: !tile.tensor<?x?x2x4xi1>
// CHECK-SAME: !tile.tensor<?x5120xbf16, weight>
func.func private @tensors(!tile.tensor<16xf32>, !tile.tensor<?x64xbf16>, !tile.tensor<?x?x2x4xi1>,
                           !tile.tensor<?x5120xbf16, weight>)

// CHECK-LABEL: @packed
// CHECK-SAME: !tile.tensor<?x5120xbf16, weight packed<kn>>
// CHECK-SAME: !tile.tensor<100x?xbf16, weight packed<nk>>
func.func private @packed(!tile.tensor<?x5120xbf16, weight packed<kn>>, !tile.tensor<100x?xbf16, weight packed<nk>>)

// CHECK-LABEL: @tiles
// CHECK-SAME: !tile.tile<4x8xf32>
// CHECK-SAME: !tile.tile<4x8xf32, valid ?x8>
// CHECK-SAME: !tile.tile<4x8xf32, valid 0x?>
func.func private @tiles(!tile.tile<4x8xf32>, !tile.tile<4x8xf32, valid ?x8>, !tile.tile<4x8xf32, valid 0x?>)

// Extents that are the whole size are not printed.
// CHECK-LABEL: @whole
// CHECK-SAME: !tile.tile<4x8xf32>)
func.func private @whole(!tile.tile<4x8xf32, valid 4x8>)

// CHECK-LABEL: @elements
// CHECK-SAME: tile<1xf32>{{.*}}tile<1xbf16>{{.*}}tile<1xf16>
func.func private @elements(!tile.tile<1xf32>, !tile.tile<1xbf16>, !tile.tile<1xf16>)

// CHECK-LABEL: @integers
// CHECK-SAME: tile<1xi8>{{.*}}tile<1xui8>{{.*}}tile<1xi16>{{.*}}tile<1xui16>{{.*}}tile<1xi32>{{.*}}tile<1xui32>{{.*}}tile<1xi64>{{.*}}tile<1xindex>{{.*}}tile<1xi1>
func.func private @integers(!tile.tile<1xi8>, !tile.tile<1xui8>, !tile.tile<1xi16>, !tile.tile<1xui16>, !tile.tile<1xi32>,
                            !tile.tile<1xui32>, !tile.tile<1xi64>, !tile.tile<1xindex>, !tile.tile<1xi1>)
