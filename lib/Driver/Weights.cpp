//===- Weights.cpp - Arguments in the layouts that code takes -------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A file holds a packed weight as a tensor of INT64 of rank 1: safetensors has
// no dtype for it, and begins the data of those first, at a multiple of 256
// bytes. The header in its first cells says what it is.
//
//===----------------------------------------------------------------------===//

#include "Weights.h"
#include "Arguments.h"
#include "Progress.h"
#include "tilec/ExecutionEngine/WeightStorage.h"
#include "llvm/ADT/STLExtras.h"
#include <cstring>
#include <fmt/format.h>

using namespace tilec;

/// Bytes of the rows that are packed at a time.
static constexpr int64_t stripBytes = int64_t(32) << 20;

static PackedHeader getHeader(const TensorView &tensor) {
  PackedHeader header;
  memcpy(&header, tensor.data, sizeof(header));
  return header;
}

bool tilec::isPackedStorage(const TensorView &tensor) {
  return tensor.dtype == DType::INT64 && tensor.shape.size() == 1 &&
         tensor.getByteSize() >= int64_t(sizeof(PackedHeader)) &&
         getHeader(tensor).magic == packed::magic;
}

llvm::Expected<PackedWeight> tilec::readPackedWeight(const TensorView &tensor) {
  PackedHeader header = getHeader(tensor);
  PackedWeight weight;
  weight.shape.assign(std::begin(header.shape), std::end(header.shape));
  for (Layout layout : {Layout::PackedKN, Layout::PackedNK})
    if (header.layout == packed::getHash(layout))
      weight.layout = layout;
  if (header.version == packed::version && weight.layout == Layout::RowMajor)
    return llvm::createStringError("it is packed, but its layout is unknown");
  char text[200];
  if (const char *problem = tilec_rt_packed_problem(
          tensor.data, tensor.getByteSize(), packed::getName(weight.layout),
          header.shape, text, sizeof(text)))
    return llvm::createStringError(
        fmt::format("it is packed, but {}", problem));
  return weight;
}

/// Calls `move(first row, row-major cells, number of rows)` strip by strip.
template <typename Move>
static bool forEachStrip(const TensorView &matrix, Move move) {
  int64_t rows = matrix.shape[0];
  int64_t rowBytes = matrix.shape[1] * int64_t(getByteSize(matrix.dtype));
  int64_t step = tilec_rt_pack_step();
  int64_t strip =
      std::max(step, stripBytes / std::max<int64_t>(rowBytes, 1) / step * step);
  for (int64_t first = 0; first < rows; first += strip)
    if (move(first, static_cast<char *>(matrix.data) + first * rowBytes,
             std::min(strip, rows - first)) != 0)
      return false;
  return true;
}

static llvm::Error makeError(const std::string &name) {
  return llvm::createStringError(fmt::format("no memory to pack `{}`", name));
}

llvm::Expected<Tensor> tilec::packWeight(const std::string &name,
                                         const TensorView &matrix,
                                         Layout layout, tilec_rt_pool &pool) {
  Progress progress(fmt::format("packing `{}`", name));
  llvm::Expected<WeightStorage> storage =
      WeightStorage::create(matrix.dtype, layout, matrix.shape);
  if (!storage)
    return storage.takeError();
  if (llvm::Error error = storage->fill(matrix.data, matrix.shape[0], pool)) {
    llvm::consumeError(std::move(error));
    return makeError(name);
  }
  return storage->take();
}

static llvm::Expected<Tensor> unpackWeight(const std::string &name,
                                           const TensorView &weight,
                                           tilec_rt_pool &pool) {
  Progress progress(fmt::format("unpacking `{}`", name));
  llvm::Expected<Tensor> matrix = Tensor::create(weight.dtype, weight.shape);
  if (!matrix)
    return matrix.takeError();
  if (!forEachStrip(*matrix, [&](int64_t first, void *rows, int64_t count) {
        return tilec_rt_unpack_rows(&pool, weight.data, rows, first, count);
      }))
    return makeError(name);
  return matrix;
}

/// Takes the place of what the argument was, which is freed if it is ours.
void CallArguments::replaceStorage(size_t number, Tensor storage) {
  void *old = tensors[number].data;
  tensors[number].data = storage.getView().data;
  llvm::erase_if(owned, [&](const Tensor &tensor) {
    return tensor.getView().data == old;
  });
  owned.push_back(std::move(storage));
}

llvm::Error CallArguments::setLayouts(const Signature &signature,
                                      tilec_rt_pool &pool) {
  size_t number = 0;
  for (const Parameter &parameter : signature.parameters) {
    if (!parameter.isTensor())
      continue;
    size_t i = number++;
    if (layouts[i] == parameter.layout)
      continue;
    if (layouts[i] != Layout::RowMajor) {
      llvm::Expected<Tensor> matrix = unpackWeight(names[i], tensors[i], pool);
      if (!matrix)
        return matrix.takeError();
      replaceStorage(i, std::move(*matrix));
    }
    layouts[i] = Layout::RowMajor;
    if (!parameter.isPacked())
      continue;
    llvm::Expected<Tensor> storage =
        packWeight(names[i], tensors[i], parameter.layout, pool);
    if (!storage)
      return storage.takeError();
    replaceStorage(i, std::move(*storage));
    layouts[i] = parameter.layout;
  }
  return llvm::Error::success();
}
