// Two entries: one adds 1 to each element, the other looks up elements.
func.func @increment(
    %x: !tile.tensor<4x8xf32> {tile.name = "x", tile.direction = "inout", tile.shape = affine_map<() -> (4, 8)>})
    attributes {tile.entry} {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1.0 : f32
  tile.scope @core_group "increment" {
    %a = tile.slice %x[%c0, %c0] : !tile.tensor<4x8xf32> -> !tile.tile<4x8xf32>
    %b = tile.add %a, %one : !tile.tile<4x8xf32>, f32 -> !tile.tile<4x8xf32>
    tile.assemble %b into %x[%c0, %c0] : !tile.tile<4x8xf32> into !tile.tensor<4x8xf32>
  }
  return
}

func.func @look_up(
    %table: !tile.tensor<16xf32> {tile.name = "table", tile.direction = "in", tile.shape = affine_map<() -> (16)>},
    %ids: !tile.tensor<4xi32> {tile.name = "ids", tile.direction = "in", tile.shape = affine_map<() -> (4)>},
    %out: !tile.tensor<4xf32> {tile.name = "out", tile.direction = "out", tile.shape = affine_map<() -> (4)>})
    attributes {tile.entry} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  scf.for %i = %c0 to %c4 step %c1 {
    %id = tile.read %ids[%i] : !tile.tensor<4xi32> -> index
    %value = tile.read %table[%id] : !tile.tensor<16xf32> -> f32
    tile.write %value into %out[%i] : f32 into !tile.tensor<4xf32>
  }
  return
}
