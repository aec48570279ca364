//===- EntryInfos.cpp - What objects say of their entries -----------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The constants of tilec/Runtime/Entry.h, and the functions that choose a level
// when they are called:
//
//   void NAME(worker, tensors, scalars) {
//     entry = tilec_rt_entry_select(&NAME_info);
//     if (entry) entry(worker, tensors, scalars);
//     else tilec_rt_fail(worker, &site, 0, null);
//   }
//
// The linker's own way, an indirect function, is resolved while relocations
// are still under way: before a library's environment is there, and in a
// static program, not at all on some systems.
//
//===----------------------------------------------------------------------===//

#include "tilec/ExecutionEngine/AheadOfTime.h"
#include "tilec/Runtime/Entry.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace llvm;
using namespace tilec;

namespace {
class InfoBuilder {
public:
  InfoBuilder(Module &code, ArrayRef<CPUTarget> levels,
              const CPUTarget &baseline)
      : code(code), levels(levels), baseline(baseline),
        ptr(PointerType::getUnqual(code.getContext())),
        i32(Type::getInt32Ty(code.getContext())),
        i64(Type::getInt64Ty(code.getContext())) {}

  void add(const EntryInfo &entry);

private:
  Constant *number(int64_t value) { return ConstantInt::get(i64, value); }
  Constant *small(int64_t value) { return ConstantInt::get(i32, value); }
  Constant *text(StringRef text);
  Constant *record(ArrayRef<Constant *> fields) {
    return ConstantStruct::getAnon(code.getContext(), fields);
  }
  Constant *array(ArrayRef<Constant *> elements);
  GlobalVariable *constant(Constant *value);

  Constant *dim(const DimExpr &dim, ArrayRef<std::string> symbols);
  Constant *parameter(const Parameter &parameter,
                      ArrayRef<std::string> symbols);
  Constant *level(StringRef entry, const CPUTarget &level);
  Constant *info(const EntryInfo &entry);
  Constant *site(StringRef entry);
  void addDispatch(StringRef entry, Constant *info);

  Module &code;
  ArrayRef<CPUTarget> levels;
  const CPUTarget &baseline;
  PointerType *ptr;
  IntegerType *i32, *i64;
};
} // namespace

GlobalVariable *InfoBuilder::constant(Constant *value) {
  auto *global = new GlobalVariable(code, value->getType(), /*isConstant=*/true,
                                    GlobalValue::PrivateLinkage, value);
  global->setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
  return global;
}

Constant *InfoBuilder::text(StringRef text) {
  return constant(ConstantDataArray::getString(code.getContext(), text));
}

/// A pointer to the elements; null if there are none.
Constant *InfoBuilder::array(ArrayRef<Constant *> elements) {
  if (elements.empty())
    return ConstantPointerNull::get(ptr);
  auto *type = ArrayType::get(elements.front()->getType(), elements.size());
  return constant(ConstantArray::get(type, elements));
}

static_assert(sizeof(tilec_rt_dim) == 24 && sizeof(tilec_rt_parameter) == 48 &&
                  sizeof(tilec_rt_level) == 24 &&
                  sizeof(tilec_rt_entry_info) == 72 &&
                  sizeof(tilec_rt_site) == 24,
              "the constants below have the fields of these structures");

Constant *InfoBuilder::dim(const DimExpr &dim, ArrayRef<std::string> symbols) {
  std::vector<Constant *> terms;
  for (const DimExpr::Term &term : dim.getTerms()) {
    terms.push_back(number(term.coefficient));
    terms.push_back(number(int64_t(term.symbols.size())));
    for (const std::string &name : term.symbols)
      terms.push_back(number(find(symbols, name) - symbols.begin()));
  }
  return record(
      {text(dim.str()), array(terms), number(int64_t(dim.getTerms().size()))});
}

static int32_t getDirection(Direction direction) {
  switch (direction) {
  case Direction::In:
    return TILEC_RT_IN;
  case Direction::Out:
    return TILEC_RT_OUT;
  case Direction::InOut:
    return TILEC_RT_INOUT;
  }
  llvm_unreachable("all directions are covered");
}

Constant *InfoBuilder::parameter(const Parameter &parameter,
                                 ArrayRef<std::string> symbols) {
  std::vector<Constant *> shape;
  for (const DimExpr &extent : parameter.shape)
    shape.push_back(dim(extent, symbols));
  return record(
      {text(parameter.name), text(getName(parameter.dtype)),
       text(packed::getName(parameter.layout)), array(shape),
       small(int64_t(shape.size())),
       small(parameter.isTensor() ? TILEC_RT_TENSOR : TILEC_RT_SCALAR),
       small(getDirection(parameter.direction)),
       small(getByteSize(parameter.dtype))});
}

Constant *InfoBuilder::level(StringRef entry, const CPUTarget &level) {
  Function *function = code.getFunction(getLevelFunctionName(entry, level));
  function->setLinkage(GlobalValue::InternalLinkage);
  return record({text(level.cpu()), text(level.requiredFeatures()), function});
}

Constant *InfoBuilder::info(const EntryInfo &entry) {
  const Signature &signature = entry.signature;
  std::vector<Constant *> parameters, symbols, functions;
  for (const Parameter &each : signature.parameters)
    parameters.push_back(parameter(each, signature.symbols));
  for (const std::string &name : signature.symbols)
    symbols.push_back(text(name));
  for (const CPUTarget &each : levels)
    functions.push_back(level(signature.name, each));
  auto *selected = new GlobalVariable(
      code, ptr, /*isConstant=*/false, GlobalValue::InternalLinkage,
      ConstantPointerNull::get(ptr), signature.name + ".selected");
  return record(
      {small(TILEC_RT_ENTRY_VERSION), small(int64_t(parameters.size())),
       small(int64_t(symbols.size())), small(int64_t(functions.size())),
       text(signature.name), text(entry.doc), array(parameters), array(symbols),
       array(functions), selected, number(entry.scratchBytes)});
}

/// A tilec_rt_site without a place in a source.
Constant *InfoBuilder::site(StringRef entry) {
  std::vector<std::string> names;
  for (const CPUTarget &each : levels)
    names.push_back(each.cpu().str());
  return constant(record(
      {text(""), small(0), small(0),
       text(fmt::format("`{}` has no code that this processor and TILEC_CPU "
                        "allow: it is compiled for {}",
                        entry.str(), fmt::join(names, ", ")))}));
}

void InfoBuilder::addDispatch(StringRef entry, Constant *info) {
  LLVMContext &context = code.getContext();
  Type *none = Type::getVoidTy(context);
  auto *type = FunctionType::get(none, {ptr, ptr, ptr}, false);
  auto *function =
      Function::Create(type, GlobalValue::ExternalLinkage, entry, code);
  function->addFnAttr(Attribute::NoUnwind);
  // Runs before anybody knows what the processor can do.
  function->addFnAttr("target-cpu", baseline.cpu());
  FunctionCallee select = code.getOrInsertFunction(
      "tilec_rt_entry_select", FunctionType::get(ptr, {ptr}, false));
  FunctionCallee fail = code.getOrInsertFunction(
      "tilec_rt_fail", FunctionType::get(none, {ptr, ptr, i64, ptr}, false));

  auto *begin = BasicBlock::Create(context, "", function);
  auto *call = BasicBlock::Create(context, "call", function);
  auto *missing = BasicBlock::Create(context, "missing", function);
  IRBuilder<> b(begin);
  Value *chosen = b.CreateCall(select, {info});
  b.CreateCondBr(b.CreateIsNull(chosen), missing, call);
  b.SetInsertPoint(call);
  SmallVector<Value *> arguments(make_pointer_range(function->args()));
  b.CreateCall(type, chosen, arguments)->setTailCall();
  b.CreateRetVoid();
  b.SetInsertPoint(missing);
  b.CreateCall(fail, {function->getArg(0), site(entry), number(0),
                      ConstantPointerNull::get(ptr)});
  b.CreateRetVoid();
}

void InfoBuilder::add(const EntryInfo &entry) {
  Constant *value = info(entry);
  auto *global = new GlobalVariable(code, value->getType(), /*isConstant=*/true,
                                    GlobalValue::ExternalLinkage, value,
                                    getInfoName(entry.signature.name));
  addDispatch(entry.signature.name, global);
}

void tilec::addEntryInfos(Module &code, ArrayRef<EntryInfo> entries,
                          ArrayRef<CPUTarget> levels,
                          const CPUTarget &baseline) {
  InfoBuilder builder(code, levels, baseline);
  for (const EntryInfo &entry : entries)
    builder.add(entry);
}
