//===- Builtins.cpp - The table of builtins -------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Builtins.h"
#include "LoopHeader.h"

#include "llvm/ADT/StringMap.h"

using namespace tilec;
using llvm::StringRef;

llvm::ArrayRef<Builtin> tilec::getControlBuiltins() {
  using Role = Builtin::Role;
  auto loop = [](StringRef name, StringRef parameters, LoopKind kind) {
    return Builtin{name, parameters, Role::Loop, nullptr, int(kind)};
  };
  auto type = [](StringRef name, Storage::Access access) {
    return Builtin{name, "", Role::Type, nullptr, int(access)};
  };
  auto reserved = [](StringRef name) {
    return Builtin{name, "", Role::Reserved, nullptr};
  };
  static const Builtin rows[] = {
      loop("range", "*bounds, init_values=", LoopKind::Range),
      loop("parallel", "*bounds, name_hint=", LoopKind::Parallel),
      loop("pipeline", "*bounds, stage=, init_values=", LoopKind::Pipeline),
      loop("unroll", "*bounds", LoopKind::Unroll),
      loop("spmd", "*bounds, name_hint=", LoopKind::Spmd),
      {"at", "level=, name_hint=", Role::Scope, nullptr},
      type("Tensor", Storage::Access::Plain),
      type("Out", Storage::Access::Out),
      type("InOut", Storage::Access::InOut),
      type("Weight", Storage::Access::Weight),
      type("Scalar", Storage::Access::Plain),
      reserved("gather"),
      reserved("scatter"),
      reserved("sort32"),
      reserved("mrgsort"),
      reserved("topk"),
  };
  return rows;
}

static llvm::StringMap<const Builtin *> makeIndex() {
  llvm::StringMap<const Builtin *> index;
  for (llvm::ArrayRef<Builtin> rows :
       {getMovementBuiltins(), getElementwiseBuiltins(), getShapeBuiltins(),
        getContractionBuiltins(), getScalarBuiltins(), getControlBuiltins()})
    for (const Builtin &row : rows)
      index[row.name] = &row;
  return index;
}

static const llvm::StringMap<const Builtin *> &getIndex() {
  static const llvm::StringMap<const Builtin *> index = makeIndex();
  return index;
}

const Builtin *tilec::findBuiltin(StringRef name) {
  return getIndex().lookup(name);
}

//===----------------------------------------------------------------------===//
// Name spaces
//===----------------------------------------------------------------------===//

namespace {
struct NameSpace {
  StringRef name;
  std::vector<StringRef> members;
};
} // namespace

static llvm::ArrayRef<NameSpace> getNameSpaces() {
  static const NameSpace spaces[] = {
      {"Level", {"CORE_GROUP"}},
      {"PadValue", {"min", "max", "zero", "inf", "neg_inf"}},
      {"tensor", {"read", "write", "dim"}},
  };
  return spaces;
}

static const NameSpace *findNameSpace(StringRef name) {
  for (const NameSpace &space : getNameSpaces())
    if (space.name == name)
      return &space;
  return nullptr;
}

std::optional<Datum> tilec::findVocabulary(StringRef name) {
  if (const Builtin *builtin = findBuiltin(name))
    return Datum::builtin(builtin);
  if (std::optional<DType> dtype = parseDType(name))
    return Datum::elementType(*dtype);
  if (const NameSpace *space = findNameSpace(name))
    return Datum::nameSpace(space->name);
  return std::nullopt;
}

std::vector<StringRef> tilec::getVocabulary() {
  std::vector<StringRef> names;
  for (auto &entry : getIndex())
    names.push_back(entry.getKey());
  for (DType dtype : getAllDTypes())
    names.push_back(getName(dtype));
  for (const NameSpace &space : getNameSpaces())
    names.push_back(space.name);
  llvm::sort(names);
  return names;
}

std::vector<StringRef> tilec::getMembers(StringRef space) {
  if (const NameSpace *found = findNameSpace(space))
    return found->members;
  return getVocabulary();
}

std::optional<Datum> tilec::findMember(StringRef space, StringRef name) {
  const NameSpace *found = findNameSpace(space);
  if (!found) // A PyPTO module holds everything.
    return findVocabulary(name);
  auto member = llvm::find(found->members, name);
  if (member == found->members.end())
    return std::nullopt;
  if (space == "tensor")
    return Datum::builtin(findBuiltin(name));
  return Datum::enumerator(found->name, *member);
}
