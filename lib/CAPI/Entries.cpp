//===- Entries.cpp - What entries take ------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Objects.h"

using namespace tilec;
using namespace tilec::capi;

tilec_entry::tilec_entry(const CompiledEntry &compiled)
    : compiled(compiled), runtime(compiled.signature) {
  for (const Parameter &parameter : compiled.signature.parameters)
    describe(parameter);
}

static_assert(
    int(DType::FP32) == TILEC_FP32 && int(DType::BF16) == TILEC_BF16 &&
        int(DType::FP16) == TILEC_FP16 && int(DType::INT8) == TILEC_INT8 &&
        int(DType::UINT8) == TILEC_UINT8 && int(DType::INT16) == TILEC_INT16 &&
        int(DType::UINT16) == TILEC_UINT16 &&
        int(DType::INT32) == TILEC_INT32 &&
        int(DType::UINT32) == TILEC_UINT32 &&
        int(DType::INT64) == TILEC_INT64 && int(DType::INDEX) == TILEC_INDEX &&
        int(DType::BOOL) == TILEC_BOOL && numDTypes == 12,
    "dtypes are numbered alike");
static_assert(int(Direction::In) == TILEC_IN &&
                  int(Direction::Out) == TILEC_OUT &&
                  int(Direction::InOut) == TILEC_INOUT,
              "directions are numbered alike");

void tilec_entry::describe(const Parameter &parameter) {
  std::vector<const char *> &shape = shapes.emplace_back();
  std::vector<int64_t> &known = extents.emplace_back();
  for (const DimExpr &dim : parameter.shape) {
    shape.push_back(texts.emplace_back(dim.str()).c_str());
    known.push_back(dim.getConstant().value_or(-1));
  }
  tilec_parameter result = {};
  result.name = parameter.name.c_str();
  result.dtype = static_cast<tilec_dtype>(parameter.dtype);
  result.direction = static_cast<tilec_direction>(
      parameter.isScalar() ? Direction::In : parameter.direction);
  result.is_scalar = parameter.isScalar();
  result.is_weight = parameter.weight;
  result.rank = static_cast<int32_t>(parameter.shape.size());
  result.shape = shape.data();
  result.extents = known.data();
  result.layout = packed::getName(parameter.layout);
  result.layout_hash = packed::getHash(parameter.layout);
  parameters.push_back(result);
}

const char *capi::tilec_entry_name(const tilec_entry *entry) {
  return entry ? entry->getSignature().name.c_str() : nullptr;
}

int64_t capi::tilec_entry_scratch_bytes(const tilec_entry *entry) {
  return entry ? entry->compiled.scratchBytes : 0;
}

size_t capi::tilec_entry_parameter_count(const tilec_entry *entry) {
  return entry ? entry->parameters.size() : 0;
}

const tilec_parameter *capi::tilec_entry_parameter(const tilec_entry *entry,
                                                   size_t index) {
  return index < capi::tilec_entry_parameter_count(entry)
             ? &entry->parameters[index]
             : nullptr;
}

size_t capi::tilec_entry_symbol_count(const tilec_entry *entry) {
  return entry ? entry->getSignature().symbols.size() : 0;
}

const char *capi::tilec_entry_symbol(const tilec_entry *entry, size_t index) {
  return index < capi::tilec_entry_symbol_count(entry)
             ? entry->getSignature().symbols[index].c_str()
             : nullptr;
}
