//===- RuntimeMessages.h - What a failed check says -------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The texts of run-time errors, one place for the interpreter and for compiled
// code. `{0}` to `{7}` stand for values that only the run knows; each builder
// says which. All of them fit a site of the run-time library.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_SUPPORT_RUNTIMEMESSAGES_H
#define TILEC_SUPPORT_RUNTIMEMESSAGES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <string>

namespace tilec::messages {

/// `message` with its placeholders replaced; one without a value stays as it
/// is.
inline std::string format(llvm::StringRef message,
                          llvm::ArrayRef<int64_t> values) {
  std::string text;
  for (size_t i = 0; i < message.size(); ++i) {
    size_t index = i + 2 < message.size() ? message[i + 1] - '0' : ~size_t(0);
    if (message[i] == '{' && index < values.size() && index < 8 &&
        message[i + 2] == '}') {
      text += std::to_string(values[index]);
      i += 2;
    } else {
      text += message[i];
    }
  }
  return text;
}

/// `[{first}, {first+1}, ...]`, an extent for each of `rank` dimensions.
inline std::string extents(unsigned rank, unsigned first) {
  std::string text = "[";
  for (unsigned d = 0; d < rank; ++d)
    text += (d ? ", {" : "{") + std::to_string(first + d) + "}";
  return text + "]";
}

/// `[4, 8]`.
inline std::string extents(llvm::ArrayRef<int64_t> shape) {
  return format(extents(shape.size(), 0), shape);
}

/// A box of `slice` or `assemble` that leaves the tensor along `dim`.
/// {0}: the offset; {1}: the valid extent; {2}...: the tensor's shape.
inline std::string boxOutOfBounds(llvm::StringRef access, unsigned dim,
                                  unsigned rank,
                                  llvm::StringRef storage = "tensor") {
  return (access + " of {1} cells at offset {0} exceeds dimension " +
          std::to_string(dim) + " of " + storage + " " + extents(rank, 2))
      .str();
}
inline std::string sliceOutOfBounds(unsigned dim, unsigned rank) {
  return boxOutOfBounds("slice", dim, rank);
}
inline std::string assembleOutOfBounds(unsigned dim, unsigned rank) {
  return boxOutOfBounds("assemble", dim, rank);
}

/// A slice of a tile that starts before it, or leaves one whose valid extents
/// are static. Values as above, the shape being the tile's nominal one.
inline std::string sliceOfTileOutOfBounds(unsigned dim, unsigned rank) {
  return boxOutOfBounds("slice", dim, rank, "tile");
}

/// `assemble` into a tile, outside of its nominal shape. Values as above.
inline std::string insertOutOfBounds(unsigned dim, unsigned rank) {
  return boxOutOfBounds("assemble", dim, rank, "tile");
}

/// An element of `read` or `write` outside the tensor along `dim`.
/// {0}: the index; {1}...: the tensor's shape.
inline std::string elementOutOfBounds(llvm::StringRef access, unsigned dim,
                                      unsigned rank) {
  return (access + " at index {0} exceeds dimension " + std::to_string(dim) +
          " of tensor " + extents(rank, 1))
      .str();
}
inline std::string readOutOfBounds(unsigned dim, unsigned rank) {
  return elementOutOfBounds("read", dim, rank);
}
inline std::string writeOutOfBounds(unsigned dim, unsigned rank) {
  return elementOutOfBounds("write", dim, rank);
}

/// `read` of a tile outside of its valid region.
/// {0}: the index; {1}...: the valid extents.
inline std::string readOfTileOutOfBounds(unsigned dim, unsigned rank) {
  return "read at index {0} exceeds dimension " + std::to_string(dim) +
         " of a tile valid in " + extents(rank, 1);
}

/// `//` and `%` of scalars. {0}: the dividend.
inline constexpr llvm::StringLiteral floorDivByZero =
    "integer division by zero: {0} // 0";
inline constexpr llvm::StringLiteral modByZero =
    "integer division by zero: {0} % 0";
/// `div` and `rem` of tiles; some valid cell of the divisor is 0. No values.
inline constexpr llvm::StringLiteral cellDivByZero =
    "integer division by zero in a valid cell";

/// A reshape whose valid cells would not be a box.
/// {0}...: the valid extents of the source.
inline std::string reshapeOfPartialTile(llvm::ArrayRef<int64_t> source,
                                        llvm::ArrayRef<int64_t> result) {
  return "reshape of a tile " + extents(source) + ", valid in " +
         extents(source.size(), 0) + ", to " + extents(result) +
         ": its valid cells would not be a box";
}

/// A reshape of a tensor to another number of cells.
/// {0}...: the shape of the source; then that of the result.
inline std::string reshapeOfTensor(unsigned sourceRank, unsigned resultRank) {
  return "reshape of tensor " + extents(sourceRank, 0) + " to " +
         extents(resultRank, sourceRank) + ": the numbers of cells differ";
}

/// `create_tensor` with an extent that is none. {0}: the extent.
inline std::string negativeSize(unsigned dim) {
  return "size {0} of dimension " + std::to_string(dim) +
         " of a new tensor is negative";
}

/// `create_tensor` of more than there is. {0}...: the shape.
inline std::string outOfMemory(unsigned rank) {
  return "out of memory for a new tensor " + extents(rank, 0);
}

/// A loop whose step is not positive. {0}: the step.
inline constexpr llvm::StringLiteral stepNotPositive =
    "the step of a loop must be positive, got {0}";

/// An iteration of a parallel loop that meets another one in a cell.
/// {0}: its variable; {1}: the cell's number; {2}: the other's variable.
inline std::string race(llvm::StringRef loopPlace, bool writes, bool otherWrote,
                        llvm::StringRef otherPlace) {
  return ("iteration {0} of the parallel loop at " + loopPlace +
          (writes ? " writes" : " reads") +
          " cell {1} of storage that iteration {2} " +
          (otherWrote ? "wrote" : "read") + " at " + otherPlace)
      .str();
}

/// Storage of a parameter without the header of its packed layout.
/// {0}, {1}: the shape.
inline std::string notPacked(llvm::StringRef name, llvm::StringRef layout) {
  return ("`" + name + "` is not packed as " + layout + " with shape " +
          extents(2, 0))
      .str();
}

} // namespace tilec::messages

#endif // TILEC_SUPPORT_RUNTIMEMESSAGES_H
