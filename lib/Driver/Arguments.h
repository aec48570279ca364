//===- Arguments.h - The arguments of one call ------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_DRIVER_ARGUMENTS_H
#define TILEC_LIB_DRIVER_ARGUMENTS_H

#include "Options.h"
#include "tilec/Runtime/Runtime.h"
#include "tilec/Support/Safetensors.h"
#include "tilec/Support/Signature.h"
#include "tilec/Support/Tensor.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <string>
#include <vector>

namespace tilec {

/// Where the tensors and scalars of a call come from.
struct ArgumentSources {
  /// May be null. Outlives the arguments.
  const SafetensorsFile *file = nullptr;
  std::vector<NamedText> fills, scalars;
  DimValues dims;
  uint64_t seed = 0;
  unsigned threads = 0;
};

/// What an entry is called with. Tensors that are only read stay in the mapped
/// file; all others are memory of this object.
class CallArguments {
public:
  /// Solves the dynamic names, checks what is given and makes up the rest. The
  /// errors name the parameters.
  static llvm::Expected<CallArguments> make(const Signature &signature,
                                            const ArgumentSources &sources);

  /// The same arguments with own copies of those that the entry writes. Shares
  /// the others, so this object must live on.
  llvm::Expected<CallArguments> cloneWritten() const;

  /// Packs and unpacks weights, so that each lies as the signature says; what
  /// is no longer needed is freed. Others that share them lose them.
  llvm::Error setLayouts(const Signature &signature, tilec_rt_pool &pool);

  /// The tensor parameters in their order; the data of a packed one is its
  /// packed storage.
  llvm::ArrayRef<TensorView> getTensors() const { return tensors; }
  /// Bit patterns of the scalar parameters in their order: a float in the low
  /// bits, an integer extended to 64.
  llvm::ArrayRef<int64_t> getScalars() const { return scalars; }
  /// The values of the dynamic names in their order.
  llvm::ArrayRef<int64_t> getSymbols() const { return symbols; }

  /// The parameters that the entry writes.
  std::vector<NamedTensor> getWritten() const;

private:
  class Maker;
  void replaceStorage(size_t number, Tensor storage);

  std::vector<std::string> names;
  std::vector<bool> written;
  std::vector<TensorView> tensors;
  std::vector<Layout> layouts;
  std::vector<Tensor> owned;
  std::vector<int64_t> scalars, symbols;
};

/// The bit pattern of a scalar as written: `-3`, `0x10`, `1.5e-3`, `inf`,
/// `true`. An error if it is none of that dtype.
llvm::Expected<int64_t> parseScalar(llvm::StringRef text, DType dtype);

} // namespace tilec

#endif // TILEC_LIB_DRIVER_ARGUMENTS_H
