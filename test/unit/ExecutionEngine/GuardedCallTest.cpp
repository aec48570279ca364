//===- GuardedCallTest.cpp ------------------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compiled entries on tensors that end right before a page whose access is a
// fault, and on ones that begin right after one: whatever is touched outside
// ends the test. All bytes are compared with what the interpreter leaves.
//
//===----------------------------------------------------------------------===//

#include "GuardedBuffer.h"
#include "mlir/IR/MLIRContext.h"
#include "tilec/ExecutionEngine/CompiledModule.h"
#include "tilec/Frontend/Diagnostics.h"
#include "tilec/Frontend/Frontend.h"
#include "tilec/Interpreter/Interpreter.h"
#include "tilec/Pipelines/Pipelines.h"
#include "llvm/Support/SourceMgr.h"
#include <cstring>
#include <gtest/gtest.h>

using namespace tilec;
using tilec::test::GuardedBuffer;

/// A first part with users in tiles of a batch, some of which are partial or
/// empty, and a second one that follows a table into a cache of pages.
static const char *const decode = R"(
USERS = dynamic("USERS")
PAGES = dynamic("PAGES")
BATCH = 32
TILE = 16
HIDDEN = 40
CHUNK = 16
COLS = 24
PAGE = 4

@jit
def decode(
    x: Tensor[[USERS, HIDDEN], BF16],
    gamma: Tensor[[1, HIDDEN], FP32],
    w: Tensor[[HIDDEN, COLS], BF16],
    table: Tensor[[USERS], INT32],
    cache: InOut[Tensor[[PAGES * PAGE, COLS], FP32]],
    out: Out[Tensor[[USERS, COLS], FP32]],
):
    assert USERS <= BATCH, "too many users"
    normed = create_tensor([BATCH, HIDDEN], dtype=BF16)
    projected = create_tensor([BATCH, COLS], dtype=FP32)
    for b0 in range(0, BATCH, TILE):
        rows = min(TILE, USERS - b0)
        with at(level=Level.CORE_GROUP, name_hint="norm"):
            squares = full([TILE, 1], dtype=FP32, value=0.0)
            for k0 in range(0, HIDDEN, CHUNK):
                t = slice(x, [TILE, CHUNK], [b0, k0], valid_shape=[rows, HIDDEN - k0])
                t = cast(t, target_type=FP32)
                squares = add(squares, row_sum(mul(t, t)))
            scale = rsqrt(add(mul(squares, 1.0 / HIDDEN), 1e-6))
            for k0 in range(0, HIDDEN, CHUNK):
                t = slice(x, [TILE, CHUNK], [b0, k0], valid_shape=[rows, HIDDEN - k0])
                g = slice(gamma, [1, CHUNK], [0, k0], valid_shape=[1, HIDDEN - k0])
                y = col_expand_mul(row_expand_mul(cast(t, target_type=FP32), scale), g)
                normed = assemble(normed, cast(y, target_type=BF16), [b0, k0])
        for n0 in parallel(0, COLS, CHUNK):
            with at(level=Level.CORE_GROUP, name_hint="project"):
                for k0 in range(0, HIDDEN, CHUNK):
                    a = slice(normed, [TILE, CHUNK], [b0, k0], valid_shape=[rows, HIDDEN - k0])
                    b = slice(w, [CHUNK, CHUNK], [k0, n0], valid_shape=[HIDDEN - k0, COLS - n0])
                    if k0 == 0:
                        acc = matmul(a, b, out_dtype=FP32)
                    else:
                        acc = matmul_acc(acc, a, b)
                projected = assemble(projected, acc, [b0, n0])
    for u in range(USERS):
        with at(level=Level.CORE_GROUP, name_hint="attend"):
            page = cast(read(table, [u]), target_type=INDEX)
            assert page >= 0 and page < PAGES, "no such page"
            rows_of_page = slice(cache, [PAGE, COLS], [page * PAGE, 0])
            row = add(slice(projected, [1, COLS], [u, 0]), col_max(rows_of_page))
            cache = assemble(cache, row, [page * PAGE + PAGE - 1, 0])
            out = assemble(out, row, [u, 0])
)";

static const char *const transpose = R"(
M = dynamic("M")
N = dynamic("N")

@jit
def transpose_and_max(
    x: Tensor[[M, N], FP32],
    y: Out[Tensor[[N, M], FP32]],
    top: Out[Tensor[[1, N], FP32]],
):
    for j in parallel(0, N, 8):
        with at(level=Level.CORE_GROUP, name_hint="columns"):
            best = set_validshape(full([1, 8], dtype=FP32, value=-1000.0), 1, N - j)
            for i in range(0, M, 8):
                t = slice(x, [8, 8], [i, j], valid_shape=[M - i, N - j])
                y = assemble(y, transpose(t, 0, 1), [j, i])
                best = maximum(best, col_max(t))
            top = assemble(top, best, [0, j])
)";

namespace {

/// An entry, compiled and as tile IR.
class Kernel {
public:
  explicit Kernel(llvm::StringRef text) : context(makeRegistry()) {
    auto compiled = CompiledModule::compile(*load(text), CompileOptions());
    EXPECT_TRUE(bool(compiled)) << llvm::toString(compiled.takeError());
    code = std::move(*compiled);
    reference = load(text);
  }

  const CompiledEntry &getEntry() const { return code->getEntries().front(); }
  const Signature &getSignature() const { return getEntry().signature; }

  /// The status of the call, and its error's text.
  std::pair<int32_t, std::string> call(llvm::ArrayRef<TensorView> tensors,
                                       llvm::ArrayRef<int64_t> symbols) {
    std::vector<void *> pointers;
    for (const TensorView &tensor : tensors)
      pointers.push_back(tensor.data);
    tilec_rt_pool *pool = tilec_rt_pool_create(3);
    tilec_rt_error error = {};
    int32_t status =
        tilec_rt_call(pool, getEntry().function, getEntry().scratchBytes,
                      pointers.data(), symbols.data(), &error);
    tilec_rt_pool_destroy(pool);
    return {status, error.message};
  }

  llvm::Error interpret(llvm::ArrayRef<TensorView> tensors,
                        llvm::ArrayRef<int64_t> symbols) {
    auto entry = *reference->getOps<mlir::func::FuncOp>().begin();
    return tilec::interpret(entry, tensors, {}, symbols);
  }

private:
  static mlir::DialectRegistry makeRegistry() {
    mlir::DialectRegistry registry;
    registerPipelineDialects(registry);
    return registry;
  }

  mlir::OwningOpRef<mlir::ModuleOp> load(llvm::StringRef text) {
    std::string output;
    llvm::raw_string_ostream stream(output);
    llvm::SourceMgr sources;
    Diagnostics diagnostics(sources, stream);
    FrontendResult result = compileTextToTileIR(context, text, "kernel.tile",
                                                FrontendOptions(), diagnostics);
    diagnostics.flush();
    EXPECT_TRUE(bool(result)) << output;
    return std::move(result.module);
  }

  mlir::MLIRContext context;
  std::unique_ptr<CompiledModule> code;
  mlir::OwningOpRef<mlir::ModuleOp> reference;
};

/// Arguments of a call: small numbers that BF16 holds exactly.
class Arguments {
public:
  /// Shapes and contents for the values of the dynamic names, in the order of
  /// their names in the signature.
  Arguments(const Signature &signature, llvm::ArrayRef<int64_t> symbols,
            bool atEnd) {
    uint32_t seed = 1;
    for (const Parameter &parameter : signature.parameters) {
      auto shape = signature.getShape(parameter, symbols);
      EXPECT_TRUE(bool(shape)) << llvm::toString(shape.takeError());
      TensorView view{parameter.dtype, *shape, nullptr};
      buffers.emplace_back(size_t(view.getByteSize()), atEnd);
      view.data = buffers.back().as<void>();
      for (int64_t i = 0; i < view.getNumElements(); ++i) {
        seed = seed * 1664525 + 1013904223;
        set(view, i, int32_t(seed >> 24) - 128);
      }
      views.push_back(view);
    }
  }

  static void set(const TensorView &view, int64_t i, int32_t value) {
    float number = float(value) / 64;
    if (view.dtype == DType::INT32)
      view.getElements<int32_t>()[i] = value;
    else if (view.dtype == DType::FP32)
      view.getElements<float>()[i] = number;
    else
      std::memcpy(&view.getElements<uint16_t>()[i],
                  reinterpret_cast<const char *>(&number) + 2, 2);
  }

  /// The bytes of all tensors, one after the other.
  std::string getBytes() const {
    std::string bytes;
    for (const GuardedBuffer &buffer : buffers)
      bytes.append(buffer.as<char>(), buffer.size());
    return bytes;
  }

  std::vector<TensorView> views;

private:
  std::vector<GuardedBuffer> buffers;
};

} // namespace

/// Values of the dynamic names by name.
static std::vector<int64_t>
getSymbols(const Signature &signature,
           std::initializer_list<std::pair<llvm::StringRef, int64_t>> values) {
  std::vector<int64_t> symbols;
  for (const std::string &name : signature.symbols)
    for (auto [known, value] : values)
      if (known == name)
        symbols.push_back(value);
  return symbols;
}

/// Whether both leave the same bytes.
static void expectEqual(Kernel &kernel, const Arguments &compiled,
                        const Arguments &interpreted,
                        llvm::ArrayRef<int64_t> symbols) {
  auto [status, message] = kernel.call(compiled.views, symbols);
  EXPECT_EQ(status, 0) << message;
  llvm::Error error = kernel.interpret(interpreted.views, symbols);
  EXPECT_FALSE(bool(error)) << llvm::toString(std::move(error));
  EXPECT_TRUE(compiled.getBytes() == interpreted.getBytes());
}

/// Each user has a page of its own.
static void fillTable(const Arguments &arguments, int64_t pages) {
  const TensorView &table = arguments.views[3];
  for (int64_t u = 0; u < table.getNumElements(); ++u)
    Arguments::set(table, u, int32_t((u * 7 + 3) % pages));
}

TEST(GuardedCallTest, UserBatches) {
  Kernel kernel(decode);
  for (int64_t users : {1, 5, 16, 17, 32})
    for (bool atEnd : {false, true}) {
      SCOPED_TRACE(testing::Message() << users << " users, at end: " << atEnd);
      int64_t pages = 37;
      auto symbols = getSymbols(kernel.getSignature(),
                                {{"USERS", users}, {"PAGES", pages}});
      Arguments compiled(kernel.getSignature(), symbols, atEnd);
      Arguments interpreted(kernel.getSignature(), symbols, atEnd);
      fillTable(compiled, pages);
      fillTable(interpreted, pages);
      expectEqual(kernel, compiled, interpreted, symbols);
    }
}

TEST(GuardedCallTest, PartialTilesOnBothSides) {
  Kernel kernel(transpose);
  for (auto [m, n] :
       {std::pair<int64_t, int64_t>(1, 1), {7, 9}, {8, 8}, {17, 5}})
    for (bool atEnd : {false, true}) {
      SCOPED_TRACE(testing::Message() << m << " by " << n << ", " << atEnd);
      auto symbols = getSymbols(kernel.getSignature(), {{"M", m}, {"N", n}});
      Arguments compiled(kernel.getSignature(), symbols, atEnd);
      Arguments interpreted(kernel.getSignature(), symbols, atEnd);
      expectEqual(kernel, compiled, interpreted, symbols);
    }
}

TEST(GuardedCallTest, PagesOutsideOfTheCache) {
  Kernel kernel(decode);
  int64_t users = 5, pages = 7, bad = 3;
  auto symbols =
      getSymbols(kernel.getSignature(), {{"USERS", users}, {"PAGES", pages}});
  for (int32_t page : {-1, INT32_MAX, INT32_MIN, int32_t(pages)})
    for (bool atEnd : {false, true}) {
      SCOPED_TRACE(testing::Message() << "page " << page << ", " << atEnd);
      Arguments arguments(kernel.getSignature(), symbols, atEnd);
      fillTable(arguments, pages);
      Arguments::set(arguments.views[3], bad, page);
      std::string before = arguments.getBytes();
      auto [status, message] = kernel.call(arguments.views, symbols);
      EXPECT_EQ(status, 1);
      EXPECT_NE(message.find("no such page"), std::string::npos) << message;
      // What is only read stays, and so do the pages of users that come later.
      std::string after = arguments.getBytes();
      size_t inputs = 0;
      for (const TensorView &view :
           llvm::ArrayRef(arguments.views).take_front(4))
        inputs += view.getByteSize();
      EXPECT_TRUE(before.substr(0, inputs) == after.substr(0, inputs));
    }
  // The process lives on.
  Arguments arguments(kernel.getSignature(), symbols, true);
  fillTable(arguments, pages);
  EXPECT_EQ(kernel.call(arguments.views, symbols).first, 0);
}
