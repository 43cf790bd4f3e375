// Most kernels begin with a check that is true for nearly all blocks: `if (i < n)`. The loop over the threads is written twice: once for a row of
// threads which all pass, without the check, and once as it is. All pass when the first and the last do and the index only grows between.
#include "llvm/IR/CFG.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include "llvm/Transforms/Utils/ValueMapper.h"
#include "split.h"

using namespace llvm;

namespace km {

namespace {

constexpr unsigned kMaxTwice = 4000;

class Ends {
public:
    Ends(Function& f, const ThreadLoop& l) : f_(f), l_(l), inside_(l.blocks.begin(), l.blocks.end()), at_(l.row->getTerminator()) {
        last_ = at_.CreateSub(l.end, at_.getInt32(1), "", true, true);
    }

    /// Whether `condition` is `wanted` for all threads of the row, computed in front of the loop; null where that cannot be said.
    Value* all(Value* condition, bool wanted) {
        if (auto c = dyn_cast<ConstantInt>(condition)) return at_.getInt1(c->isOne() == wanted);
        auto i = dyn_cast<Instruction>(condition);
        if (!i) return nullptr;
        if (!depends(i)) {
            auto v = copy(i, l_.first);
            return !v ? nullptr : at_.CreateFreeze(wanted ? v : at_.CreateNot(v));
        }
        if (isa<FreezeInst>(i)) return all(i->getOperand(0), wanted);
        Value *a = nullptr, *b = nullptr;
        if (i->getOpcode() == Instruction::Xor && isa<ConstantInt>(i->getOperand(1)) && cast<ConstantInt>(i->getOperand(1))->isOne()) return all(i->getOperand(0), !wanted);
        const bool both = i->getOpcode() == Instruction::And, either = i->getOpcode() == Instruction::Or;
        if (both || either) a = i->getOperand(0), b = i->getOperand(1);
        auto select = dyn_cast<SelectInst>(i);
        const bool select_and = select && isa<ConstantInt>(select->getFalseValue()) && cast<ConstantInt>(select->getFalseValue())->isZero();
        const bool select_or = select && isa<ConstantInt>(select->getTrueValue()) && cast<ConstantInt>(select->getTrueValue())->isOne();
        if (select_and) a = select->getCondition(), b = select->getTrueValue();
        if (select_or) a = select->getCondition(), b = select->getFalseValue();
        if (a) {
            if ((both || select_and) != wanted) return nullptr;
            auto x = all(a, wanted);
            auto y = x ? all(b, wanted) : nullptr;
            return y ? at_.CreateAnd(x, y) : nullptr;
        }
        auto compare = dyn_cast<ICmpInst>(i);
        if (!compare) return nullptr;
        auto how = wanted ? compare->getPredicate() : compare->getInversePredicate();
        Value *left = compare->getOperand(0), *right = compare->getOperand(1);
        if (depends(right)) {
            std::swap(left, right);
            how = CmpInst::getSwappedPredicate(how);
        }
        if (depends(right) || ICmpInst::isEquality(how) || !grows(left)) return nullptr;
        auto lowest = copy(left, l_.first), highest = copy(left, last_), limit = copy(right, l_.first);
        if (!lowest || !highest || !limit) return nullptr;
        auto first = at_.CreateAnd(at_.CreateICmp(how, lowest, limit), at_.CreateICmp(how, highest, limit));
        return at_.CreateFreeze(at_.CreateAnd(first, at_.CreateICmp(ICmpInst::isSigned(how) ? CmpInst::ICMP_SLE : CmpInst::ICMP_ULE, lowest, highest)));
    }

private:
    Function& f_;
    const ThreadLoop& l_;
    std::set<BasicBlock*> inside_;
    IRBuilder<> at_;
    Value* last_;
    std::map<Value*, bool> depends_;

    bool depends(Value* v) {
        auto i = dyn_cast<Instruction>(v);
        if (!i || !inside_.count(i->getParent())) return false;
        if (isa<PHINode>(i)) return true;
        auto it = depends_.find(v);
        if (it != depends_.end()) return it->second;
        depends_[v] = true;
        bool any = false;
        for (auto& o : i->operands()) any |= depends(o);
        return depends_[v] = any;
    }

    /// Whether the value grows with the thread by a small constant, but for wrapping round.
    bool grows(Value* v, unsigned depth = 0) {
        if (v == l_.index) return true;
        auto i = dyn_cast<Instruction>(v);
        if (!i || depth > 12 || !i->getType()->isIntegerTy()) return false;
        auto small = [&](unsigned k, uint64_t most) {
            auto c = dyn_cast<ConstantInt>(i->getOperand(k));
            return c && !c->isZero() && c->getValue().ule(most);
        };
        switch (i->getOpcode()) {
            case Instruction::Or:
                if (!cast<PossiblyDisjointInst>(i)->isDisjoint()) return false;
                [[fallthrough]];
            case Instruction::Add:
                return depends(i->getOperand(0)) ? !depends(i->getOperand(1)) && grows(i->getOperand(0), depth + 1) : grows(i->getOperand(1), depth + 1);
            case Instruction::Sub: return !depends(i->getOperand(1)) && grows(i->getOperand(0), depth + 1);
            case Instruction::Mul: return small(1, 8) && grows(i->getOperand(0), depth + 1);
            case Instruction::Shl: return small(1, 3) && grows(i->getOperand(0), depth + 1);
            case Instruction::ZExt:
            case Instruction::SExt:
            case Instruction::Freeze: return grows(i->getOperand(0), depth + 1);
            default: return false;
        }
    }

    /// The value for the thread at `x`, computed in front of the loop; null where it takes more than arithmetic.
    Value* copy(Value* v, Value* x, unsigned depth = 0) {
        if (v == l_.index) return x;
        auto i = dyn_cast<Instruction>(v);
        if (!i || !inside_.count(i->getParent())) return v;
        if (depth > 16 || isa<PHINode>(i)) return nullptr;
        if (auto l = dyn_cast<LoadInst>(i)) {
            if (l->isVolatile() || !isa<Argument>(getUnderlying(l->getPointerOperand()))) return nullptr;
        } else if (auto c = dyn_cast<IntrinsicInst>(i)) {
            auto id = c->getIntrinsicID();
            if (id != Intrinsic::smin && id != Intrinsic::smax && id != Intrinsic::umin && id != Intrinsic::umax) return nullptr;
        } else if (i->isIntDivRem() || !(isa<BinaryOperator>(i) || isa<CastInst>(i) || isa<ICmpInst>(i) || isa<SelectInst>(i) || isa<FreezeInst>(i) || isa<GetElementPtrInst>(i))) {
            return nullptr;
        }
        std::vector<Value*> operands;
        for (auto& o : i->operands()) {
            auto c = isa<Function>(o) ? o.get() : copy(o, x, depth + 1);
            if (!c) return nullptr;
            operands.push_back(c);
        }
        auto made = i->clone();
        for (unsigned k = 0; k < operands.size(); k++) made->setOperand(k, operands[k]);
        made->setMetadata(LLVMContext::MD_access_group, nullptr);
        at_.Insert(made);
        return made;
    }

    static Value* getUnderlying(Value* p) {
        while (auto g = dyn_cast<GetElementPtrInst>(p)) p = g->getPointerOperand();
        return p;
    }
};

/// Whether nothing but the end of the thread's turn follows.
bool just_ends(BasicBlock* b, BasicBlock* latch) {
    for (unsigned k = 0; k < 4; k++) {
        if (b == latch) return true;
        for (auto& i : *b) {
            if (isa<PHINode>(i) || i.isTerminator()) continue;
            auto s = dyn_cast<StoreInst>(&i);
            if (isa<GetElementPtrInst>(i) || (s && isa<ConstantInt>(s->getValueOperand()) && s->getValueOperand()->getType()->isIntegerTy(16))) continue;
            return false;
        }
        b = b->getUniqueSuccessor();
        if (!b) return false;
    }
    return false;
}

}  // namespace

bool write_twice(Function& f, const ThreadLoop& l, MDNode* group) {
    size_t size = 0;
    for (auto b : l.blocks) size += b->size();
    if (size > kMaxTwice) return false;
    struct Check {
        BranchInst* branch;
        bool side;
    };
    std::vector<Check> checks;
    Ends ends(f, l);
    IRBuilder<> at(l.row->getTerminator());
    Value* pass = nullptr;
    auto b = l.head->getUniqueSuccessor();
    for (unsigned k = 0; b && k < 16; k++) {
        auto t = dyn_cast<BranchInst>(b->getTerminator());
        if (!t) break;
        BasicBlock* next = nullptr;
        if (t->isConditional()) {
            const bool first = just_ends(t->getSuccessor(0), l.latch), second = just_ends(t->getSuccessor(1), l.latch);
            if (first == second) break;
            auto v = ends.all(t->getCondition(), second);
            if (!v) break;
            checks.push_back({t, second});
            at.SetInsertPoint(l.row->getTerminator());
            pass = pass ? at.CreateAnd(pass, v) : v;
            next = t->getSuccessor(second ? 0 : 1);
        } else {
            next = t->getSuccessor(0);
        }
        b = next->getUniquePredecessor() ? next : nullptr;
    }
    if (checks.empty()) return false;
    ValueToValueMapTy map;
    SmallVector<BasicBlock*, 16> made;
    for (auto k : l.blocks) {
        auto copy = CloneBasicBlock(k, map, ".all", &f);
        map[k] = copy;
        made.push_back(copy);
    }
    remapInstructionsInBlocks(made, map);
    auto& c = f.getContext();
    for (auto& check : checks) cast<BranchInst>(map[check.branch])->setCondition(ConstantInt::getBool(c, check.side));
    auto old = l.row->getTerminator();
    IRBuilder<> e(old);
    e.CreateCondBr(pass, cast<BasicBlock>(map[l.head]), l.head);
    old->eraseFromParent();
    cast<BasicBlock>(map[l.latch])->getTerminator()->setMetadata(LLVMContext::MD_loop, parallel_loop(c, group));
    return true;
}

}  // namespace km
