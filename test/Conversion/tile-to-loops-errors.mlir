// RUN: tile-opt --tile-to-loops --verify-diagnostics --split-input-file %s

// expected-error @+1 {{only a function with `tile.entry` can be compiled}}
func.func @helper(%x: !tile.tensor<4xf32>) {
  return
}

// -----

// expected-error @+1 {{parameter 0 has no tile.shape}}
func.func @no_shape(%x: !tile.tensor<4xf32> {tile.name = "x", tile.direction = "in"}) attributes {tile.entry} {
  return
}
