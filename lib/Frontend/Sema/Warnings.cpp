//===- Warnings.cpp - What is legal and surely a mistake ------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

using namespace tilec;

Storage *Elaborator::makeStorage(llvm::StringRef name, SourceRange definition,
                                 Storage::Access access) {
  auto *storage = new (storages.Allocate()) Storage;
  storage->name = name.str();
  storage->definition = definition;
  storage->access = access;
  return storage;
}

/// Whether `storage` may stand for `target`.
static bool mayBe(const Storage *storage, const Storage *target) {
  llvm::SmallVector<const Storage *, 4> work{storage};
  llvm::DenseSet<const Storage *> seen;
  while (!work.empty()) {
    const Storage *next = work.pop_back_val();
    if (next == target)
      return true;
    if (seen.insert(next).second)
      work.append(next->aliases.begin(), next->aliases.end());
  }
  return false;
}

/// Where a storage is written first; an invalid range if nowhere.
SourceRange Elaborator::firstWrite(const Storage &storage) const {
  for (const PlacedStorage &write : writes)
    if (mayBe(write.storage, &storage))
      return write.range;
  return SourceRange();
}

bool Elaborator::isWritten(const Storage &storage) const {
  return firstWrite(storage).isValid();
}

/// The weight among the storages that a tensor may name, or null.
static const Storage *findWeight(const Storage *storage) {
  llvm::SmallVector<const Storage *, 4> work{storage};
  llvm::DenseSet<const Storage *> seen;
  while (!work.empty()) {
    const Storage *next = work.pop_back_val();
    if (next->access == Storage::Access::Weight)
      return next;
    if (seen.insert(next).second)
      work.append(next->aliases.begin(), next->aliases.end());
  }
  return nullptr;
}

bool Elaborator::noteWrite(const Datum &tensor, SourceRange range) {
  const Storage *weight = findWeight(tensor.getStorage());
  if (weight || tensor.getTensorType().getWeight()) {
    error(range, "a Weight is constant and cannot be written");
    if (weight)
      note(weight->definition, "'" + weight->name + "' is declared here");
    return false;
  }
  writes.push_back({tensor.getStorage(), range});
  return true;
}

/// Warnings about an entry's parameters: written without saying so, or never.
void Elaborator::warnOfParameters(llvm::ArrayRef<Storage *> parameters) {
  for (Storage *storage : parameters) {
    if (!storage)
      continue;
    SourceRange write = firstWrite(*storage);
    if (storage->access == Storage::Access::Plain && write.isValid()) {
      reporter.warning(write, "'" + storage->name +
                                  "' is written, so the entry treats it as "
                                  "InOut[...]; declare it so");
      note(storage->definition, "'" + storage->name + "' is declared here");
      continue;
    }
    bool isOutput = storage->access == Storage::Access::Out ||
                    storage->access == Storage::Access::InOut;
    if (write.isValid() || !isOutput || reporter.hasErrors())
      continue;
    auto drop = llvm::find_if(dropped, [&](const PlacedStorage &placed) {
      return placed.storage == storage;
    });
    if (drop != dropped.end()) {
      reporter.warning(drop->range,
                       "this gives the name '" + storage->name +
                           "' another value and writes nothing; assemble "
                           "into the parameter, or assign to '" +
                           storage->name + "[:]'");
      note(storage->definition, "the parameter is declared here");
    } else if (storage->access == Storage::Access::Out) {
      reporter.warning(storage->definition, "the Out parameter '" +
                                                storage->name +
                                                "' is never assembled into");
    }
  }
}

/// A tile that was given a name and never read, wherever its statement was
/// elaborated.
void Elaborator::warnOfUnusedTiles() {
  if (reporter.hasErrors())
    return;
  llvm::DenseSet<const char *> used;
  for (const Binding *binding : definitions)
    if (binding->lastRead != 0)
      used.insert(binding->definition.begin.getPointer());
  for (const Binding *binding : definitions)
    if (used.insert(binding->definition.begin.getPointer()).second)
      reporter.warning(binding->definition,
                       "the tile '" + binding->name + "' is never used");
}
