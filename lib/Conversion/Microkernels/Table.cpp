//===- Table.cpp - Which microkernel for which target ---------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Table.h"
#include "llvm/ADT/STLExtras.h"

using namespace tilec;
using namespace tilec::microkernel;

static constexpr MatmulElement bf16Only[] = {MatmulElement::BF16};
static constexpr MatmulElement everyElement[] = {
    MatmulElement::BF16, MatmulElement::FP16, MatmulElement::FP32,
    MatmulElement::Int8};

// 32 registers: 16 to 24 accumulators leave room for B and for broadcasts of A,
// and hide a latency of 6 at one instruction a cycle. Few rows take many
// columns, so that B is read in long runs.
static constexpr unsigned zmmTiles[] = {16, 8, 4, 4, 4, 4, 2, 2};
// Not measured. `bfdot` has a latency of 4 at up to 4 instructions a cycle.
static constexpr unsigned neonTiles[] = {8, 8, 4, 4, 4, 4, 2, 2};
// 16 registers.
static constexpr unsigned ymmTiles[] = {8, 4, 2, 2, 2, 2};
static constexpr unsigned smallTiles[] = {4, 2, 1, 1};

/// More pairs of k than there are.
static constexpr unsigned unchunked = 1U << 30;
static constexpr PrefetchAhead none = {0, 0};

// For packed storage, measured with weights streamed from memory. A panel's 64
// columns are 4 vectors of 16 lanes. Few rows only wait for memory: all of k is
// one pass, and the processor's own prefetcher keeps up, which prefetches far
// ahead would only hinder. More rows go over chunks of k several times. That
// stops the prefetcher, so the program fetches what comes next, first into the
// second cache and then into the first, while it works on the chunk.
static constexpr PanelRange dotRanges[] = {
    {1, 1, 4, unchunked, {6144, 2}, none},
    {2, 2, 4, unchunked, {4096, 2}, none},
    {5, 5, 4, unchunked, none, none},
    {8, 8, 2, 64, {65536, 2}, {16384, 3}},
    {16, 8, 2, 128, {65536, 2}, {32768, 3}}};
static constexpr PanelRange zmmRanges[] = {
    {1, 1, 4, unchunked, none, none},
    {2, 2, 4, unchunked, {1024, 2}, none},
    {6, 6, 2, 32, {16384, 2}, {8192, 3}},
    {8, 8, 2, 16, none, {8192, 3}},
    {16, 8, 2, 32, none, {8192, 3}}};
static constexpr PanelRange ymmRanges[] = {
    {1, 1, 8, unchunked, none, none},
    {2, 2, 4, 32, {32768, 2}, {16384, 3}},
    {4, 4, 2, 32, {16384, 2}, {8192, 3}},
    {8, 4, 2, 64, none, {16384, 3}},
    {16, 6, 2, 32, none, {8192, 3}}};
// Not measured.
static constexpr PanelRange neonRanges[] = {
    {1, 1, 16, unchunked, {4096, 3}, none},
    {2, 2, 8, 16, none, {8192, 3}},
    {4, 4, 4, 32, none, {8192, 3}},
    {16, 8, 2, 32, none, {8192, 3}}};
static constexpr PanelRange smallRanges[] = {{1, 1, 4, 32, none, none},
                                             {2, 2, 2, 32, none, none},
                                             {16, 4, 1, 32, none, none}};

static const KernelRow table[] = {
    {"dot512", bf16Only,
     [](const CPUFeatures &f) { return f.avx512 && f.avx512BF16; },
     /*pairDot=*/"llvm.x86.avx512bf16.dpbf16ps.512", /*lanes=*/16,
     /*masks=*/true, zmmTiles,
     /*narrowVectors=*/2, /*kChunk=*/128, /*prefetchK=*/128,
     /*prefetchAgain=*/8, /*panelVectors=*/4,
     /*prefetchLocality=*/2, dotRanges, /*multipliesByLane=*/false,
     /*matrixDot=*/nullptr, /*transposesInRegisters=*/true},
    {"fma512", everyElement,
     [](const CPUFeatures &f) { return f.avx512 && f.fma; },
     /*pairDot=*/nullptr, /*lanes=*/16, /*masks=*/true, zmmTiles,
     /*narrowVectors=*/1, /*kChunk=*/128, /*prefetchK=*/128,
     /*prefetchAgain=*/8, /*panelVectors=*/2,
     /*prefetchLocality=*/2, zmmRanges},
    {"fma256", everyElement,
     [](const CPUFeatures &f) { return f.avx2 && f.fma; },
     /*pairDot=*/nullptr, /*lanes=*/8, /*masks=*/false, ymmTiles,
     /*narrowVectors=*/1, /*kChunk=*/128, /*prefetchK=*/128,
     /*prefetchAgain=*/8, /*panelVectors=*/2,
     /*prefetchLocality=*/2, ymmRanges},
    {"bfdot", bf16Only,
     [](const CPUFeatures &f) { return f.neon && f.bf16Dot; },
     /*pairDot=*/"llvm.aarch64.neon.bfdot.v4f32.v8bf16", /*lanes=*/4,
     /*masks=*/false, neonTiles, /*narrowVectors=*/2, /*kChunk=*/128,
     /*prefetchK=*/128, /*prefetchAgain=*/0, /*panelVectors=*/4,
     /*prefetchLocality=*/2, neonRanges,
     /*multipliesByLane=*/true, /*matrixDot=*/"llvm.aarch64.neon.bfmmla"},
    {"neon", everyElement, [](const CPUFeatures &f) { return f.neon; },
     /*pairDot=*/nullptr, /*lanes=*/4, /*masks=*/false, neonTiles,
     /*narrowVectors=*/1, /*kChunk=*/128, /*prefetchK=*/128,
     /*prefetchAgain=*/0, /*panelVectors=*/4,
     /*prefetchLocality=*/2, neonRanges},
    {"generic", everyElement, [](const CPUFeatures &) { return true; },
     /*pairDot=*/nullptr, /*lanes=*/4, /*masks=*/false, smallTiles,
     /*narrowVectors=*/1, /*kChunk=*/128, /*prefetchK=*/128,
     /*prefetchAgain=*/0, /*panelVectors=*/4,
     /*prefetchLocality=*/2, smallRanges},
};

const KernelRow &microkernel::selectRow(MatmulElement element,
                                        const CPUTarget &target) {
  return *llvm::find_if(table, [&](const KernelRow &row) {
    return llvm::is_contained(row.elements, element) &&
           row.isAvailable(target.features());
  });
}
