//===- RuntimeInfo.cpp - A signature for the run-time library -------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RuntimeInfo.h"
#include "llvm/ADT/STLExtras.h"

using namespace tilec;
using namespace tilec::capi;

RuntimeInfo::RuntimeInfo(const Signature &signature) : signature(signature) {
  for (const std::string &name : signature.symbols)
    symbols.push_back(name.c_str());
  for (const Parameter &parameter : signature.parameters)
    parameters.push_back(describe(parameter));
  info.version = TILEC_RT_ENTRY_VERSION;
  info.name = signature.name.c_str();
  info.doc = "";
  info.parameter_count = static_cast<int32_t>(parameters.size());
  info.parameters = parameters.data();
  info.symbol_count = static_cast<int32_t>(symbols.size());
  info.symbols = symbols.data();
}

tilec_rt_dim RuntimeInfo::describe(const DimExpr &dim) {
  std::vector<int64_t> &numbers = terms.emplace_back();
  for (const DimExpr::Term &term : dim.getTerms()) {
    numbers.push_back(term.coefficient);
    numbers.push_back(static_cast<int64_t>(term.symbols.size()));
    for (const std::string &name : term.symbols)
      numbers.push_back(llvm::find(signature.symbols, name) -
                        signature.symbols.begin());
  }
  return {texts.emplace_back(dim.str()).c_str(), numbers.data(),
          static_cast<int64_t>(dim.getTerms().size())};
}

tilec_rt_parameter RuntimeInfo::describe(const Parameter &parameter) {
  std::vector<tilec_rt_dim> &shape = shapes.emplace_back();
  for (const DimExpr &dim : parameter.shape)
    shape.push_back(describe(dim));
  tilec_rt_parameter result = {};
  result.name = parameter.name.c_str();
  result.dtype = getName(parameter.dtype).data();
  result.layout = packed::getName(parameter.layout);
  result.shape = shape.data();
  result.rank = static_cast<int32_t>(shape.size());
  result.kind = parameter.isTensor() ? TILEC_RT_TENSOR : TILEC_RT_SCALAR;
  result.direction = static_cast<int32_t>(parameter.direction);
  result.element_bytes = static_cast<int32_t>(getByteSize(parameter.dtype));
  return result;
}
