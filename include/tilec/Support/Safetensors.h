//===- Safetensors.h - Reading and writing tensor files ---------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The safetensors format: the length of a JSON header (8 bytes, little-endian),
// the header, the data. The header maps each name to a dtype, a shape and a
// range of the data; the ranges cover the data without gap or overlap.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_SUPPORT_SAFETENSORS_H
#define TILEC_SUPPORT_SAFETENSORS_H

#include "tilec/Support/Tensor.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tilec {

/// Strings about a file as a whole (`__metadata__`).
using SafetensorsMetadata = std::map<std::string, std::string>;

/// What a header says, checked against the data that follows it.
struct SafetensorsContents {
  /// In the order of their data.
  std::vector<NamedTensor> tensors;
  SafetensorsMetadata metadata;
  /// The data of tensors that the file does not align to their elements.
  std::vector<std::unique_ptr<uint64_t[]>> copies;
};

/// Checks a whole file in memory; the tensors point into it, but those that it
/// does not align to their elements, which are copied. The error says what is
/// wrong, without a file name. Refused is whatever the format does not allow,
/// and also: dtypes that the language does not have, a BOOL other than 0 and 1,
/// a name twice.
llvm::Expected<SafetensorsContents>
parseSafetensors(llvm::ArrayRef<uint8_t> bytes);

/// A file mapped into memory, read-only: tensors that need no copy are paged in
/// when touched and writing to them is a fault.
/// The file must not shrink meanwhile.
class SafetensorsFile {
public:
  /// The error names the file and the reason.
  static llvm::Expected<SafetensorsFile> open(llvm::StringRef path);

  llvm::ArrayRef<NamedTensor> getTensors() const { return contents.tensors; }
  const SafetensorsMetadata &getMetadata() const { return contents.metadata; }

  /// The tensor of that name, or null.
  const TensorView *find(llvm::StringRef name) const;

private:
  struct Unmap {
    size_t bytes;
    Unmap() : bytes(0) {}
    explicit Unmap(size_t bytes) : bytes(bytes) {}
    void operator()(void *memory) const;
  };

  std::unique_ptr<void, Unmap> mapping;
  SafetensorsContents contents;
  llvm::StringMap<size_t> byName;
};

/// Writes a file whose data starts at a multiple of 64 bytes, the tensors with
/// the largest elements first. A regular file is replaced in one step, after
/// everything has been written; anything else (a pipe) is written to. The
/// error names the file and the reason.
llvm::Error writeSafetensors(llvm::StringRef path,
                             llvm::ArrayRef<NamedTensor> tensors,
                             const SafetensorsMetadata &metadata = {});

} // namespace tilec

#endif // TILEC_SUPPORT_SAFETENSORS_H
