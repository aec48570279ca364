//===- CachedObjects.h - Objects to store in tests --------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_TEST_UNIT_EXECUTIONENGINE_CACHEDOBJECTS_H
#define TILEC_TEST_UNIT_EXECUTIONENGINE_CACHEDOBJECTS_H

#include "tilec/ExecutionEngine/ObjectFormat.h"
#include <gtest/gtest.h>

namespace tilec::test {

inline DimExpr parseDim(llvm::StringRef text) {
  return llvm::cantFail(DimExpr::parse(text));
}

/// An entry with a parameter of each kind, dtype, direction and layout.
inline EntryInfo makeEntry(llvm::StringRef name) {
  EntryInfo entry;
  entry.signature.name = name.str();
  entry.scratchBytes = 4096;
  auto add = [&](Parameter::Kind kind, DType dtype) -> Parameter & {
    Parameter parameter;
    parameter.name = "p" + std::to_string(entry.signature.parameters.size());
    parameter.kind = kind;
    parameter.dtype = dtype;
    entry.signature.parameters.push_back(parameter);
    return entry.signature.parameters.back();
  };
  for (DType dtype : getAllDTypes()) {
    add(Parameter::Kind::Scalar, dtype);
    add(Parameter::Kind::Tensor, dtype).shape = {DimExpr(16)};
  }
  for (Direction direction :
       {Direction::In, Direction::Out, Direction::InOut}) {
    Parameter &parameter = add(Parameter::Kind::Tensor, DType::BF16);
    parameter.direction = direction;
    parameter.shape = {parseDim("LAYERS*2048 + 3"), parseDim("N*N - 2*M"),
                       DimExpr(0), parseDim("-M")};
  }
  for (Layout layout : {Layout::RowMajor, Layout::PackedKN, Layout::PackedNK}) {
    Parameter &parameter = add(Parameter::Kind::Tensor, DType::BF16);
    parameter.weight = true;
    parameter.layout = layout;
    parameter.shape = {DimExpr(int64_t(1) << 40), parseDim("N")};
  }
  add(Parameter::Kind::Tensor, DType::FP32); // of rank 0
  entry.signature.collectSymbols();
  return entry;
}

/// An object of two entries, whose code is `codeBytes` bytes of all values.
inline CachedObject makeCached(size_t codeBytes = 1000) {
  CachedObject cached;
  for (size_t i = 0; i < codeBytes; ++i)
    cached.object.code.push_back(char(i * 7));
  cached.object.entries = {makeEntry("decode"), EntryInfo()};
  cached.object.entries.back().signature.name = "nothing";
  cached.object.scopeNames = {"norm", "", std::string("a\0b", 3)};
  cached.warnings = "a.tile:1:1: warning: \xc3\xa4\n";
  return cached;
}

inline void expectEqual(const Signature &actual, const Signature &expected) {
  EXPECT_EQ(actual.name, expected.name);
  EXPECT_EQ(actual.symbols, expected.symbols);
  ASSERT_EQ(actual.parameters.size(), expected.parameters.size());
  for (size_t i = 0; i < actual.parameters.size(); ++i) {
    const Parameter &a = actual.parameters[i], &e = expected.parameters[i];
    EXPECT_EQ(a.name, e.name);
    EXPECT_EQ(a.kind, e.kind);
    EXPECT_EQ(a.dtype, e.dtype);
    EXPECT_EQ(a.direction, e.direction);
    EXPECT_EQ(a.weight, e.weight);
    EXPECT_EQ(a.layout, e.layout);
    EXPECT_EQ(a.shape, e.shape);
  }
}

inline void expectEqual(const CachedObject &actual,
                        const CachedObject &expected) {
  EXPECT_EQ(actual.warnings, expected.warnings);
  EXPECT_EQ(actual.object.code, expected.object.code);
  EXPECT_EQ(actual.object.scopeNames, expected.object.scopeNames);
  ASSERT_EQ(actual.object.entries.size(), expected.object.entries.size());
  for (size_t i = 0; i < actual.object.entries.size(); ++i) {
    const EntryInfo &a = actual.object.entries[i];
    const EntryInfo &e = expected.object.entries[i];
    EXPECT_EQ(a.scratchBytes, e.scratchBytes);
    expectEqual(a.signature, e.signature);
  }
}

} // namespace tilec::test

#endif // TILEC_TEST_UNIT_EXECUTIONENGINE_CACHEDOBJECTS_H
