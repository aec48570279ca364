//===- Options.td - The options of the tilec command -------*- tablegen -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "llvm/Option/OptParser.td"

// The commands that take an option. DefaultVis stands for all of them.
def CompileVis : OptionVisibility;
def RunVis : OptionVisibility;
def CheckVis : OptionVisibility;
def BenchVis : OptionVisibility;
def PackVis : OptionVisibility;

class InAll { list<OptionVisibility> Visibility = [DefaultVis]; }
class InCompile { list<OptionVisibility> Visibility = [CompileVis]; }
class InCompileAndRun { list<OptionVisibility> Visibility = [CompileVis, RunVis]; }
class InRun { list<OptionVisibility> Visibility = [RunVis]; }
class InCalls { list<OptionVisibility> Visibility = [RunVis, CheckVis, BenchVis]; }
class InCallsAndPack { list<OptionVisibility> Visibility = [RunVis, CheckVis, BenchVis, PackVis]; }
class InRunAndCheck { list<OptionVisibility> Visibility = [RunVis, CheckVis]; }
class InRunCheckAndPack { list<OptionVisibility> Visibility = [RunVis, CheckVis, PackVis]; }
class InBench { list<OptionVisibility> Visibility = [BenchVis]; }

def generalGroup : OptionGroup<"general">, HelpText<"OPTIONS">;
def compileGroup : OptionGroup<"compile">, HelpText<"COMPILING">;
def printGroup : OptionGroup<"print">, HelpText<"LOOKING INTO THE COMPILER">;
def callGroup : OptionGroup<"call">, HelpText<"ARGUMENTS AND RESULTS">;
def benchGroup : OptionGroup<"bench">, HelpText<"MEASURING">;

class General { OptionGroup Group = generalGroup; }
class Compile { OptionGroup Group = compileGroup; }
class Print { OptionGroup Group = printGroup; }
class Call { OptionGroup Group = callGroup; }
class Bench { OptionGroup Group = benchGroup; }

// `--name VALUE` and `--name=VALUE`. The second form is what help shows.
class LongSeparate<string name> : Separate<["--"], name>;
class LongJoined<string name, string meta> : Joined<["--"], name # "=">, MetaVarName<meta>;

def help : Flag<["--"], "help">, HelpText<"Print this text">, InAll, General;
def help_short : Flag<["-"], "h">, Alias<help>, InAll, General;
def version : Flag<["--"], "version">, HelpText<"Print the version">, InAll, General;

def output : JoinedOrSeparate<["-"], "o">, MetaVarName<"<path>">, InCompile, General,
  HelpText<"Where to write, - being standard output (default: text there; FILE.o, FILE.so, FILE.h here)">;
def emit : LongJoined<"emit", "<kind>">, InCompile, General,
  HelpText<"ast, tile (tile IR), mlir (the LLVM dialect), llvm, asm, obj (the default), shared, header">;
def emit_sep : LongSeparate<"emit">, Alias<emit>, InCompile;

def define : JoinedOrSeparate<["-"], "D">, MetaVarName<"<name>=<value>">, InAll, Compile,
  HelpText<"Override a module-level constant">;
def import : JoinedOrSeparate<["-"], "I">, MetaVarName<"<folder>">, InAll, Compile,
  HelpText<"Also look for imported files there">;
def entry : LongJoined<"entry", "<name>">, InAll, Compile,
  HelpText<"The entry point; may be left out where the file has one">;
def entry_sep : LongSeparate<"entry">, Alias<entry>, InAll;
def target : LongJoined<"target", "<triple>">, InCompileAndRun, Compile,
  HelpText<"What to compile for, instead of this machine; run takes it with --interpret">;
def target_sep : LongSeparate<"target">, Alias<target>, InCompileAndRun;
def cpu : LongJoined<"cpu", "<name>">, InAll, Compile,
  HelpText<"The processor, such as znver4 or x86-64-v3; for objects several, joined by commas">;
def cpu_sep : LongSeparate<"cpu">, Alias<cpu>, InAll;
def features : LongJoined<"features", "<+a,-b>">, InAll, Compile,
  HelpText<"Processor features to add and to take away">;
def features_sep : LongSeparate<"features">, Alias<features>, InAll;
def runtime_lib : LongJoined<"runtime-lib", "<path>">, InCompile, Compile,
  HelpText<"The target's libtilec_rt.a, for --emit=shared (default: the one that comes with tilec)">;
def runtime_lib_sep : LongSeparate<"runtime-lib">, Alias<runtime_lib>, InCompile;
def O0 : Flag<["-"], "O0">, InAll, Compile, HelpText<"Hardly optimize">;
def O1 : Flag<["-"], "O1">, InAll, Compile, HelpText<"Optimize a little">;
def O2 : Flag<["-"], "O2">, InAll, Compile, HelpText<"Optimize">;
def O3 : Flag<["-"], "O3">, InAll, Compile, HelpText<"Optimize as far as possible (the default)">;
def no_bounds_checks : Flag<["--"], "no-bounds-checks">, InAll, Compile,
  HelpText<"Leave out the run-time checks that remain, at your own risk">;
def check_races : Flag<["--"], "check-races">, InAll, Compile,
  HelpText<"Fail at run time where parallel iterations conflict; run interprets then">;
def debug_info : Flag<["-"], "g">, InAll, Compile, HelpText<"Emit line tables; print locations in IR">;

def cache_dir : LongJoined<"cache-dir", "<folder>">, InCalls, Compile,
  HelpText<"Where to keep compiled programs (default: tilec in the user's cache folder)">;
def cache_dir_sep : LongSeparate<"cache-dir">, Alias<cache_dir>, InCalls;
def no_cache : Flag<["--"], "no-cache">, InCalls, Compile,
  HelpText<"Compile anew, and keep nothing">;
def cache_size : LongJoined<"cache-size", "<bytes>">, InCalls, Compile,
  HelpText<"How much to keep, such as 512M (default: 1G)">;
def cache_size_sep : LongSeparate<"cache-size">, Alias<cache_size>, InCalls;

def print_after_all : Flag<["--"], "print-ir-after-all">, InAll, Print, HelpText<"Print the IR after each pass">;
def print_after : LongJoined<"print-ir-after", "<pass>">, InAll, Print, HelpText<"Print the IR after one pass">;
def print_after_sep : LongSeparate<"print-ir-after">, Alias<print_after>, InAll;
def pass_report : Flag<["--"], "pass-report">, InAll, Print,
  HelpText<"Say what the passes did, and what they could not do and why">;

def input_tensors : LongJoined<"in", "<file>">, InCallsAndPack, Call, HelpText<"Tensors by parameter name, a safetensors file">;
def input_tensors_sep : LongSeparate<"in">, Alias<input_tensors>, InCallsAndPack;
def output_tensors : LongJoined<"out", "<file>">, InRunCheckAndPack, Call,
  HelpText<"Where to write the Out and InOut parameters, or the packed weights; - is standard output">;
def output_tensors_sep : LongSeparate<"out">, Alias<output_tensors>, InRunCheckAndPack;
def dim : LongJoined<"dim", "<name>=<value>">, InCallsAndPack, Call, HelpText<"The value of a dynamic dimension">;
def dim_sep : LongSeparate<"dim">, Alias<dim>, InCallsAndPack;
def fill : LongJoined<"fill", "<name>=<kind>">, InCalls, Call,
  HelpText<"Make up a parameter: iota, zero, const:X, uniform:LO:HI or perm">;
def fill_sep : LongSeparate<"fill">, Alias<fill>, InCalls;
def scalar : LongJoined<"scalar", "<name>=<value>">, InCalls, Call, HelpText<"The value of a scalar parameter">;
def scalar_sep : LongSeparate<"scalar">, Alias<scalar>, InCalls;
def seed : LongJoined<"seed", "<n>">, InCalls, Call,
  HelpText<"What random inputs are drawn from (default: 0)">;
def seed_sep : LongSeparate<"seed">, Alias<seed>, InCalls;
def threads : LongJoined<"threads", "<n>">, InCallsAndPack, Call,
  HelpText<"Threads to use (default: one for each core that the process may use)">;
def threads_sep : LongSeparate<"threads">, Alias<threads>, InCallsAndPack;
def pin : LongJoined<"pin", "<which>">, InCallsAndPack, Call,
  HelpText<"Processors that the threads keep to: auto (the default), none, or a list such as 0,2,4-7">;
def pin_sep : LongSeparate<"pin">, Alias<pin>, InCallsAndPack;
def interpret : Flag<["--"], "interpret">, InRun, Call, HelpText<"Use the reference interpreter, not the compiler">;
def fp64 : Flag<["--"], "fp64">, InRunAndCheck, Call,
  HelpText<"Interpret, with matmuls that accumulate in double: shows what their rounding costs">;

def iterations : LongJoined<"iterations", "<n>">, InBench, Bench,
  HelpText<"How often to run the entry (default: for two seconds, at least 5 times)">;
def iterations_sep : LongSeparate<"iterations">, Alias<iterations>, InBench;
def json : LongJoined<"json", "<file>">, InBench, Bench,
  HelpText<"Also write the measurements as JSON; - is standard output">;
def json_sep : LongSeparate<"json">, Alias<json>, InBench;
