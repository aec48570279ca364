// RUN: tile-opt --tile-checks-to-runtime %s | FileCheck %s

// CHECK-DAG: llvm.mlir.global internal constant @[[MESSAGE:tilec.text.[0-9]+]]("batch {0} exceeds 16\00")
// CHECK-DAG: llvm.mlir.global internal constant @[[FILE:tilec.text.[0-9]+]]("kernel.tile\00")
// CHECK:     llvm.mlir.global internal constant @[[SITE:tilec.site.[0-9]+]]()
// CHECK-DAG:   llvm.mlir.addressof @[[FILE]]
// CHECK-DAG:   llvm.mlir.constant(12 : i32)
// CHECK-DAG:   llvm.mlir.constant(5 : i32)
// CHECK-DAG:   llvm.mlir.addressof @[[MESSAGE]]

// CHECK-LABEL: func.func @check(
// CHECK-SAME:    %[[WORKER:[a-z0-9]+]]: !llvm.ptr, %[[N:[a-z0-9]+]]: index
func.func @check(%worker: !llvm.ptr, %n: index) {
  %c16 = arith.constant 16 : index
  // CHECK: %[[OK:.*]] = arith.cmpi sle
  %ok = arith.cmpi sle, %n, %c16 : index
  // CHECK: cf.cond_br %[[OK]], ^[[NEXT:bb[0-9]+]], ^[[FAIL:bb[0-9]+]]
  // CHECK: ^[[FAIL]]:
  // CHECK:   llvm.store
  // CHECK:   %[[PLACE:.*]] = llvm.mlir.addressof @[[SITE]]
  // CHECK:   call @tilec_rt_fail(%[[WORKER]], %[[PLACE]],
  // CHECK:   return
  // CHECK: ^[[NEXT]]:
  // CHECK-NEXT: return
  tile.assert %ok, "batch {0} exceeds 16"(%n) loc("kernel.tile":12:5)
  return
}

// CHECK-LABEL: func.func @leave(
func.func @leave(%failed: i1) {
  // CHECK: cf.cond_br %{{.*}}, ^[[LEAVE:bb[0-9]+]], ^[[NEXT:bb[0-9]+]]
  // CHECK: ^[[LEAVE]]:
  // CHECK-NEXT: return
  // CHECK: ^[[NEXT]]:
  // CHECK-NEXT: return
  tile.return_if %failed
  return
}
