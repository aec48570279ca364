//===- Options.cpp - Reading the command line -----------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "Threads.h"
#include "tilec/Driver/Driver.h"
#include "tilec/ExecutionEngine/ObjectCache.h"
#include "tilec/Support/Names.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Option/Arg.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Option/OptTable.h"
#include "llvm/Option/Option.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include <fmt/format.h>

using namespace tilec;
using llvm::StringRef;
using llvm::opt::Arg;
using llvm::opt::InputArgList;

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

namespace {
enum VisibilityMask : unsigned {
  DefaultVis = llvm::opt::DefaultVis,
  CompileVis = 1 << 1,
  RunVis = 1 << 2,
  CheckVis = 1 << 3,
  BenchVis = 1 << 4,
  PackVis = 1 << 5,
};

enum OptionID : unsigned {
  OPT_INVALID = 0,
#define OPTION(...) LLVM_MAKE_OPT_ID(__VA_ARGS__),
#include "Options.inc"
#undef OPTION
};

#define PREFIX(NAME, VALUE)                                                    \
  constexpr llvm::StringLiteral NAME##Init[] = VALUE;                          \
  constexpr llvm::ArrayRef<llvm::StringLiteral> NAME(                          \
      NAME##Init, std::size(NAME##Init) - 1);
#include "Options.inc"
#undef PREFIX

constexpr llvm::opt::OptTable::Info optionInfos[] = {
#define OPTION(...) LLVM_CONSTRUCT_OPT_INFO(__VA_ARGS__),
#include "Options.inc"
#undef OPTION
};

struct OptionTable : llvm::opt::GenericOptTable {
  OptionTable() : GenericOptTable(optionInfos) { setDashDashParsing(true); }
};
} // namespace

static constexpr unsigned maxThreads = 1024;
static constexpr unsigned maxIterations = 1000000;

//===----------------------------------------------------------------------===//
// Commands
//===----------------------------------------------------------------------===//

static std::optional<Command> findCommand(StringRef word) {
  return llvm::StringSwitch<std::optional<Command>>(word)
      .Case("run", Command::Run)
      .Case("check", Command::Check)
      .Case("bench", Command::Bench)
      .Case("pack", Command::Pack)
      .Default(std::nullopt);
}

static StringRef getCommandName(Command command) {
  switch (command) {
  case Command::Compile:
    return "tilec";
  case Command::Run:
    return "tilec run";
  case Command::Check:
    return "tilec check";
  case Command::Bench:
    return "tilec bench";
  case Command::Pack:
    return "tilec pack";
  }
  llvm_unreachable("all commands are covered");
}

static llvm::opt::Visibility getVisibility(Command command) {
  static constexpr unsigned masks[] = {CompileVis, RunVis, CheckVis, BenchVis,
                                       PackVis};
  return llvm::opt::Visibility(DefaultVis | masks[size_t(command)]);
}

static void printHelp(const OptionTable &table, Command command,
                      llvm::raw_ostream &out) {
  static constexpr const char *titles[] = {
      "compiles .tile kernels to machine code", "compiles an entry and runs it",
      "runs an entry compiled and interpreted, and compares the results",
      "measures an entry, and this machine's limits beside it",
      "writes a file of tensors with an entry's weights packed"};
  std::string usage =
      fmt::format("{} FILE [options]", getCommandName(command).str());
  if (command == Command::Compile)
    usage +=
        "\n       tilec run|check|bench|pack FILE [options]   (see tilec run "
        "--help)";
  table.printHelp(out, usage.c_str(), titles[size_t(command)],
                  /*ShowHidden=*/false, /*ShowAllAliases=*/false,
                  getVisibility(command));
  out << "\nEXIT STATUS:\n"
         "  0 done, 1 rejected input or failed check, 2 unknown option or no "
         "file, 3 internal error\n";
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {
/// Turns parsed arguments into options; the first mistake ends it.
class OptionReader {
public:
  OptionReader(Command command, llvm::raw_ostream &err) : err(err) {
    options.command = command;
  }

  std::variant<DriverOptions, int> read(const OptionTable &table,
                                        llvm::ArrayRef<const char *> arguments,
                                        llvm::raw_ostream &out);

private:
  void fail(int exitStatus, const std::string &message) {
    if (status == ExitDone)
      err << "tilec: error: " << message << '\n';
    status = std::max(status, exitStatus);
  }
  void reject(const std::string &message) { fail(ExitRejected, message); }

  void reportUnknown(const OptionTable &table, StringRef option);
  void readInput(const InputArgList &args);
  void readOption(const Arg &arg);
  void readCompileOption(const Arg &arg);
  void readCacheOption(const Arg &arg);
  void readCallOption(const Arg &arg);
  void readEmit(StringRef kind);
  void readDim(const Arg &arg);
  std::optional<NamedText> readPair(const Arg &arg);
  void readCount(const std::string &name, StringRef text, unsigned largest,
                 unsigned &value);
  void readPinning(const std::string &name, StringRef text);
  void readEnvironment(const InputArgList &args);
  void checkPinning();
  void keepForReplay(const InputArgList &args);

  llvm::raw_ostream &err;
  DriverOptions options;
  int status = ExitDone;
};
} // namespace

/// The option as it is written, without a value.
static std::string spell(const Arg &arg) {
  return StringRef(arg.getSpelling()).rtrim('=').str();
}

void OptionReader::reportUnknown(const OptionTable &table, StringRef option) {
  std::string command = getCommandName(options.command).str();
  std::string name = option.split('=').first.str(), nearest;
  // What belongs to another command is no spelling mistake.
  if (table.findNearest(option, nearest, llvm::opt::Visibility(),
                        /*MinimumLength=*/1, /*MaximumDistance=*/0) == 0)
    return fail(ExitUsage,
                fmt::format("`{}` is no option of `{}`", name, command));
  unsigned distance =
      table.findNearest(option, nearest, getVisibility(options.command),
                        /*MinimumLength=*/2, option.size());
  std::string hint =
      distance <= 1 + name.size() / 3
          ? fmt::format("; did you mean `{}`?", StringRef(nearest).str())
          : fmt::format("; see `{} --help`", command);
  fail(ExitUsage, fmt::format("unknown option `{}`{}", option.str(), hint));
}

void OptionReader::readInput(const InputArgList &args) {
  std::vector<std::string> inputs = args.getAllArgValues(OPT_INPUT);
  if (inputs.empty())
    return fail(ExitUsage, fmt::format("no file; see `{} --help`",
                                       getCommandName(options.command).str()));
  if (inputs.size() > 1)
    return fail(ExitUsage, fmt::format("more than one file: `{}` and `{}`",
                                       inputs[0], inputs[1]));
  options.input = inputs[0];
}

void OptionReader::readEmit(StringRef kind) {
  static const std::vector<std::string> known = {
      "ast", "tile", "mlir", "llvm", "asm", "obj", "shared", "header"};
  auto found = llvm::find(known, kind);
  if (found == known.end())
    return reject(fmt::format("`--emit={}` is unknown{}", kind.str(),
                              suggestName(kind, known)));
  options.emit = static_cast<EmitKind>(found - known.begin());
}

std::optional<NamedText> OptionReader::readPair(const Arg &arg) {
  auto [name, value] = StringRef(arg.getValue()).split('=');
  if (!name.empty() && StringRef(arg.getValue()).contains('='))
    return NamedText(name, value);
  reject(fmt::format("`{} {}` is not of the form NAME=VALUE", spell(arg),
                     arg.getValue()));
  return std::nullopt;
}

void OptionReader::readDim(const Arg &arg) {
  std::optional<NamedText> pair = readPair(arg);
  if (!pair)
    return;
  int64_t value;
  if (StringRef(pair->second).getAsInteger(10, value))
    return reject(fmt::format("the value of `--dim {}={}` is not an integer",
                              pair->first, pair->second));
  options.dims.emplace_back(pair->first, value);
}

/// Takes the number from an option or a variable of this name.
void OptionReader::readCount(const std::string &name, StringRef text,
                             unsigned largest, unsigned &value) {
  if (text.getAsInteger(10, value) || value == 0 || value > largest)
    reject(fmt::format("`{}` takes a number from 1 to {}, not `{}`", name,
                       largest, text.str()));
}

void OptionReader::readPinning(const std::string &name, StringRef text) {
  if (std::optional<Pinning> pinning = parsePinning(name, text))
    options.pinning = std::move(*pinning);
  else
    reject(fmt::format("`{}` takes auto, none or a list of different "
                       "processors such as 0,2,4-7, not `{}`",
                       name, text.str()));
}

/// What the environment says where no option does. An empty variable says
/// nothing.
void OptionReader::readEnvironment(const InputArgList &args) {
  if (options.command == Command::Compile)
    return;
  auto threads = llvm::sys::Process::GetEnv("TILEC_THREADS");
  if (threads && !threads->empty() && !args.hasArg(OPT_threads))
    readCount("TILEC_THREADS", *threads, maxThreads, options.threads);
  auto pin = llvm::sys::Process::GetEnv("TILEC_PIN");
  if (pin && !pin->empty() && !args.hasArg(OPT_pin))
    readPinning("TILEC_PIN", *pin);
}

void OptionReader::checkPinning() {
  const Pinning &pinning = options.pinning;
  size_t places = pinning.processors.size();
  if (places && options.threads > places)
    reject(fmt::format("`{}` names {} processor{} for {} threads",
                       pinning.source, places, places == 1 ? "" : "s",
                       options.threads));
}

void OptionReader::readCompileOption(const Arg &arg) {
  switch (arg.getOption().getID()) {
  case OPT_define:
    if (std::optional<NamedText> pair = readPair(arg))
      options.defines.push_back(*pair);
    return;
  case OPT_import:
    options.importDirs.push_back(arg.getValue());
    return;
  case OPT_entry:
    options.entry = arg.getValue();
    return;
  case OPT_target:
    options.triple = arg.getValue();
    return;
  case OPT_cpu:
    options.cpu = arg.getValue();
    if (options.command != Command::Compile &&
        StringRef(options.cpu).contains(','))
      reject(fmt::format("`{}` takes one processor, not `{}`",
                         getCommandName(options.command).str(), options.cpu));
    return;
  case OPT_runtime_lib:
    options.runtimeLibrary = arg.getValue();
    return;
  case OPT_features:
    options.features = arg.getValue();
    return;
  case OPT_O0:
  case OPT_O1:
  case OPT_O2:
  case OPT_O3:
    options.optLevel = arg.getOption().getID() - OPT_O0;
    return;
  case OPT_print_after:
    options.printAfter.push_back(arg.getValue());
    return;
  default:
    readCacheOption(arg);
  }
}

void OptionReader::readCacheOption(const Arg &arg) {
  switch (arg.getOption().getID()) {
  case OPT_cache_dir:
    options.cacheDir = arg.getValue();
    if (options.cacheDir.empty())
      reject("`--cache-dir` needs a folder");
    return;
  case OPT_no_cache:
    options.noCache = true;
    return;
  case OPT_cache_size:
    options.cacheSize = parseByteSize(arg.getValue());
    if (!options.cacheSize)
      reject(fmt::format("`--cache-size` takes a size such as 512M, not `{}`",
                         arg.getValue()));
    return;
  }
}

void OptionReader::readCallOption(const Arg &arg) {
  switch (arg.getOption().getID()) {
  case OPT_input_tensors:
    options.inputTensors = arg.getValue();
    return;
  case OPT_output_tensors:
    options.outputTensors = arg.getValue();
    return;
  case OPT_dim:
    return readDim(arg);
  case OPT_fill:
    if (std::optional<NamedText> pair = readPair(arg))
      options.fills.push_back(*pair);
    return;
  case OPT_scalar:
    if (std::optional<NamedText> pair = readPair(arg))
      options.scalars.push_back(*pair);
    return;
  case OPT_seed:
    if (StringRef(arg.getValue()).getAsInteger(10, options.seed))
      reject(fmt::format("`--seed` takes a number from 0 to 2^64-1, not `{}`",
                         arg.getValue()));
    return;
  case OPT_threads:
    return readCount(spell(arg), arg.getValue(), maxThreads, options.threads);
  case OPT_pin:
    return readPinning(spell(arg), arg.getValue());
  case OPT_iterations:
    return readCount(spell(arg), arg.getValue(), maxIterations,
                     options.iterations);
  case OPT_json:
    options.json = arg.getValue();
    return;
  }
}

void OptionReader::readOption(const Arg &arg) {
  switch (arg.getOption().getID()) {
  case OPT_output:
    options.output = arg.getValue();
    return;
  case OPT_emit:
    return readEmit(arg.getValue());
  case OPT_no_bounds_checks:
    options.boundsChecks = false;
    return;
  case OPT_debug_info:
    options.debugInfo = true;
    return;
  case OPT_print_after_all:
    options.printAfterAll = true;
    return;
  case OPT_pass_report:
    options.passReport = true;
    return;
  case OPT_check_races:
    options.checkRaces = true;
    return;
  case OPT_interpret:
    options.interpret = true;
    return;
  case OPT_fp64:
    options.fp64 = true;
    return;
  default:
    readCompileOption(arg);
    readCallOption(arg);
  }
}

/// The absolute path of the folder that a file is in.
static std::string getFolder(StringRef file) {
  llvm::SmallString<128> folder(file);
  llvm::sys::fs::make_absolute(folder);
  llvm::sys::path::remove_filename(folder);
  return folder.str().str();
}

void OptionReader::keepForReplay(const InputArgList &args) {
  for (const Arg *arg : args) {
    llvm::opt::ArgStringList strings;
    arg->render(args, strings);
    std::vector<std::string> *kept = &options.replayArguments;
    switch (arg->getOption().getID()) {
    case OPT_INPUT:
    case OPT_output:
    case OPT_output_tensors:
    case OPT_json:
    case OPT_cache_dir:
    case OPT_cache_size:
      continue;
    case OPT_define:
    case OPT_import:
      kept = &options.sourceArguments;
    }
    kept->insert(kept->end(), strings.begin(), strings.end());
  }
  // The reproducer lies elsewhere than the files that it imports.
  options.sourceArguments.push_back("-I");
  options.sourceArguments.push_back(getFolder(options.input));
}

std::variant<DriverOptions, int>
OptionReader::read(const OptionTable &table,
                   llvm::ArrayRef<const char *> arguments,
                   llvm::raw_ostream &out) {
  unsigned missingIndex = 0, missingCount = 0;
  InputArgList args = table.ParseArgs(arguments, missingIndex, missingCount,
                                      getVisibility(options.command));
  if (args.hasArg(OPT_help)) {
    printHelp(table, options.command, out);
    return ExitDone;
  }
  if (args.hasArg(OPT_version)) {
    out << "tilec " TILEC_VERSION " (LLVM " LLVM_VERSION_STRING ")\n";
    return ExitDone;
  }
  for (const Arg *arg : args.filtered(OPT_UNKNOWN))
    reportUnknown(table, arg->getAsString(args));
  if (missingCount)
    fail(ExitUsage,
         fmt::format(
             "`{}` needs a value",
             StringRef(args.getArgString(missingIndex)).rtrim('=').str()));
  if (status == ExitDone)
    readInput(args);
  for (const Arg *arg : args)
    readOption(*arg);
  readEnvironment(args);
  if (status == ExitDone)
    checkPinning();
  if (options.command == Command::Run && !options.triple.empty() &&
      !options.interpret)
    reject("`--target` of `tilec run` needs `--interpret`: compiled code runs "
           "on this machine only");
  if (status != ExitDone)
    return status;
  keepForReplay(args);
  return std::move(options);
}

std::variant<DriverOptions, int>
tilec::parseCommandLine(llvm::ArrayRef<const char *> argv,
                        llvm::raw_ostream &out, llvm::raw_ostream &err) {
  llvm::ArrayRef<const char *> arguments = argv.drop_front(!argv.empty());
  Command command = Command::Compile;
  if (!arguments.empty())
    if (std::optional<Command> found = findCommand(arguments.front())) {
      command = *found;
      arguments = arguments.drop_front();
    }
  static const OptionTable table;
  return OptionReader(command, err).read(table, arguments, out);
}
