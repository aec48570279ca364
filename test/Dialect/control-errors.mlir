// RUN: tile-opt %s --verify-diagnostics --split-input-file

func.func @level() {
  // expected-error @below {{knows no level @chip}}
  tile.scope @chip "x" {
  }
  return
}

// -----

func.func @scope_results(%c: f32) {
  // expected-error @below {{yields other types than its results}}
  %t = tile.scope @core_group "x" -> (index) {
    tile.yield %c : f32
  }
  return
}

// -----

func.func @parallel_step(%n: index) {
  %c0 = arith.constant 0 : index
  // expected-error @below {{step must be positive}}
  tile.parallel %i = %c0 to %n step %c0 {
  }
  return
}

// -----

func.func @parallel_yield(%n: index) {
  // expected-error @below {{carries nothing to the next iteration}}
  tile.parallel %i = %n to %n step %n {
    tile.yield %i : index
  }
  return
}

// -----

func.func @assert(%ok: i1, %n: index) {
  // expected-error @below {{shows at most eight values}}
  tile.assert %ok, "x"(%n, %n, %n, %n, %n, %n, %n, %n, %n)
  return
}
