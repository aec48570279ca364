// RUN: tile-opt %s --verify-diagnostics --split-input-file

// expected-error @below {{rank must be 1 to 4, got 5}}
func.func private @rank(!tile.tile<1x1x1x1x1xf32>)

// -----

// expected-error @below {{rank must be 1 to 4, got 0}}
func.func private @rank(!tile.tensor<f32>)

// -----

// expected-error @below {{dimension must be positive, got 0}}
func.func private @dimension(!tile.tile<0x4xf32>)

// -----

// expected-error @below {{'f64' is not the type of a dtype}}
func.func private @element(!tile.tile<4xf64>)

// -----

// expected-error @below {{'ui64' is not the type of a dtype}}
func.func private @element(!tile.tensor<4xui64>)

// -----

// expected-error @below {{'si32' is not the type of a dtype}}
func.func private @element(!tile.tensor<4xsi32>)

// -----

// expected-error @below {{more than 2^63 bytes}}
func.func private @size(!tile.tensor<4294967296x2147483648xf32>)

// -----

// expected-error @below {{valid extent 5 is not in 0..4}}
func.func private @extent(!tile.tile<4x8xf32, valid 5x8>)

// -----

// expected-error @below {{expected 2 valid extents, got 1}}
func.func private @extent(!tile.tile<4x8xf32, valid ?>)

// -----

// A tile's nominal shape is static.
// expected-error @below {{expected static shape}}
func.func private @nominal(!tile.tile<?x8xf32>)

// -----

// expected-error @below {{only a weight of BF16 and rank 2 can be packed}}
func.func private @packed(!tile.tensor<4x8xf32, weight packed<kn>>)

// -----

// expected-error @below {{only a weight of BF16 and rank 2 can be packed}}
func.func private @packed(!tile.tensor<8xbf16, weight packed<kn>>)

// -----

// expected-error @below {{expected kn or nk}}
func.func private @packed(!tile.tensor<4x8xbf16, weight packed<mn>>)
