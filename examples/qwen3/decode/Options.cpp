//===- Options.cpp - The command line -------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include <charconv>
#include <cstdlib>
#include <fmt/format.h>
#include <getopt.h>
#include <limits>

using namespace qwen3;

static constexpr char help[] =
    R"(usage: qwen3-decode MODEL_DIR --tokens 1,2,3 [options]

Decodes greedily with a dense Qwen3 model: a folder with config.json and
model.safetensors, or its shards and their index. Prints the ids of the tokens
that it generates, one line for each sequence.

  --tokens IDS          the token ids of a prompt; several times for a batch
  --steps N             tokens to generate for each sequence (32)
  --stop IDS            ids that end a sequence, as the end of a text does
  --threads N           (as many as the process can keep busy)
  --context N           the longest context, in tokens (the model's, up to 4096)
  --page N              tokens of a page of the cache (256)
  --save-packed FILE    write the weights as the compiled program takes them
  --packed FILE         map such a file instead of packing the weights
  --logits FILE         write the logits after each token, a safetensors file
  --program FILE        the program with the entry decode_fwd
                        ({})
)";

[[noreturn]] static void failUsage(const std::string &message) {
  fmt::print(stderr,
             "qwen3-decode: error: {}\n"
             "`qwen3-decode --help` shows the options\n",
             message);
  std::exit(2);
}

/// An integer from `least` on that fits into T.
template <typename T>
static T parseInteger(const std::string &option, const std::string &text,
                      T least) {
  T value = 0;
  const char *end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end || value < least)
    failUsage(fmt::format("--{}: `{}` is not an integer from {} to {}", option,
                          text, least, std::numeric_limits<T>::max()));
  return value;
}

static std::vector<int32_t> parseIds(const std::string &option,
                                     const std::string &text) {
  std::vector<int32_t> ids;
  for (size_t begin = 0; begin <= text.size();) {
    size_t end = std::min(text.find(',', begin), text.size());
    ids.push_back(
        parseInteger<int32_t>(option, text.substr(begin, end - begin), 0));
    begin = end + 1;
  }
  return ids;
}

static void setOption(Options &options, const std::string &name,
                      const std::string &value) {
  auto count = [&] { return int64_t{parseInteger<int32_t>(name, value, 1)}; };
  if (name == "tokens")
    options.prompts.push_back(parseIds(name, value));
  else if (name == "steps")
    options.steps = count();
  else if (name == "stop")
    options.stops = parseIds(name, value);
  else if (name == "threads")
    options.threads = parseInteger<int32_t>(name, value, 1);
  else if (name == "context")
    options.context = count();
  else if (name == "page")
    options.page = count();
  else if (name == "save-packed")
    options.savePacked = value;
  else if (name == "packed")
    options.packed = value;
  else if (name == "logits")
    options.logits = value;
  else if (name == "program")
    options.program = value;
}

Options qwen3::parseOptions(int argc, char **argv) {
  static const option known[] = {{"tokens", required_argument, nullptr, 0},
                                 {"steps", required_argument, nullptr, 0},
                                 {"stop", required_argument, nullptr, 0},
                                 {"threads", required_argument, nullptr, 0},
                                 {"context", required_argument, nullptr, 0},
                                 {"page", required_argument, nullptr, 0},
                                 {"save-packed", required_argument, nullptr, 0},
                                 {"packed", required_argument, nullptr, 0},
                                 {"logits", required_argument, nullptr, 0},
                                 {"program", required_argument, nullptr, 0},
                                 {"help", no_argument, nullptr, 'h'},
                                 {nullptr, 0, nullptr, 0}};
  Options options;
  options.program = QWEN3_DECODE_PROGRAM;
  opterr = 0;
  for (int index = 0, code;
       (code = getopt_long(argc, argv, ":h", known, &index)) != -1;) {
    if (code == 'h') {
      fmt::print(help, options.program);
      std::exit(0);
    }
    if (code != 0)
      failUsage(
          fmt::format(code == ':' ? "{} wants a value" : "unknown option {}",
                      argv[optind - 1]));
    setOption(options, known[index].name, optarg);
  }
  if (argc - optind != 1)
    failUsage(
        fmt::format("one folder of a model is wanted, not {}", argc - optind));
  options.folder = argv[optind];
  if (options.prompts.empty())
    failUsage("--tokens is missing");
  if (!options.packed.empty() && !options.savePacked.empty())
    failUsage("--packed and --save-packed exclude each other");
  return options;
}
