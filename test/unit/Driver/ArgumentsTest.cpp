//===- ArgumentsTest.cpp - The arguments of one call ----------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Arguments.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace tilec;

namespace {
Parameter makeTensorParameter(std::string name, DType dtype,
                              Direction direction, std::vector<DimExpr> shape) {
  Parameter parameter;
  parameter.name = std::move(name);
  parameter.dtype = dtype;
  parameter.direction = direction;
  parameter.shape.assign(shape.begin(), shape.end());
  return parameter;
}

/// f(x: [N, 4], ids: INT32 [N], y: Out [N, 4], state: InOut [4], s: FP32)
Signature makeSignature() {
  DimExpr n = DimExpr::symbol("N");
  Parameter scalar;
  scalar.name = "scale";
  scalar.kind = Parameter::Kind::Scalar;
  Signature signature;
  signature.name = "f";
  signature.parameters = {
      makeTensorParameter("x", DType::FP32, Direction::In, {n, 4}),
      makeTensorParameter("ids", DType::INT32, Direction::In, {n}),
      makeTensorParameter("y", DType::FP32, Direction::Out, {n, 4}),
      makeTensorParameter("state", DType::FP32, Direction::InOut, {4}), scalar};
  signature.collectSymbols();
  return signature;
}

ArgumentSources makeSources() {
  ArgumentSources sources;
  sources.dims = {{"N", 3}};
  sources.fills = {{"ids", "iota"}};
  sources.scalars = {{"scale", "0.5"}};
  return sources;
}

std::string getError(const ArgumentSources &sources) {
  auto arguments = CallArguments::make(makeSignature(), sources);
  return arguments ? "" : llvm::toString(arguments.takeError());
}

/// A file with tensors of zeros.
class Inputs {
public:
  explicit Inputs(std::vector<std::tuple<std::string, DType, Shape>> tensors) {
    llvm::cantFail(llvm::errorCodeToError(llvm::sys::fs::createTemporaryFile(
        "tilec-arguments", "safetensors", path)));
    std::vector<Tensor> owned;
    std::vector<NamedTensor> named;
    for (auto &[name, dtype, shape] : tensors) {
      owned.push_back(llvm::cantFail(Tensor::create(dtype, shape)));
      named.push_back({name, owned.back().getView()});
    }
    llvm::cantFail(writeSafetensors(path, named));
    file.emplace(llvm::cantFail(SafetensorsFile::open(path)));
  }
  ~Inputs() { llvm::sys::fs::remove(path); }

  ArgumentSources with(ArgumentSources sources) const {
    sources.file = &*file;
    return sources;
  }
  const SafetensorsFile &get() const { return *file; }

private:
  llvm::SmallString<128> path;
  std::optional<SafetensorsFile> file;
};
} // namespace

TEST(Arguments, EverythingIsMadeUp) {
  CallArguments arguments =
      llvm::cantFail(CallArguments::make(makeSignature(), makeSources()));
  ASSERT_EQ(arguments.getTensors().size(), 4u);
  EXPECT_EQ(arguments.getTensors()[0].shape, (Shape{3, 4}));
  EXPECT_EQ(arguments.getTensors()[1].getElements<int32_t>()[2], 2);
  EXPECT_EQ(arguments.getSymbols(), (llvm::ArrayRef<int64_t>{3}));
  ASSERT_EQ(arguments.getScalars().size(), 1u);
  EXPECT_EQ(arguments.getScalars()[0], 0x3F000000);
  for (float value : arguments.getTensors()[2].getElements<float>())
    EXPECT_EQ(value, 0);
  std::vector<NamedTensor> written = arguments.getWritten();
  ASSERT_EQ(written.size(), 2u);
  EXPECT_EQ(written[0].name, "y");
  EXPECT_EQ(written[1].name, "state");
}

TEST(Arguments, ReadTensorsStayInTheFileAndWrittenOnesAreCopied) {
  Inputs inputs({{"x", DType::FP32, {5, 4}},
                 {"ids", DType::INT32, {5}},
                 {"state", DType::FP32, {4}}});
  ArgumentSources sources = inputs.with(makeSources());
  sources.dims = {};
  sources.fills = {};
  CallArguments arguments =
      llvm::cantFail(CallArguments::make(makeSignature(), sources));
  EXPECT_EQ(arguments.getTensors()[0].data, inputs.get().find("x")->data);
  EXPECT_NE(arguments.getTensors()[3].data, inputs.get().find("state")->data);
  EXPECT_EQ(arguments.getSymbols(), (llvm::ArrayRef<int64_t>{5}));
}

TEST(Arguments, ClonesHaveTheirOwnWrittenTensors) {
  CallArguments arguments =
      llvm::cantFail(CallArguments::make(makeSignature(), makeSources()));
  CallArguments clone = llvm::cantFail(arguments.cloneWritten());
  EXPECT_EQ(arguments.getTensors()[0].data, clone.getTensors()[0].data);
  EXPECT_NE(arguments.getTensors()[3].data, clone.getTensors()[3].data);
  EXPECT_EQ(arguments.getTensors()[3].getElements<float>()[1],
            clone.getTensors()[3].getElements<float>()[1]);
}

TEST(Arguments, FillsReplaceTheFile) {
  Inputs inputs({{"x", DType::FP32, {3, 4}}});
  ArgumentSources sources = inputs.with(makeSources());
  sources.fills.push_back({"x", "const:7"});
  CallArguments arguments =
      llvm::cantFail(CallArguments::make(makeSignature(), sources));
  EXPECT_EQ(arguments.getTensors()[0].getElements<float>()[11], 7);
}

TEST(Arguments, UnknownNamesSuggestTheNearest) {
  ArgumentSources sources = makeSources();
  sources.fills.push_back({"idz", "zero"});
  sources.scalars.push_back({"scal", "1"});
  sources.dims.push_back({"n", 1});
  EXPECT_EQ(getError(sources),
            "--fill idz: `f` has no such parameter; did you mean `ids`?\n"
            "--scalar scal: `f` has no such parameter; did you mean `scale`?\n"
            "--dim n: `f` has no such dynamic dimension; did you mean `N`?");
}

TEST(Arguments, ScalarsAndTensorsAreNotMixed) {
  ArgumentSources sources = makeSources();
  sources.fills.push_back({"scale", "zero"});
  sources.scalars.push_back({"x", "1"});
  EXPECT_EQ(getError(sources),
            "--fill scale: this parameter is a scalar; use --scalar\n"
            "--scalar x: this parameter is a tensor; use --in or --fill");
}

TEST(Arguments, OddNamesInTheFileMatterWhereAnInputIsMissing) {
  Inputs complete({{"x", DType::FP32, {3, 4}},
                   {"other", DType::FP32, {1}},
                   {"state", DType::FP32, {4}}});
  EXPECT_EQ(getError(complete.with(makeSources())), "");
  Inputs misspelt({{"x", DType::FP32, {3, 4}}, {"stat", DType::FP32, {4}}});
  EXPECT_EQ(getError(misspelt.with(makeSources())),
            "--in holds `stat`, which is no parameter of `f`, and lacks "
            "`state`; did you mean `state`?");
}

TEST(Arguments, MismatchesNameTheParameter) {
  Inputs inputs({{"x", DType::BF16, {3, 4}}, {"state", DType::FP32, {5}}});
  EXPECT_EQ(getError(inputs.with(makeSources())),
            "`x` is BF16 in the file, expected FP32\n"
            "dimension 0 of `state` is 5, expected 4");
}

TEST(Arguments, MissingValuesSayWhatToDo) {
  ArgumentSources sources = makeSources();
  sources.fills = {};
  EXPECT_EQ(getError(sources),
            "`ids` of INT32 has no value: give it with --in, or make it up "
            "with --fill ids=iota (or zero, const:X, uniform:LO:HI, perm)");
  sources = makeSources();
  sources.scalars = {};
  EXPECT_EQ(getError(sources),
            "`scale` has no value: give it with --scalar scale=VALUE");
}

TEST(Arguments, ImpossibleSizesAreRefused) {
  ArgumentSources sources = makeSources();
  sources.dims = {{"N", int64_t(1) << 47}};
  EXPECT_NE(getError(sources).find("the tensors of `f` take"),
            std::string::npos)
      << getError(sources);
  sources.dims = {{"N", INT64_MAX}};
  EXPECT_EQ(getError(sources), "`N` is 9223372036854775807, more than 2^47");
}

TEST(Arguments, ScalarsAreReadByDType) {
  auto read = [](llvm::StringRef text, DType dtype) {
    return llvm::cantFail(parseScalar(text, dtype));
  };
  EXPECT_EQ(read("1", DType::FP32), 0x3F800000);
  EXPECT_EQ(read("-inf", DType::FP32), 0xFF800000);
  EXPECT_EQ(read("1.00390625", DType::BF16), 0x3F80); // half an ulp, to even
  EXPECT_EQ(read("65504", DType::FP16), 0x7BFF);
  EXPECT_EQ(read("-128", DType::INT8), -128);
  EXPECT_EQ(read("0xff", DType::UINT8), 255);
  EXPECT_EQ(read("4294967295", DType::UINT32), 4294967295);
  EXPECT_EQ(read("-9223372036854775808", DType::INDEX), INT64_MIN);
  EXPECT_EQ(read("True", DType::BOOL), 1);
  auto refuse = [](llvm::StringRef text, DType dtype) {
    auto value = parseScalar(text, dtype);
    return value ? std::to_string(*value) : llvm::toString(value.takeError());
  };
  EXPECT_EQ(refuse("128", DType::INT8), "`128` is not a value of INT8");
  EXPECT_EQ(refuse("-1", DType::UINT16), "`-1` is not a value of UINT16");
  EXPECT_EQ(refuse("1e39", DType::FP32), "`1e39` is not a value of FP32");
  EXPECT_EQ(refuse("", DType::FP32), "`` is not a value of FP32");
  EXPECT_EQ(refuse("1.5", DType::INDEX), "`1.5` is not a value of INDEX");
  EXPECT_EQ(refuse("2", DType::BOOL), "`2` is not a value of BOOL");
}
