//===- Header.cpp - C headers of entries ----------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The functions are inline and thin: they bring arguments into the order of a
// tilec_rt_entry. All that is checked is checked by the run-time library, with
// what the object says of itself, so that a header cannot disagree with it.
//
//===----------------------------------------------------------------------===//

#include "Header.h"
#include "HeaderNames.h"
#include "tilec/ExecutionEngine/AheadOfTime.h"
#include "llvm/ADT/STLExtras.h"
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace tilec;
using llvm::StringRef;

/// What stands for an element in C. Floats without a type of C's are their
/// bits; BOOL is 0 or 1.
static const char *getCType(DType dtype) {
  switch (dtype) {
  case DType::FP32:
    return "float";
  case DType::BF16:
  case DType::FP16:
  case DType::UINT16:
    return "uint16_t";
  case DType::INT8:
    return "int8_t";
  case DType::UINT8:
  case DType::BOOL:
    return "uint8_t";
  case DType::INT16:
    return "int16_t";
  case DType::INT32:
    return "int32_t";
  case DType::UINT32:
    return "uint32_t";
  case DType::INT64:
  case DType::INDEX:
    return "int64_t";
  }
  llvm_unreachable("all dtypes are covered");
}

/// `BF16 [USER_BATCH, 5120]`.
static std::string describeType(const Parameter &parameter) {
  std::string dtype = getName(parameter.dtype).str();
  if (parameter.isScalar())
    return dtype;
  std::vector<std::string> dims;
  for (const DimExpr &dim : parameter.shape)
    dims.push_back(dim.str());
  return fmt::format("{} [{}]", dtype, fmt::join(dims, ", "));
}

static std::string describeUse(const Parameter &parameter) {
  if (parameter.isScalar())
    return "scalar";
  std::string use = getName(parameter.direction).str();
  return parameter.isPacked() ? fmt::format("{}, packed as {}", use,
                                            packed::getName(parameter.layout))
                              : use;
}

namespace {
/// Prints what belongs to one entry.
class EntryPrinter {
public:
  EntryPrinter(const EntryInfo &entry, HeaderNames &globals,
               llvm::raw_ostream &out);

  void print();

private:
  void printDescription();
  void printCall();
  void printScratch();
  void printTensor(const Parameter &parameter, StringRef name, unsigned number);
  void printPacked(const Parameter &parameter, StringRef name, unsigned number);

  /// `static inline type prefix_suffix(parameters) {`.
  void beginFunction(StringRef type, StringRef suffix,
                     std::vector<std::string> parameters);
  /// Defines the array of the dynamic names' values; an expression for it.
  StringRef printDims();
  std::vector<std::string> withDims(std::vector<std::string> parameters) const;
  std::string getArgument(const Parameter &parameter, StringRef name) const;

  const EntryInfo &entry;
  const Signature &signature;
  HeaderNames &globals;
  llvm::raw_ostream &out;
  std::string info;
  /// Of the parameters and the dynamic names, in C.
  std::vector<std::string> names, dims;
};
} // namespace

EntryPrinter::EntryPrinter(const EntryInfo &entry, HeaderNames &globals,
                           llvm::raw_ostream &out)
    : entry(entry), signature(entry.signature), globals(globals), out(out),
      info(getInfoName(signature.name)) {
  HeaderNames locals;
  for (StringRef name : {"pool", "error", "shape", "packed", "matrix", "bytes"})
    locals.reserve(name);
  locals.reserve(info);
  for (const Parameter &parameter : signature.parameters)
    names.push_back(locals.take(parameter.name));
  for (const std::string &symbol : signature.symbols)
    dims.push_back(locals.take(symbol));
}

void EntryPrinter::beginFunction(StringRef type, StringRef suffix,
                                 std::vector<std::string> parameters) {
  constexpr size_t width = 80;
  std::string name =
      globals.take(fmt::format("{}_{}", signature.name, suffix.str()));
  if (parameters.empty())
    parameters.push_back("void");
  std::string begin = fmt::format("static inline {}{}{}(", type.str(),
                                  type.ends_with("*") ? "" : " ", name);
  std::string line =
      fmt::format("{}{}) {{\n", begin, fmt::join(parameters, ", "));
  if (line.size() > width + 1)
    line = fmt::format("{}\n    {}) {{\n", begin,
                       fmt::join(parameters, ",\n    "));
  out << line;
}

std::vector<std::string>
EntryPrinter::withDims(std::vector<std::string> parameters) const {
  for (const std::string &name : dims)
    parameters.push_back("int64_t " + name);
  parameters.push_back("tilec_rt_error *error");
  return parameters;
}

StringRef EntryPrinter::printDims() {
  if (dims.empty())
    return "NULL";
  out << fmt::format("  const int64_t tilec_dims[] = {{{}}};\n",
                     fmt::join(dims, ", "));
  return "tilec_dims";
}

void EntryPrinter::printDescription() {
  size_t nameWidth = 0, typeWidth = 0;
  for (const auto &[name, parameter] : llvm::zip(names, signature.parameters)) {
    nameWidth = std::max(nameWidth, name.size());
    typeWidth = std::max(typeWidth, describeType(parameter).size());
  }
  for (const std::string &name : dims)
    nameWidth = std::max(nameWidth, name.size());
  std::string text = signature.name;
  if (!entry.doc.empty())
    text += ": " + entry.doc;
  text += "\n\n";
  for (const auto &[name, parameter] : llvm::zip(names, signature.parameters))
    text +=
        fmt::format("  {:<{}}  {:<{}}  {}\n", name, nameWidth,
                    describeType(parameter), typeWidth, describeUse(parameter));
  for (const auto &[name, symbol] : llvm::zip(dims, signature.symbols))
    text += fmt::format("  {:<{}}  dynamic extent{}\n", name, nameWidth,
                        name == symbol ? "" : " " + symbol);
  out << "/*\n"
      << formatComment(StringRef(text).rtrim('\n'), " * ") << " */\n"
      << "extern const tilec_rt_entry_info " << info << ";\n\n";
}

std::string EntryPrinter::getArgument(const Parameter &parameter,
                                      StringRef name) const {
  std::string type = getCType(parameter.dtype);
  if (parameter.isScalar())
    return fmt::format("{} {} /* {} */", type, name.str(),
                       describeType(parameter));
  if (parameter.isPacked())
    type = "void";
  return fmt::format("{}{} *{} /* {} */", parameter.isWritten() ? "" : "const ",
                     type, name.str(), describeType(parameter));
}

void EntryPrinter::printCall() {
  std::vector<std::string> parameters = {"tilec_rt_pool *pool"}, tensors,
                           scalars;
  for (const auto &[name, parameter] : llvm::zip(names, signature.parameters)) {
    parameters.push_back(getArgument(parameter, name));
    if (parameter.isTensor())
      tensors.push_back("(void *)" + name);
    else if (parameter.dtype == DType::FP32)
      scalars.push_back(fmt::format("tilec_rt_fp32_bits({})", name));
    else
      scalars.push_back(name);
  }
  scalars.insert(scalars.end(), dims.begin(), dims.end());
  out << "/* Checks the arguments and runs the entry on the pool's threads. "
         "*/\n";
  beginFunction("int32_t", "call", withDims(parameters));
  auto define = [&](StringRef type, StringRef name,
                    const std::vector<std::string> &values) -> std::string {
    if (values.empty())
      return "NULL";
    out << fmt::format("  {} {}[] = {{\n      {}}};\n", type.str(), name.str(),
                       fmt::join(values, ",\n      "));
    return name.str();
  };
  std::string tensorArray = define("void *const", "tilec_tensors", tensors);
  std::string scalarArray = define("const int64_t", "tilec_scalars", scalars);
  out << fmt::format("  return tilec_rt_entry_call(&{}, pool, {}, {},\n"
                     "                             error);\n"
                     "}}\n\n",
                     info, tensorArray, scalarArray);
}

void EntryPrinter::printScratch() {
  out << "/* Scratch memory of each worker, and of all workers of a pool. */\n";
  beginFunction("int64_t", "scratch_bytes", {});
  out << "  return " << info << ".scratch_bytes;\n}\n";
  beginFunction("int64_t", "pool_scratch_bytes", {"const tilec_rt_pool *pool"});
  out << "  return tilec_rt_pool_threads(pool) * " << info
      << ".scratch_bytes;\n}\n\n";
}

void EntryPrinter::printTensor(const Parameter &parameter, StringRef name,
                               unsigned number) {
  out << fmt::format("/* `{}`: how many bytes it has; its {} extent{}. */\n",
                     parameter.name, parameter.shape.size(),
                     parameter.shape.size() == 1 ? "" : "s");
  beginFunction("int64_t", parameter.name + "_bytes", withDims({}));
  StringRef values = printDims();
  out << fmt::format("  return tilec_rt_entry_bytes(&{}, {}, {}, error);\n}}\n",
                     info, number, values.str());
  beginFunction("int32_t", parameter.name + "_shape",
                withDims({"int64_t *shape"}));
  values = printDims();
  out << fmt::format(
      "  return tilec_rt_entry_shape(&{}, {}, {}, shape, error);\n}}\n", info,
      number, values.str());
  if (parameter.isPacked())
    printPacked(parameter, name, number);
  out << "\n";
}

void EntryPrinter::printPacked(const Parameter &parameter, StringRef name,
                               unsigned number) {
  out << fmt::format(
      "/* Its layout; packing a row-major matrix into 64-byte "
      "aligned memory; whether\n * memory holds it packed. */\n");
  beginFunction("const char *", parameter.name + "_layout", {});
  out << fmt::format("  return {}.parameters[{}].layout;\n}}\n", info, number);
  beginFunction(
      "int32_t", parameter.name + "_pack",
      withDims({"tilec_rt_pool *pool", "void *packed",
                fmt::format("const {} *matrix", getCType(parameter.dtype))}));
  StringRef values = printDims();
  out << fmt::format("  return tilec_rt_entry_pack(&{}, {}, {}, pool, packed, "
                     "matrix, error);\n}}\n",
                     info, number, values.str());
  beginFunction("int32_t", parameter.name + "_check",
                withDims({"const void *packed", "int64_t bytes"}));
  values = printDims();
  out << fmt::format("  return tilec_rt_entry_check_packed(&{}, {}, {}, "
                     "packed, bytes, error);\n}}\n",
                     info, number, values.str());
}

void EntryPrinter::print() {
  printDescription();
  printCall();
  printScratch();
  for (unsigned i = 0; i < names.size(); ++i)
    if (signature.parameters[i].isTensor())
      printTensor(signature.parameters[i], names[i], i);
}

void tilec::printHeader(StringRef stem, llvm::ArrayRef<EntryInfo> entries,
                        llvm::raw_ostream &out) {
  std::string guard = getIncludeGuard(stem);
  out << "/* Made by tilec. BF16 and FP16 elements are their bits, BOOL is 0 "
         "or 1. A\n * function that takes an `error`, which may be null, "
         "returns 0, or 1 (bytes: -1)\n * after it has written there what is "
         "wrong. */\n";
  out << "#ifndef " << guard << "\n#define " << guard << "\n\n"
      << "#include \"tilec/Runtime/Entry.h\"\n\n"
      << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  HeaderNames globals;
  for (const EntryInfo &entry : entries)
    globals.reserve(getInfoName(entry.signature.name));
  for (const EntryInfo &entry : entries)
    EntryPrinter(entry, globals, out).print();
  out << "#ifdef __cplusplus\n}\n#endif\n\n#endif /* " << guard << " */\n";
}
