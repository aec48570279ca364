// RUN: tile-opt --ensure-debug-info-scope-on-llvm-func --tile-debug-lines --mlir-print-debuginfo %s | FileCheck %s

// CHECK-DAG: #[[LAYER:.*]] = #llvm.di_file<"layer.tile" in "models">
// CHECK-DAG: #[[BLOCK:.*]] = #llvm.di_lexical_block_file<scope = #{{.*}}, file = #[[LAYER]]
// CHECK-DAG: #[[OWN:loc.*]] = loc("models/model.tile":4:3)
// CHECK-DAG: #[[INLINED:loc.*]] = loc("models/layer.tile":7:5)
// CHECK-DAG: #[[PLACED:loc.*]] = loc(fused<#[[BLOCK]]>[#[[INLINED]]])
llvm.func @model(%p: !llvm.ptr) {
  // CHECK: llvm.load {{.*}} loc(#[[PLACED]])
  %a = llvm.load %p : !llvm.ptr -> f32 loc(callsite("x"("models/layer.tile":7:5) at "models/model.tile":3:9))
  // CHECK: llvm.return loc(#[[OWN]])
  llvm.return loc("models/model.tile":4:3)
} loc("models/model.tile":1:1)
