// out[i] = (x[i] + y[i]) * s, in tiles of 1024.
func.func @scale(
    %x: !tile.tensor<?xf32> {tile.name = "x", tile.direction = "in", tile.shape = affine_map<()[s0] -> (s0)>},
    %y: !tile.tensor<?xf32> {tile.name = "y", tile.direction = "in", tile.shape = affine_map<()[s0] -> (s0)>},
    %out: !tile.tensor<?xf32> {tile.name = "out", tile.direction = "out", tile.shape = affine_map<()[s0] -> (s0)>},
    %s: f32 {tile.name = "s", tile.dtype = "FP32"},
    %n: index {tile.symbol = "N"}) attributes {tile.entry} {
  %c0 = arith.constant 0 : index
  %c1024 = arith.constant 1024 : index
  tile.parallel %i = %c0 to %n step %c1024 {
    tile.scope @core_group "add" {
      %rest = arith.subi %n, %i : index
      %a = tile.slice %x[%i] valid [%rest] : !tile.tensor<?xf32> -> !tile.tile<1024xf32, valid ?>
      %b = tile.slice %y[%i] valid [%rest] : !tile.tensor<?xf32> -> !tile.tile<1024xf32, valid ?>
      %c = tile.add %a, %b : !tile.tile<1024xf32, valid ?>, !tile.tile<1024xf32, valid ?> -> !tile.tile<1024xf32, valid ?>
      %d = tile.mul %c, %s : !tile.tile<1024xf32, valid ?>, f32 -> !tile.tile<1024xf32, valid ?>
      tile.assemble %d into %out[%i] : !tile.tile<1024xf32, valid ?> into !tile.tensor<?xf32>
    }
  }
  return
}
