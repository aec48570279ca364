//===- Weights.cpp - Weights ----------------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Objects.h"
#include "Tensors.h"

using namespace tilec;
using namespace tilec::capi;

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

/// The parameter that a weight is made for. Null after a report.
static const Parameter *findWeight(const tilec_entry &entry, const char *name,
                                   tilec_error **error) {
  const Signature &signature = entry.getSignature();
  const Parameter *parameter = signature.find(name);
  if (parameter && parameter->isTensor() && !parameter->isWritten())
    return parameter;
  reject(error, fmt::format("`{}` of `{}` {}", name, signature.name,
                            !parameter ? "is no parameter"
                            : parameter->isScalar()
                                ? "is a scalar, which takes no weight"
                                : "is written by calls: it takes no weight"));
  return nullptr;
}

/// Whether a tensor of that shape can be the parameter; what its symbols are
/// shows in calls.
static bool checkShape(const Parameter &parameter,
                       llvm::ArrayRef<int64_t> shape, tilec_error **error) {
  bool fits = shape.size() == parameter.shape.size();
  for (size_t d = 0; fits && d < shape.size(); ++d) {
    int64_t expected = parameter.shape[d].getConstant().value_or(shape[d]);
    fits = shape[d] == expected && shape[d] >= 0 && shape[d] <= kMaxExtent;
  }
  if (fits)
    return true;
  std::string expected;
  for (const DimExpr &dim : parameter.shape)
    expected += (expected.empty() ? "" : ", ") + dim.str();
  reject(error, fmt::format("`{}` is given the shape {}, expected [{}]",
                            parameter.name, formatShape(shape), expected));
  return false;
}

//===----------------------------------------------------------------------===//
// Making and filling
//===----------------------------------------------------------------------===//

tilec_weight::tilec_weight(std::string name, WeightStorage given)
    : name(std::move(name)), storage(std::move(given)), tensor() {
  const TensorView &view = storage.getView();
  shape = view.shape;
  DType dtype = view.dtype;
  if (storage.getLayout() != Layout::RowMajor) {
    shape[0] = view.getByteSize();
    dtype = DType::UINT8;
  }
  tensor.data = view.data;
  tensor.device = {kDLCPU, 0};
  tensor.ndim = static_cast<int>(shape.size());
  tensor.dtype = getDLPackType(dtype);
  tensor.shape = shape.data();
}

static tilec_status makeWeight(const Parameter &parameter,
                               llvm::ArrayRef<int64_t> shape,
                               std::unique_ptr<tilec_weight> &weight,
                               tilec_error **error) {
  if (!checkShape(parameter, shape, error))
    return TILEC_INVALID_ARGUMENT;
  auto storage =
      WeightStorage::create(parameter.dtype, parameter.layout, shape);
  if (!storage)
    return fail(error, TILEC_OUT_OF_MEMORY,
                fmt::format("`{}`: {}", parameter.name,
                            llvm::toString(storage.takeError())));
  weight = std::make_unique<tilec_weight>(parameter.name, std::move(*storage));
  return TILEC_OK;
}

/// Fills in rows that have been checked.
static tilec_status fill(tilec_weight &weight, const DLTensor &rows,
                         tilec_pool *pool,
                         const WeightStorage::Progress &progress,
                         tilec_error **error) {
  tilec_rt_pool *threads = getThreads(pool);
  if (!threads)
    return failOutOfMemory(error);
  int64_t count = rows.ndim == 0 ? 1 : rows.shape[0];
  llvm::Error problem =
      weight.storage.fill(getData(rows), count, *threads, progress);
  tilec_status status = TILEC_OK;
  llvm::handleAllErrors(
      std::move(problem), [&](const llvm::ErrorInfoBase &why) {
        bool noMemory =
            why.convertToErrorCode() == std::errc::not_enough_memory;
        status =
            fail(error, noMemory ? TILEC_OUT_OF_MEMORY : TILEC_INVALID_ARGUMENT,
                 fmt::format("`{}`: {}", weight.name, why.message()));
      });
  return status;
}

static bool checkTensor(const std::string &name, const DLTensor &tensor,
                        DType dtype, tilec_error **error) {
  auto problem = findProblem(tensor, dtype, getByteSize(dtype));
  if (problem)
    reject(error, fmt::format("`{}` {}", name, *problem));
  return !problem;
}

tilec_status capi::tilec_weight_create(const tilec_entry *entry,
                                       const char *parameter,
                                       const DLTensor *tensor, tilec_pool *pool,
                                       tilec_progress progress, void *context,
                                       tilec_weight **weight,
                                       tilec_error **error) {
  return guard(error, [&] {
    if (!entry || !parameter || !tensor || !weight)
      return rejectNull(error, !entry       ? "entry"
                               : !parameter ? "parameter"
                               : !tensor    ? "tensor"
                                            : "weight");
    const Parameter *found = findWeight(*entry, parameter, error);
    if (!found || !checkTensor(found->name, *tensor, found->dtype, error))
      return TILEC_INVALID_ARGUMENT;
    std::unique_ptr<tilec_weight> result;
    if (auto status =
            makeWeight(*found, capi::getShape(*tensor), result, error))
      return status;
    WeightStorage::Progress report;
    if (progress)
      report = [&](int64_t rows, int64_t all) { progress(context, rows, all); };
    if (auto status = fill(*result, *tensor, pool, report, error))
      return status;
    *weight = result.release();
    return TILEC_OK;
  });
}

tilec_status capi::tilec_weight_create_empty(const tilec_entry *entry,
                                             const char *parameter,
                                             const int64_t *shape, size_t rank,
                                             tilec_weight **weight,
                                             tilec_error **error) {
  return guard(error, [&] {
    if (!entry || !parameter || (!shape && rank != 0) || !weight)
      return rejectNull(error, !entry       ? "entry"
                               : !parameter ? "parameter"
                               : !weight    ? "weight"
                                            : "shape");
    const Parameter *found = findWeight(*entry, parameter, error);
    if (!found)
      return TILEC_INVALID_ARGUMENT;
    std::unique_ptr<tilec_weight> result;
    if (auto status = makeWeight(*found, {shape, rank}, result, error))
      return status;
    *weight = result.release();
    return TILEC_OK;
  });
}

/// Whether rows are some of the weight's.
static bool checkRows(const tilec_weight &weight, const DLTensor &rows,
                      tilec_error **error) {
  const WeightStorage &storage = weight.storage;
  if (!checkTensor(weight.name, rows, storage.getDType(), error))
    return false;
  llvm::ArrayRef<int64_t> shape = capi::getShape(rows),
                          expected = storage.getShape();
  bool fits = shape.size() == expected.size() &&
              shape.drop_front(!shape.empty()) ==
                  expected.drop_front(!expected.empty());
  if (!fits)
    reject(error,
           fmt::format("`{}` is given rows of shape {}; its own is {}",
                       weight.name, formatShape(shape), formatShape(expected)));
  return fits;
}

tilec_status capi::tilec_weight_fill(tilec_weight *weight, const DLTensor *rows,
                                     tilec_pool *pool, tilec_error **error) {
  return guard(error, [&] {
    if (!weight || !rows)
      return rejectNull(error, weight ? "rows" : "weight");
    if (!checkRows(*weight, *rows, error))
      return TILEC_INVALID_ARGUMENT;
    return fill(*weight, *rows, pool, {}, error);
  });
}

int64_t capi::tilec_weight_row_step() { return tilec_rt_pack_step(); }

const DLTensor *capi::tilec_weight_tensor(const tilec_weight *weight) {
  return weight && weight->storage.isComplete() ? &weight->tensor : nullptr;
}

void capi::tilec_weight_destroy(tilec_weight *weight) { delete weight; }
