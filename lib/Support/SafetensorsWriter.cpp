//===- SafetensorsWriter.cpp - Writing tensor files -----------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Support/Safetensors.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include <fmt/format.h>

using namespace tilec;
namespace fs = llvm::sys::fs;
namespace json = llvm::json;

/// The largest elements first, so that all are aligned without gaps.
static std::vector<const NamedTensor *>
getFileOrder(llvm::ArrayRef<NamedTensor> tensors) {
  std::vector<const NamedTensor *> order;
  for (const NamedTensor &tensor : tensors)
    order.push_back(&tensor);
  llvm::stable_sort(order, [](const NamedTensor *lhs, const NamedTensor *rhs) {
    return getByteSize(lhs->tensor.dtype) > getByteSize(rhs->tensor.dtype);
  });
  return order;
}

static llvm::Error checkNames(llvm::ArrayRef<NamedTensor> tensors) {
  llvm::StringSet<> names;
  for (const NamedTensor &tensor : tensors) {
    if (!json::isUTF8(tensor.name) || tensor.name == "__metadata__")
      return llvm::createStringError(
          fmt::format("a tensor cannot be named `{}`", tensor.name));
    if (!names.insert(tensor.name).second)
      return llvm::createStringError(
          fmt::format("two tensors are named `{}`", tensor.name));
  }
  return llvm::Error::success();
}

/// The header with its length, padded so that the data starts aligned.
static std::string makeHeader(llvm::ArrayRef<const NamedTensor *> tensors,
                              const SafetensorsMetadata &metadata) {
  constexpr size_t alignment = 256, lengthBytes = 8;
  std::string text;
  llvm::raw_string_ostream out(text);
  json::OStream stream(out);
  stream.object([&] {
    if (!metadata.empty())
      stream.attributeObject("__metadata__", [&] {
        for (const auto &[key, value] : metadata)
          stream.attribute(json::fixUTF8(key), json::fixUTF8(value));
      });
    int64_t offset = 0;
    for (const NamedTensor *named : tensors) {
      const TensorView &tensor = named->tensor;
      int64_t end = offset + tensor.getByteSize();
      stream.attributeObject(named->name, [&] {
        stream.attribute("dtype", getSafetensorsName(tensor.dtype));
        stream.attribute("shape", json::Array(tensor.shape));
        stream.attribute("data_offsets", json::Array{offset, end});
      });
      offset = end;
    }
  });
  out.flush();
  text.append(-(text.size() + lengthBytes) % alignment, ' ');
  char length[lengthBytes];
  llvm::support::endian::write64le(length, text.size());
  return std::string(length, lengthBytes) + text;
}

static llvm::Error writeTo(int file, llvm::StringRef header,
                           llvm::ArrayRef<const NamedTensor *> tensors) {
  llvm::raw_fd_ostream out(file, /*shouldClose=*/false, /*unbuffered=*/true);
  out << header;
  for (const NamedTensor *named : tensors)
    out.write(static_cast<const char *>(named->tensor.data),
              static_cast<size_t>(named->tensor.getByteSize()));
  std::error_code error = out.error();
  out.clear_error();
  return llvm::errorCodeToError(error);
}

/// Writes beside the file and moves the result into its place.
static llvm::Error replaceFile(llvm::StringRef path, llvm::StringRef header,
                               llvm::ArrayRef<const NamedTensor *> tensors) {
  // A link stays a link: what it points at is replaced.
  llvm::SmallString<128> target;
  if (fs::real_path(path, target))
    target = path;
  llvm::Expected<fs::TempFile> temporary =
      fs::TempFile::create(target + ".tmp-%%%%%%%%");
  if (!temporary)
    return temporary.takeError();
  if (llvm::Error error = writeTo(temporary->FD, header, tensors))
    return llvm::joinErrors(std::move(error), temporary->discard());
  return temporary->keep(target);
}

/// Writes to a pipe or a device.
static llvm::Error writeInPlace(llvm::StringRef path, llvm::StringRef header,
                                llvm::ArrayRef<const NamedTensor *> tensors) {
  int file;
  if (std::error_code error =
          fs::openFileForWrite(path, file, fs::CD_OpenExisting))
    return llvm::errorCodeToError(error);
  llvm::Error error = writeTo(file, header, tensors);
  fs::closeFile(file);
  return error;
}

static llvm::Error write(llvm::StringRef path,
                         llvm::ArrayRef<NamedTensor> tensors,
                         const SafetensorsMetadata &metadata) {
  if (llvm::Error error = checkNames(tensors))
    return error;
  std::vector<const NamedTensor *> order = getFileOrder(tensors);
  std::string header = makeHeader(order, metadata);
  fs::file_status status;
  bool exists = !fs::status(path, status) && fs::exists(status);
  return exists && !fs::is_regular_file(status)
             ? writeInPlace(path, header, order)
             : replaceFile(path, header, order);
}

llvm::Error tilec::writeSafetensors(llvm::StringRef path,
                                    llvm::ArrayRef<NamedTensor> tensors,
                                    const SafetensorsMetadata &metadata) {
  if (llvm::Error error = write(path, tensors, metadata))
    return llvm::createStringError(
        fmt::format("{}: {}", path.str(), llvm::toString(std::move(error))));
  return llvm::Error::success();
}
