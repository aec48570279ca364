//===- Program.cpp - Running small programs in tests ----------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Program.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "tilec/Dialect/Tile/Tile.h"
#include "tilec/Support/Numeric.h"
#include "tilec/Support/RuntimeError.h"
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace tilec;

//===----------------------------------------------------------------------===//
// Arrays
//===----------------------------------------------------------------------===//

static uint64_t encode(DType dtype, double value) {
  switch (dtype) {
  case DType::FP32:
    return getBits(float(value));
  case DType::BF16:
    return floatToBF16(float(value));
  case DType::FP16:
    return floatToFP16(float(value));
  default:
    return uint64_t(int64_t(value));
  }
}

static std::string decode(DType dtype, uint64_t bits) {
  float real = 0;
  switch (dtype) {
  case DType::FP32:
    real = getFloat(uint32_t(bits));
    break;
  case DType::BF16:
    real = bf16ToFloat(uint16_t(bits));
    break;
  case DType::FP16:
    real = fp16ToFloat(uint16_t(bits));
    break;
  default: {
    unsigned shift = 64 - 8 * getByteSize(dtype);
    if (isUnsignedInteger(dtype) || dtype == DType::BOOL)
      return std::to_string(bits << shift >> shift);
    return std::to_string(int64_t(bits << shift) >> shift);
  }
  }
  return std::isnan(real) ? "nan" : fmt::format("{}", real);
}

Array::Array(DType dtype, Shape shape, std::initializer_list<double> values)
    : Array(dtype, shape, std::vector<double>(values)) {}

Array::Array(DType dtype, Shape shape, const std::vector<double> &values)
    : dtype(dtype), shape(shape),
      words(std::make_shared<std::vector<uint64_t>>(
          *tilec::getByteSize(dtype, shape) / 8 + 1)) {
  auto *bytes = reinterpret_cast<uint8_t *>(words->data());
  unsigned size = tilec::getByteSize(dtype);
  for (size_t i = 0; i < values.size(); ++i) {
    uint64_t bits = encode(dtype, values[i]);
    std::memcpy(bytes + i * size, &bits, size);
  }
}

Array Array::ofBits(DType dtype, Shape shape, std::vector<uint64_t> patterns) {
  Array array(dtype, shape);
  auto *bytes = reinterpret_cast<uint8_t *>(array.words->data());
  unsigned size = tilec::getByteSize(dtype);
  for (size_t i = 0; i < patterns.size(); ++i)
    std::memcpy(bytes + i * size, &patterns[i], size);
  return array;
}

TensorView Array::view() const { return {dtype, shape, words->data()}; }

std::vector<uint64_t> Array::bits() const {
  std::vector<uint64_t> patterns(*getNumElements(shape));
  unsigned size = tilec::getByteSize(dtype);
  for (size_t i = 0; i < patterns.size(); ++i)
    std::memcpy(&patterns[i],
                reinterpret_cast<uint8_t *>(words->data()) + i * size, size);
  return patterns;
}

std::string Array::str() const {
  std::vector<std::string> elements;
  for (uint64_t pattern : bits())
    elements.push_back(decode(dtype, pattern));
  return fmt::format("{}", fmt::join(elements, " "));
}

std::string Array::cells() const {
  static const char *const names[] = {"f32",  "bf16", "f16",   "i8",
                                      "ui8",  "i16",  "ui16",  "i32",
                                      "ui32", "i64",  "index", "i1"};
  return fmt::format("{}x{}", fmt::join(shape, "x"), names[unsigned(dtype)]);
}

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

std::string tilec::run(const std::string &module,
                       std::vector<TensorView> tensors,
                       std::vector<int64_t> scalars,
                       std::vector<int64_t> symbols,
                       InterpreterOptions options) {
  static mlir::MLIRContext *context = [] {
    auto *context =
        new mlir::MLIRContext(mlir::MLIRContext::Threading::DISABLED);
    context->loadDialect<mlir::func::FuncDialect, mlir::scf::SCFDialect,
                         mlir::ub::UBDialect, tile::TileDialect>();
    context->allowUnregisteredDialects();
    return context;
  }();
  auto parsed =
      mlir::parseSourceString<mlir::ModuleOp>(module, context, "test.mlir");
  if (!parsed)
    return "does not parse: " + module;
  auto entry = parsed->lookupSymbol<mlir::func::FuncOp>("f");
  std::string text;
  llvm::handleAllErrors(
      interpret(entry, tensors, scalars, symbols, options),
      [&](const RuntimeError &error) { text = error.getMessage(); },
      [&](const llvm::ErrorInfoBase &error) { text = error.message(); });
  return text;
}

std::string tilec::runBody(const std::string &body,
                           const std::vector<Array> &inputs,
                           const Array &output, std::string resultType,
                           InterpreterOptions options) {
  std::string parameters, prologue, epilogue;
  std::vector<TensorView> tensors;
  auto origin = [](const Array &array) {
    std::vector<std::string> zeros(array.view().shape.size(), "%c0");
    return fmt::format("[{}]", fmt::join(zeros, ", "));
  };
  for (int i = 0; i <= 20; ++i)
    prologue += fmt::format("%c{} = arith.constant {} : index\n", i, i);
  for (size_t i = 0; i < inputs.size(); ++i) {
    parameters += fmt::format("%x{}: {}, ", i, inputs[i].tensorType());
    prologue += fmt::format("%{} = tile.slice %x{}{} : {} -> {}\n", i, i,
                            origin(inputs[i]), inputs[i].tensorType(),
                            inputs[i].tileType());
    tensors.push_back(inputs[i].view());
  }
  parameters += "%out: " + output.tensorType();
  tensors.push_back(output.view());
  if (resultType.empty())
    resultType = output.tileType();
  if (body.find("%r = ") != std::string::npos)
    epilogue = fmt::format("tile.assemble %r into %out{} : {} into {}\n",
                           origin(output), resultType, output.tensorType());
  return run(fmt::format("func.func @f({}) {{\n{}{}\n{}return\n}}\n",
                         parameters, prologue, body, epilogue),
             tensors, {}, {}, options);
}

std::string tilec::runOp(const std::string &op,
                         const std::vector<Array> &inputs, Array output,
                         std::string resultType, InterpreterOptions options) {
  std::vector<std::string> types;
  for (const Array &input : inputs)
    types.push_back(input.tileType());
  std::string result = resultType.empty() ? output.tileType() : resultType;
  std::string error = runBody(
      fmt::format("%r = {} : {} -> {}", op, fmt::join(types, ", "), result),
      inputs, output, resultType, options);
  return error.empty() ? output.str() : "error: " + error;
}
