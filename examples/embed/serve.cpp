// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A C++ host: compiles the final head of Qwen3 while it runs, packs its weight
// once, and serves batches of changing sizes.
//
//   c++ -std=c++17 serve.cpp -ltilec -o serve
//   ./serve ../qwen3/rms_lm_head.tile

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string_view>
#include <tilec/Tilec.h>
#include <vector>

namespace {
/// A tensor that owns its elements, which DLPack shows to the kernel.
template <typename T> class Array {
public:
  Array(std::vector<int64_t> extents, DLDataType dtype)
      : shape(std::move(extents)) {
    size_t count = 1;
    for (int64_t extent : shape)
      count *= static_cast<size_t>(extent);
    elements.resize(count);
    view.data = elements.data();
    view.device = {kDLCPU, 0};
    view.ndim = static_cast<int>(shape.size());
    view.dtype = dtype;
    view.shape = shape.data();
  }
  Array(const Array &) = delete;

  const DLTensor *tensor() const { return &view; }
  /// The same memory, of its first rows alone.
  const DLTensor *rows(int64_t count) {
    shape[0] = count;
    return &view;
  }
  std::vector<T> elements;

private:
  std::vector<int64_t> shape;
  DLTensor view = {};
};

/// BF16 is the upper half of FP32.
uint16_t toBF16(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return static_cast<uint16_t>(bits >> 16);
}

[[noreturn]] void end(const tilec::Error &error) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(error.message().size()),
               error.message().data());
  std::exit(1);
}

template <typename T> T orEnd(tilec::Result<T> result) {
  if (!result)
    end(result.error());
  return std::move(*result);
}
} // namespace

int main(int argc, char **argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: serve RMS_LM_HEAD.TILE\n");
    return 2;
  }
  // A small model: the program's constants are overridden, as by -D.
  constexpr int64_t hidden = 256, vocabulary = 1000, largestBatch = 16;
  tilec::Options options;
  for (auto [name, value] :
       {std::pair("NUM_HEADS", "2"), {"NUM_KV_HEADS", "1"}, {"VOCAB", "1000"}})
    if (tilec::Error error = options.define(name, value))
      end(error);
  tilec::Module module = orEnd(tilec::Module::compileFile(argv[1], options));
  tilec::Entry head = *module.find("final_head");

  // Random weights. The compiler takes the large one in a layout of its own,
  // into which it is packed once.
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  DLDataType bf16 = tilec_dtype_to_dlpack(TILEC_BF16);
  DLDataType fp32 = tilec_dtype_to_dlpack(TILEC_FP32);
  Array<float> norm({1, hidden}, fp32);
  for (float &gain : norm.elements)
    gain = 1.0f + 0.1f * normal(random);
  Array<uint16_t> matrix({vocabulary, hidden}, bf16);
  for (uint16_t &cell : matrix.elements)
    cell = toBF16(normal(random));
  tilec::Weight weight =
      orEnd(tilec::Weight::create(head, "lm_head_weight", *matrix.tensor()));
  std::printf("`lm_head_weight` is packed as %s\n", head.parameter(2).layout);

  // What a user's last layer left.
  Array<uint16_t> states({largestBatch, hidden}, bf16);
  for (uint16_t &cell : states.elements)
    cell = toBF16(normal(random));
  Array<int32_t> lengths({largestBatch}, tilec_dtype_to_dlpack(TILEC_INT32));
  for (int32_t &length : lengths.elements)
    length = 1;
  Array<float> logits({largestBatch, vocabulary}, fp32);

  // The extents of the tensors tell how many users there are: one compiled
  // kernel serves every batch, and a user's logits do not depend on the others.
  std::vector<float> alone;
  for (int64_t batch : {1, 3, 16, 7, 2}) {
    if (tilec::Error error =
            head.call({states.rows(batch), norm.tensor(), weight.tensor(),
                       lengths.rows(batch), logits.rows(batch)}))
      end(error);
    const float *first = logits.elements.data();
    std::vector<float> row(first, first + vocabulary);
    if (alone.empty())
      alone = row;
    std::printf("batch of %2d: the first user's logits are %s\n",
                static_cast<int>(batch),
                row == alone ? "the same" : "other ones");
  }

  // What is wrong is said, and touches no memory.
  tilec::Error error =
      head.call({states.rows(16), norm.tensor(), weight.tensor(),
                 lengths.rows(2), logits.rows(16)});
  std::printf("%.*s\n", static_cast<int>(error.message().size()),
              error.message().data());
}
