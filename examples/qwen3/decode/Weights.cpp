//===- Weights.cpp - What the model's files give to calls -----------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Weights.h"
#include "Failure.h"
#include "Progress.h"
#include <algorithm>
#include <cstring>
#include <fmt/ranges.h>

using namespace qwen3;
using Kind = ParameterSource::Kind;

//===----------------------------------------------------------------------===//
// From a checkpoint
//===----------------------------------------------------------------------===//

/// The vectors of a parameter, in FP32.
static std::vector<float> widenNorm(const ParameterSource &source,
                                    const Checkpoint &checkpoint) {
  std::vector<float> values;
  std::vector<uint16_t> row(static_cast<size_t>(source.columns()));
  for (const std::string &name : source.tensors) {
    copyRows(source, checkpoint.get(name), 0, 1, row.data(), 1);
    for (uint16_t bits : row) {
      // BF16 is the upper half of FP32.
      uint32_t wide = static_cast<uint32_t>(bits) << 16;
      float value;
      std::memcpy(&value, &wide, sizeof(value));
      values.push_back(value);
    }
  }
  return values;
}

/// The matrices of a parameter, packed. They are handed over in strips: rows
/// that make up no whole step wait for those that follow.
static tilec::Weight packMatrices(const ParameterSource &source,
                                  const Checkpoint &checkpoint,
                                  const tilec::Entry &entry,
                                  const tilec::Pool &pool, Progress &progress) {
  constexpr int64_t stripRows = 2048;
  int64_t columns = source.columns(), rows = source.rowsOfEach();
  tilec::Weight weight = take(tilec::Weight::createEmpty(
      entry, source.parameter, {source.rows(), columns}));
  std::vector<uint16_t> strip;
  int64_t waiting = 0, left = source.rows();
  for (const std::string &name : source.tensors)
    for (int64_t begin = 0; begin < rows; begin += stripRows) {
      int64_t count = std::min(stripRows, rows - begin);
      strip.resize(static_cast<size_t>((waiting + count) * columns));
      copyRows(source, checkpoint.get(name), begin, begin + count,
               strip.data() + waiting * columns, pool.threads());
      waiting += count;
      left -= count;
      int64_t ready =
          left ? waiting - waiting % tilec::Weight::rowStep() : waiting;
      if (ready)
        check(weight.fill(
            *TensorView(strip.data(), TILEC_BF16, {ready, columns}).get(),
            &pool));
      strip.erase(strip.begin(), strip.begin() + ready * columns);
      waiting -= ready;
      progress.advance(count * columns);
    }
  return weight;
}

Weights Weights::pack(const std::vector<ParameterSource> &sources,
                      const Checkpoint &checkpoint, const tilec::Entry &entry,
                      const tilec::Pool &pool) {
  int64_t cells = 0;
  for (const ParameterSource &source : sources)
    if (source.kind != Kind::Norm)
      cells += source.rows() * source.columns();
  Progress progress("packing the weights", cells);
  Weights weights;
  for (const ParameterSource &source : sources) {
    if (source.kind == Kind::Norm) {
      weights.norms.push_back(widenNorm(source, checkpoint));
      weights.views.emplace_back(
          weights.norms.back().data(), TILEC_FP32,
          std::vector<int64_t>{source.rows(), source.columns()});
      weights.tensors[source.parameter] = weights.views.back().get();
      continue;
    }
    weights.packed.push_back(
        packMatrices(source, checkpoint, entry, pool, progress));
    weights.tensors[source.parameter] = weights.packed.back().tensor();
  }
  return weights;
}

//===----------------------------------------------------------------------===//
// To and from a file
//===----------------------------------------------------------------------===//

static const tilec_parameter *findParameter(const tilec::Entry &entry,
                                            const std::string &name) {
  for (size_t i = 0; i != entry.parameterCount(); ++i)
    if (entry.parameter(i).name == name)
      return &entry.parameter(i);
  return nullptr;
}

/// How a parameter's tensor is in a file; "" if that is right, or what is
/// wrong. Packed storage is a vector of INT64.
static std::string checkStored(const ParameterSource &source,
                               const StoredTensor *tensor, bool isPacked) {
  if (!tensor)
    return fmt::format("`{}` is missing", source.parameter);
  std::vector<int64_t> shape = {source.rows(), source.columns()};
  std::string expected = "packed storage";
  bool right = tensor->dtype == "I64" && tensor->shape.size() == 1;
  if (!isPacked) {
    const char *dtype = source.kind == Kind::Norm ? "F32" : "BF16";
    expected = describe(dtype, shape);
    right = tensor->dtype == dtype && tensor->shape == shape;
  }
  return right ? ""
               : fmt::format("`{}` is {}, expected {}", source.parameter,
                             describe(tensor->dtype, tensor->shape), expected);
}

Weights Weights::map(const std::vector<ParameterSource> &sources,
                     const std::string &path, const tilec::Entry &entry) {
  Weights weights;
  weights.file.emplace(path);
  std::vector<std::string> problems;
  for (const ParameterSource &source : sources) {
    const tilec_parameter *parameter = findParameter(entry, source.parameter);
    bool isPacked = parameter && parameter->layout != std::string("row-major");
    const StoredTensor *tensor = weights.file->find(source.parameter);
    std::string problem = checkStored(source, tensor, isPacked);
    if (!problem.empty()) {
      problems.push_back(problem);
      continue;
    }
    tilec_dtype dtype = isPacked                    ? TILEC_INT64
                        : source.kind == Kind::Norm ? TILEC_FP32
                                                    : TILEC_BF16;
    weights.views.emplace_back(tensor->data, dtype, tensor->shape);
    weights.tensors[source.parameter] = weights.views.back().get();
  }
  if (!problems.empty())
    fail("{}: not packed for this model:\n  {}", path,
         fmt::join(problems, "\n  "));
  return weights;
}

const DLTensor *Weights::find(const std::string &parameter) const {
  auto found = tensors.find(parameter);
  return found == tensors.end() ? nullptr : found->second;
}

/// A tensor as the file has it: packed storage is UINT8 in memory.
static StoredTensor makeStored(const DLTensor &tensor) {
  StoredTensor stored;
  stored.shape.assign(tensor.shape, tensor.shape + tensor.ndim);
  stored.data =
      static_cast<const std::byte *>(tensor.data) + tensor.byte_offset;
  stored.bytes = tensor.dtype.bits / 8U;
  for (int64_t extent : stored.shape)
    stored.bytes *= static_cast<uint64_t>(extent);
  if (tensor.dtype.code == kDLBfloat) {
    stored.dtype = "BF16";
  } else if (tensor.dtype.code == kDLFloat) {
    stored.dtype = "F32";
  } else {
    stored.dtype = "I64";
    stored.shape = {static_cast<int64_t>(stored.bytes / sizeof(int64_t))};
  }
  return stored;
}

void Weights::save(const std::string &path) const {
  std::vector<std::pair<std::string, StoredTensor>> stored;
  for (const auto &[name, tensor] : tensors)
    stored.emplace_back(name, makeStored(*tensor));
  // Packed storage first: it must be aligned, and has whole multiples of that.
  std::stable_partition(stored.begin(), stored.end(), [](const auto &named) {
    return named.second.dtype == "I64";
  });
  writeSafetensors(path, stored);
}
