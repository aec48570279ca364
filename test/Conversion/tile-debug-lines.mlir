// RUN: tile-opt --ensure-debug-info-scope-on-llvm-func --tile-debug-lines --mlir-print-debuginfo %s | FileCheck %s

// CHECK-LABEL: llvm.func @model
llvm.func @model(%p: !llvm.ptr) {
  // CHECK: llvm.load {{.*}} loc(#[[PLACED:loc[0-9]*]])
  %a = llvm.load %p : !llvm.ptr -> f32 loc(callsite("x"("models/layer.tile":7:5) at "models/model.tile":3:9))
  // CHECK: llvm.return loc(#[[OWN:loc[0-9]*]])
  llvm.return loc("models/model.tile":4:3)
} loc("models/model.tile":1:1)
// CHECK-DAG: #[[LAYER:di_file[0-9]*]] = #llvm.di_file<"layer.tile" in "models">
// CHECK-DAG: #[[INLINED:loc[0-9]*]] = loc("models/layer.tile":7:5)
// CHECK-DAG: #[[OWN]] = loc("models/model.tile":4:3)
// CHECK-DAG: #[[BLOCK:.*]] = #llvm.di_lexical_block_file<scope = #{{.*}}, file = #[[LAYER]]
// CHECK-DAG: #[[PLACED]] = loc(fused<#[[BLOCK]]>[#[[INLINED]]])
