//===- peers.cpp - Matrix products by other libraries ---------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   bench-peers PEER M N K COPIES ITERATIONS THREADS
//   bench-peers --version
//
// Multiplies activations [M, K] with each of COPIES weights [K, N], BF16 to
// FP32, so that the weights come from memory, and writes one JSON object: the
// median seconds of a pass over all copies, and this machine's limits measured
// between the passes. PEER is onednn-plain (weights as they are), onednn-packed
// (in the layout that oneDNN asks for) or libxsmm (in pairs of k, in blocks of
// 64 columns). oneDNN takes its threads from OMP_NUM_THREADS; OMP_PROC_BIND
// would bind the threads of tilec's pool, which measures the limits, to the
// processor of the main thread.
//
//===----------------------------------------------------------------------===//

#include "Limits.h"
#include "tilec/Runtime/Runtime.h"
#include "tilec/Target/CPUTarget.h"
#include "llvm/Support/Error.h"
#include <chrono>
#include <dnnl.hpp>
#include <fmt/format.h>
#include <functional>
#include <libxsmm.h>
#include <memory>
#include <random>
#include <sys/mman.h>
#include <thread>

using namespace tilec;
using Clock = std::chrono::steady_clock;

namespace {
struct Problem {
  int64_t m, n, k, copies;
  int64_t weightBytes() const { return n * k * 2; }
};

/// Large pages, as tilec's own tensors have.
struct Memory {
  explicit Memory(int64_t bytes) : bytes(size_t(bytes)) {
    data = mmap(nullptr, this->bytes, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data == MAP_FAILED) {
      fmt::print(stderr, "bench-peers: {} bytes are not to be had\n", bytes);
      exit(1);
    }
    madvise(data, this->bytes, MADV_HUGEPAGE);
  }
  ~Memory() { munmap(data, bytes); }
  Memory(const Memory &) = delete;
  Memory &operator=(const Memory &) = delete;

  /// Random BF16 numbers between 1/2 and 2, of either sign: never subnormal.
  void fill() {
    std::minstd_rand random(1);
    auto *cells = static_cast<uint16_t *>(data);
    for (size_t i = 0; i < bytes / 2; ++i)
      cells[i] = uint16_t((random() & 0x80ff) | 0x3f00);
  }

  void *data;
  size_t bytes;
};

/// One pass over all copies.
using Pass = std::function<void()>;
} // namespace

//===----------------------------------------------------------------------===//
// oneDNN
//===----------------------------------------------------------------------===//

static Pass makeOneDNN(const Problem &p, bool packed) {
  using dnnl::memory;
  dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  dnnl::stream stream(engine);
  auto bf16 = memory::data_type::bf16;
  memory::desc a({p.m, p.k}, bf16, memory::format_tag::ab);
  memory::desc b({p.k, p.n}, bf16,
                 packed ? memory::format_tag::any : memory::format_tag::ab);
  memory::desc c({p.m, p.n}, memory::data_type::f32, memory::format_tag::ab);
  dnnl::matmul::primitive_desc description(dnnl::matmul::desc(a, b, c), engine);
  dnnl::matmul product(description);

  int64_t bytes = int64_t(description.weights_desc().get_size());
  auto weights = std::make_shared<Memory>(bytes * p.copies);
  auto activations = std::make_shared<Memory>(p.m * p.k * 2);
  auto result = std::make_shared<Memory>(p.m * p.n * 4);
  weights->fill();
  activations->fill();
  return [=]() mutable {
    memory lhs(a, engine, activations->data), out(c, engine, result->data);
    for (int64_t i = 0; i < p.copies; ++i) {
      memory rhs(description.weights_desc(), engine,
                 static_cast<char *>(weights->data) + i * bytes);
      product.execute(
          stream,
          {{DNNL_ARG_SRC, lhs}, {DNNL_ARG_WEIGHTS, rhs}, {DNNL_ARG_DST, out}});
    }
    stream.wait();
  };
}

//===----------------------------------------------------------------------===//
// libxsmm
//===----------------------------------------------------------------------===//

namespace {
/// The kernel of a block of columns, and what it works on.
struct Blocks {
  static constexpr int64_t width = 64;

  Problem problem;
  libxsmm_bsmmfunction kernel;
  Memory weights, activations, result;
  int64_t perCopy = problem.n / width;

  Blocks(const Problem &p, libxsmm_bsmmfunction kernel)
      : problem(p), kernel(kernel), weights(p.weightBytes() * p.copies),
        activations(p.m * p.k * 2), result(p.m * p.n * 4) {
    weights.fill();
    activations.fill();
  }

  void run(int64_t block) const {
    kernel(static_cast<libxsmm_bfloat16 *>(weights.data) +
               block * width * problem.k,
           static_cast<libxsmm_bfloat16 *>(activations.data),
           static_cast<float *>(result.data) + block % perCopy * width);
  }
};
} // namespace

static void runBlock(tilec_rt_worker *, void *env, int64_t block) {
  static_cast<Blocks *>(env)->run(block);
}

static void runBlocks(tilec_rt_worker *worker, void *const *tensors,
                      const int64_t *) {
  auto *blocks = static_cast<Blocks *>(tensors[0]);
  tilec_rt_parallel_for(worker, runBlock, blocks,
                        blocks->perCopy * blocks->problem.copies);
}

/// Its matrices are column-major: the product is that of the transposes.
static Pass makeLibxsmm(const Problem &p, tilec_rt_pool *pool) {
  libxsmm_blasint m = Blocks::width, n = int(p.m), k = int(p.k);
  libxsmm_blasint lda = Blocks::width, ldb = k, ldc = int(p.n);
  float alpha = 1, beta = 0;
  int flags = LIBXSMM_GEMM_FLAG_VNNI_A;
  libxsmm_bsmmfunction kernel = libxsmm_bsmmdispatch(
      m, n, k, &lda, &ldb, &ldc, &alpha, &beta, &flags, nullptr);
  if (!kernel || p.n % Blocks::width)
    return nullptr;
  auto blocks = std::make_shared<Blocks>(p, kernel);
  return [=] {
    void *tensors[] = {blocks.get()};
    tilec_rt_call(pool, runBlocks, 0, tensors, nullptr, nullptr);
  };
}

//===----------------------------------------------------------------------===//
// Measuring
//===----------------------------------------------------------------------===//

static Pass makePass(llvm::StringRef peer, const Problem &problem,
                     tilec_rt_pool *pool) {
  if (peer == "libxsmm")
    return makeLibxsmm(problem, pool);
  if (peer == "onednn-plain" || peer == "onednn-packed")
    return makeOneDNN(problem, peer == "onednn-packed");
  return nullptr;
}

/// Until the threads of OpenMP and those of the pool, which spin for a while
/// after their last loop, no longer take each other's processors.
static void settle() {
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

static void measure(const Pass &pass, const Problem &problem, int iterations,
                    LimitProbe &probe) {
  std::vector<double> seconds;
  std::vector<TimedCall> calls;
  pass();
  settle();
  Limits before = probe.measure();
  for (int i = 0; i < iterations; ++i) {
    settle();
    Clock::time_point start = Clock::now();
    pass();
    seconds.push_back(
        std::chrono::duration<double>(Clock::now() - start).count());
    settle();
    Limits after = probe.measure();
    calls.push_back({seconds.back(), before, after});
    before = after;
  }
  double bytes = double(problem.weightBytes()) * double(problem.copies);
  double flop = bytes * double(problem.m);
  ShareOfLimit share = getShareOfLimit(calls, bytes, flop);
  Limits limits = probe.getMedians();
  fmt::print("{{\"seconds_median\": {}, \"bytes_read\": {}, \"flop\": {}, "
             "\"limits\": {{\"read_bytes_per_second\": {}, "
             "\"flop_per_second\": {}}}, \"share_of_limit\": {}, "
             "\"share_min\": {}, \"share_max\": {}}}\n",
             getMedian(seconds), bytes, flop, limits.readBytesPerSecond,
             limits.flopPerSecond, share.median, share.min, share.max);
}

static int usage() {
  fmt::print(stderr, "usage: bench-peers onednn-plain|onednn-packed|libxsmm M "
                     "N K COPIES ITERATIONS THREADS\n"
                     "       bench-peers --version\n");
  return 2;
}

static int printVersions() {
  const dnnl_version_t *onednn = dnnl_version();
  fmt::print("oneDNN {}.{}.{}, libxsmm {}.{}\n", onednn->major, onednn->minor,
             onednn->patch, LIBXSMM_VERSION_MAJOR, LIBXSMM_VERSION_MINOR);
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 2 && llvm::StringRef(argv[1]) == "--version")
    return printVersions();
  int64_t numbers[6];
  if (argc != 8)
    return usage();
  for (int i = 0; i < 6; ++i)
    if (llvm::StringRef(argv[i + 2]).getAsInteger(10, numbers[i]) ||
        numbers[i] < 1)
      return usage();
  if (numbers[5] > tilec_rt_default_threads()) {
    fmt::print(stderr,
               "bench-peers: {} threads, but this process may use {} "
               "processors; is OMP_PROC_BIND set?\n",
               numbers[5], tilec_rt_default_threads());
    return 1;
  }
  Problem problem{numbers[0], numbers[1], numbers[2], numbers[3]};
  std::unique_ptr<tilec_rt_pool, decltype(&tilec_rt_pool_destroy)> pool(
      tilec_rt_pool_create(int32_t(numbers[5])), tilec_rt_pool_destroy);
  llvm::ExitOnError exitOnError("bench-peers: ");
  CPUTarget target = exitOnError(CPUTarget::get("", "", ""));
  LimitProbe probe = exitOnError(LimitProbe::make(*pool, target.features()));
  Pass pass = makePass(argv[1], problem, pool.get());
  if (!pass) {
    fmt::print(stderr, "bench-peers: {} cannot compute this product here\n",
               argv[1]);
    return 1;
  }
  measure(pass, problem, int(numbers[4]), probe);
  return 0;
}
