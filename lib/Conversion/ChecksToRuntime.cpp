//===- ChecksToRuntime.cpp - Assertions as branches to the run-time library
//---===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "tilec/Conversion/Passes.h"
#include "tilec/Dialect/Tile/SourceLocation.h"
#include "tilec/Dialect/Tile/Tile.h"
#include <fmt/format.h>

namespace tilec {
#define GEN_PASS_DEF_TILECHECKSTORUNTIME
#include "tilec/Conversion/Passes.h.inc"
} // namespace tilec

using namespace mlir;
using namespace tilec;

namespace {

class ChecksToRuntime
    : public tilec::impl::TileChecksToRuntimeBase<ChecksToRuntime> {
public:
  void runOnOperation() override {
    SmallVector<Operation *> checks;
    getOperation().walk([&](Operation *op) {
      if (isa<tile::AssertOp, tile::ReturnIfOp>(op))
        checks.push_back(op);
    });
    if (checks.empty())
      return;
    ptrType = LLVM::LLVMPointerType::get(&getContext());
    for (Operation *op : checks) {
      if (auto check = dyn_cast<tile::AssertOp>(op))
        lowerAssert(check);
      else
        lowerReturn(cast<tile::ReturnIfOp>(op));
    }
  }

private:
  Type ptrType;
  llvm::StringMap<LLVM::GlobalOp> strings;
  unsigned siteCount = 0;

  void lowerReturn(tile::ReturnIfOp op) {
    Block *before = op->getBlock();
    Block *next = before->splitBlock(op);
    Block *leave = createReturnBlock(next);
    OpBuilder b = OpBuilder::atBlockEnd(before);
    b.create<cf::CondBranchOp>(op.getLoc(), op.getCondition(), leave, next);
    op.erase();
  }

  /// A block before `next` that returns.
  Block *createReturnBlock(Block *next) {
    auto *leave = new Block();
    next->getParent()->getBlocks().insert(Region::iterator(next), leave);
    OpBuilder b = OpBuilder::atBlockEnd(leave);
    b.create<func::ReturnOp>(next->getParentOp()->getLoc());
    return leave;
  }

  void lowerAssert(tile::AssertOp op) {
    Location loc = op.getLoc();
    Block *before = op->getBlock();
    Block *next = before->splitBlock(op);
    Block *fail = createReturnBlock(next);
    OpBuilder b = OpBuilder::atBlockEnd(before);
    b.create<cf::CondBranchOp>(loc, op.getCondition(), next, fail);
    b.setInsertionPointToStart(fail);
    recordFailure(b, op);
    op.erase();
  }

  void recordFailure(OpBuilder &b, tile::AssertOp op) {
    Location loc = op.getLoc();
    Type i64 = b.getI64Type();
    auto constant = [&](int64_t value) -> Value {
      return b.create<arith::ConstantOp>(loc, b.getI64IntegerAttr(value));
    };
    size_t count = op.getValues().size();
    Value values = b.create<LLVM::AllocaOp>(
        loc, ptrType, i64, constant(std::max<size_t>(count, 1)));
    for (auto [i, value] : llvm::enumerate(op.getValues())) {
      Value slot = b.create<LLVM::GEPOp>(loc, ptrType, i64, values,
                                         ArrayRef<LLVM::GEPArg>{int32_t(i)});
      b.create<LLVM::StoreOp>(
          loc, b.create<arith::IndexCastOp>(loc, i64, value), slot);
    }
    Value site = b.create<LLVM::AddressOfOp>(loc, createSite(op));
    auto func = op->getParentOfType<func::FuncOp>();
    b.create<func::CallOp>(
        loc, getFailFunction(),
        ValueRange{func.getArgument(0), site, constant(count), values});
  }

  func::FuncOp getFailFunction() {
    StringRef name = "tilec_rt_fail";
    if (auto func = getOperation().lookupSymbol<func::FuncOp>(name))
      return func;
    OpBuilder b = OpBuilder::atBlockEnd(getOperation().getBody());
    auto func = b.create<func::FuncOp>(
        getOperation().getLoc(), name,
        b.getFunctionType({ptrType, ptrType, b.getI64Type(), ptrType}, {}));
    func.setPrivate();
    return func;
  }

  LLVM::GlobalOp getString(StringRef text) {
    LLVM::GlobalOp &global = strings[text];
    if (global)
      return global;
    OpBuilder b = OpBuilder::atBlockBegin(getOperation().getBody());
    std::string bytes = text.str();
    bytes.push_back('\0');
    auto type = LLVM::LLVMArrayType::get(b.getI8Type(), bytes.size());
    global = b.create<LLVM::GlobalOp>(
        getOperation().getLoc(), type, /*isConstant=*/true,
        LLVM::Linkage::Internal, fmt::format("tilec.text.{}", strings.size()),
        b.getStringAttr(bytes));
    return global;
  }

  /// A constant tilec_rt_site.
  LLVM::GlobalOp createSite(tile::AssertOp op) {
    FileLineColLoc place = getSourceLocation(op.getLoc());
    LLVM::GlobalOp file = getString(place.getFilename());
    LLVM::GlobalOp message = getString(op.getMessage());
    OpBuilder b(&getContext());
    b.setInsertionPointAfter(message);
    if (file->isBeforeInBlock(message) == false)
      b.setInsertionPointAfter(file);
    Location loc = getOperation().getLoc();
    Type i32 = b.getI32Type();
    auto type = LLVM::LLVMStructType::getLiteral(&getContext(),
                                                 {ptrType, i32, i32, ptrType});
    auto site = b.create<LLVM::GlobalOp>(
        loc, type, /*isConstant=*/true, LLVM::Linkage::Internal,
        fmt::format("tilec.site.{}", siteCount++), Attribute());
    b.createBlock(&site.getInitializerRegion());
    Value fields[] = {
        b.create<LLVM::AddressOfOp>(loc, file),
        b.create<LLVM::ConstantOp>(loc, i32, int32_t(place.getLine())),
        b.create<LLVM::ConstantOp>(loc, i32, int32_t(place.getColumn())),
        b.create<LLVM::AddressOfOp>(loc, message)};
    Value value = b.create<LLVM::UndefOp>(loc, type);
    for (auto [i, field] : llvm::enumerate(fields))
      value = b.create<LLVM::InsertValueOp>(loc, value, field, i);
    b.create<LLVM::ReturnOp>(loc, value);
    return site;
  }
};

} // namespace
