// Values that a segment computes again instead of keeping them, and loops that wait for another thread.
#include <optional>

#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/GetElementPtrTypeIterator.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Transforms/Scalar/LoopUnrollPass.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/LoopUtils.h"
#include "split.h"

using namespace llvm;

namespace km {

namespace {

/// Cost of computing a value again from what every segment has at hand, or a large number.
unsigned cost(Value* v, Function* f, std::map<Value*, unsigned>& known, unsigned depth = 0) {
    constexpr unsigned no = 1000;
    if (isa<Constant>(v) || isa<Argument>(v)) return 0;
    auto i = dyn_cast<Instruction>(v);
    if (!i || depth > 24) return no;
    auto it = known.find(v);
    if (it != known.end()) return it->second;
    known[v] = no;
    unsigned own = 1;
    if (auto l = dyn_cast<LoadInst>(i)) {  // a kernel parameter
        if (l->isVolatile() || getUnderlyingObject(l->getPointerOperand()) != f->getArg(0)) return no;
    } else if (auto c = dyn_cast<CallInst>(i)) {
        auto callee = c->getCalledFunction();
        if (!callee) return no;
        auto name = callee->getName();
        if (name == "__km_tid" || name == "__km_bid" || name == "__km_bdim" || name == "__km_gdim" || name == "__km_lin" || name == "__km_dyn" ||
            name == "__km_shared" || name == "__km_scratch") own = 0;
        else if (!callee->isIntrinsic() || !c->doesNotAccessMemory() || c->getType()->isFloatingPointTy()) return no;
    } else if (!(isa<BinaryOperator>(i) || isa<CastInst>(i) || isa<GetElementPtrInst>(i) || isa<ICmpInst>(i) || isa<SelectInst>(i) || isa<FreezeInst>(i))) {
        return no;
    } else if (i->getType()->isFloatingPointTy() && !isa<CastInst>(i)) {
        return no;
    } else if (isa<BinaryOperator>(i) && (i->getOpcode() == Instruction::SDiv || i->getOpcode() == Instruction::UDiv || i->getOpcode() == Instruction::SRem ||
                                          i->getOpcode() == Instruction::URem)) {
        own = 4;
    }
    unsigned sum = own;
    for (auto& o : i->operands()) {
        if (isa<Function>(o) || isa<MetadataAsValue>(o)) continue;
        sum += cost(o, f, known, depth + 1);
        if (sum >= no) return no;
    }
    known[v] = sum;
    return sum;
}

Value* clone_chain(Value* v, Instruction* before, std::map<Value*, Value*>& done) {
    auto i = dyn_cast<Instruction>(v);
    if (!i) return v;
    auto it = done.find(v);
    if (it != done.end()) return it->second;
    auto copy = i->clone();
    for (auto& o : copy->operands())
        if (isa<Instruction>(o)) o = clone_chain(o, before, done);
    copy->insertBefore(before->getIterator());
    return done[v] = copy;
}

}  // namespace

void Splitter::rematerialize() {
    std::map<Value*, unsigned> known;
    std::vector<Instruction*> cheap;
    for (auto& i : instructions(*work_)) {
        if (i.getType()->isVoidTy() || i.use_empty()) continue;
        if (cost(&i, work_, known) <= 24) cheap.push_back(&i);
    }
    for (auto i : cheap) {
        std::map<BasicBlock*, Value*> at;  // one copy per block, at its start
        std::vector<Use*> uses;
        for (auto& u : i->uses()) uses.push_back(&u);
        for (auto u : uses) {
            auto user = cast<Instruction>(u->getUser());
            auto phi = dyn_cast<PHINode>(user);
            auto block = phi ? phi->getIncomingBlock(*u) : user->getParent();
            if (block == i->getParent()) continue;
            auto& copy = at[block];
            if (!copy) {
                std::map<Value*, Value*> done;
                copy = clone_chain(i, &*block->getFirstInsertionPt(), done);
            }
            u->set(copy);
        }
    }
}

/// Loops that wait for another thread give way: their exit depends on memory that others write.
void yield_in_spin_loops(Function& f) {
    DominatorTree dominators(f);
    LoopInfo loops(dominators);
    auto yield = f.getParent()->getOrInsertFunction("__km_yield", FunctionType::get(Type::getVoidTy(f.getContext()), false));
    std::vector<BasicBlock*> latches;
    for (auto l : loops.getLoopsInPreorder()) {
        bool waits = false, stops = false;
        for (auto b : l->blocks())
            for (auto& i : *b) stops |= suspends(&i) && !is_call(&i, "__km_coll");
        if (stops) continue;
        SmallVector<BasicBlock*, 4> exiting;
        l->getExitingBlocks(exiting);
        for (auto b : exiting) {
            std::set<Value*> seen;
            std::vector<Value*> todo;
            for (auto& o : b->getTerminator()->operands()) todo.push_back(o);
            while (!todo.empty() && seen.size() < 200) {
                auto v = todo.back();
                todo.pop_back();
                auto i = dyn_cast<Instruction>(v);
                if (!i || !l->contains(i) || !seen.insert(v).second) continue;
                if (auto load = dyn_cast<LoadInst>(i); (load && load->isVolatile()) || i->isAtomic()) waits = true;
                if (!isa<PHINode>(i))
                    for (auto& o : i->operands()) todo.push_back(o);
            }
        }
        if (!waits) continue;
        SmallVector<BasicBlock*, 4> all;
        l->getLoopLatches(all);
        latches.insert(latches.end(), all.begin(), all.end());
    }
    for (auto b : std::set<BasicBlock*>(latches.begin(), latches.end())) CallInst::Create(yield, "", b->getTerminator()->getIterator());
}

namespace {

struct Counter {
    PHINode* phi;
    Value* step;
};

/// Counters of a loop that begin at a place of each thread's own and move by the same distance in all threads.
std::vector<Counter> counters_of(const Loop& l, const Uniformity& same) {
    std::vector<Counter> counters;
    auto latch = l.getLoopLatch(), before = l.getLoopPredecessor();
    for (auto& phi : l.getHeader()->phis()) {
        auto next = dyn_cast<BinaryOperator>(phi.getIncomingValueForBlock(latch));
        if (!next || next->getOpcode() != Instruction::Add) continue;
        Value* step = next->getOperand(0) == &phi ? next->getOperand(1) : next->getOperand(1) == &phi ? next->getOperand(0) : nullptr;
        if (step && l.isLoopInvariant(step) && !same.divergent(step) && same.divergent(phi.getIncomingValueForBlock(before))) counters.push_back({&phi, step});
    }
    return counters;
}

bool strides(const Counter& k) {
    auto c = dyn_cast<ConstantInt>(k.step);
    return !c || c->getSExtValue() <= -8 || c->getSExtValue() >= 8;
}

/// By how much a value grows from one thread to its neighbour in x, but for wrapping round; nothing where that is not a constant.
std::optional<int64_t> growth(Value* v, const Uniformity& same, const std::vector<Counter>& counters, const BasicBlock* before, unsigned depth = 0) {
    if (!same.divergent(v)) return 0;
    auto i = dyn_cast<Instruction>(v);
    if (!i || depth > 16) return {};
    auto of = [&](Value* o) { return growth(o, same, counters, before, depth + 1); };
    if (is_call(i, "__km_tid")) {
        auto d = dyn_cast<ConstantInt>(i->getOperand(0));
        return d && d->isZero() ? std::optional<int64_t>(1) : d ? std::optional<int64_t>(0) : std::nullopt;
    }
    if (auto phi = dyn_cast<PHINode>(i)) {
        for (auto& c : counters)
            if (c.phi == phi) return of(phi->getIncomingValueForBlock(before));
        return {};
    }
    if (auto g = dyn_cast<GetElementPtrInst>(i)) {
        auto& layout = i->getModule()->getDataLayout();
        auto sum = of(g->getPointerOperand());
        for (auto t = gep_type_begin(g), end = gep_type_end(g); sum && t != end; ++t) {
            if (t.isStruct()) continue;
            auto k = of(t.getOperand());
            if (!k) return {};
            *sum += *k * int64_t(t.getSequentialElementStride(layout));
        }
        return sum;
    }
    if (isa<SExtInst>(i) || isa<ZExtInst>(i) || isa<FreezeInst>(i)) return of(i->getOperand(0));
    auto op = dyn_cast<BinaryOperator>(i);
    if (!op) return {};
    auto x = of(op->getOperand(0)), y = of(op->getOperand(1));
    if (!x || !y) return {};
    auto number = dyn_cast<ConstantInt>(op->getOperand(1));
    switch (op->getOpcode()) {
        case Instruction::Or:
            if (!cast<PossiblyDisjointInst>(op)->isDisjoint()) return {};
            [[fallthrough]];
        case Instruction::Add: return *x + *y;
        case Instruction::Sub: return *x - *y;
        case Instruction::Mul:
            if (number && number->getValue().isSignedIntN(32)) return *x * number->getSExtValue();
            break;
        case Instruction::Shl:
            if (number && number->getValue().ult(32)) return *x * (int64_t(1) << number->getZExtValue());
            break;
        default: return {};
    }
    return *x || *y ? std::nullopt : std::optional<int64_t>(0);
}

/// Whether all threads go round this loop equally often and read neighbouring elements in each round, as the sum of a matrix product does.
bool neighbours_in_each_round(const Loop& l, const Uniformity& same, const std::vector<Counter>& counters) {
    SmallVector<BasicBlock*, 4> exiting;
    l.getExitingBlocks(exiting);
    for (auto b : exiting)
        for (auto& o : b->getTerminator()->operands())
            if (same.divergent(o)) return false;
    unsigned kept = 0, near = 0;
    for (auto& phi : l.getHeader()->phis()) kept += same.divergent(&phi);
    if (kept > 8) return false;
    for (auto b : l.blocks())
        for (auto& i : *b) {
            auto p = getLoadStorePointerOperand(&i);
            if (!p && isa<CallInst>(i) && i.mayWriteToMemory()) return false;
            if (!p) continue;
            auto bytes = int64_t(i.getModule()->getDataLayout().getTypeStoreSize(getLoadStoreType(&i)));
            auto step = growth(p, same, counters, l.getLoopPredecessor());
            if (!step || std::abs(*step) > 4 * bytes || i.isVolatile() || i.isAtomic()) return false;
            near += *step != 0;
        }
    return near > 0;
}

}  // namespace

std::set<BasicBlock*> unroll_rounds(Function& f, FunctionAnalysisManager& analyses) {
    constexpr unsigned most = 48, rounds = 4;
    Uniformity same(f);
    DominatorTree dominators(f);
    LoopInfo loops(dominators);
    bool any = false;
    std::set<BasicBlock*> before, rests;
    for (auto& b : f) before.insert(&b);
    for (auto l : loops.getLoopsInPreorder()) {
        if (!l->getLoopLatch() || !l->getLoopPredecessor() || !l->isInnermost() || l->getExitingBlock() != l->getLoopLatch()) continue;
        size_t size = 0;
        for (auto b : l->blocks()) size += b->size();
        if (size > most || any_of(l->blocks(), [](BasicBlock* b) { return any_of(*b, [](Instruction& i) { return suspends(&i); }); })) continue;
        if ((hasUnrollTransformation(l) & TM_Disable) || !neighbours_in_each_round(*l, same, counters_of(*l, same))) continue;
        addStringMetadataToLoop(l, "llvm.loop.unroll.count", rounds);
        any = true;
    }
    if (!any) return {};
    // The rounds that do not fill four go first, with the entry: behind the others they would be part of the segment that runs most.
    auto after = cl::getRegisteredOptions().lookup("unroll-runtime-epilog");
    if (!after || after->getNumOccurrences() || after->addOccurrence(0, "", "false")) return {};
    FunctionPassManager passes;
    passes.addPass(LoopUnrollPass(LoopUnrollOptions(2, true)));
    passes.run(f, analyses);
    after->reset();
    analyses.clear(f, f.getName());
    for (auto& b : f)
        if (!before.count(&b)) rests.insert(&b);
    return rests;
}

void stop_in_strided_loops(Function& f, const std::set<BasicBlock*>& rests) {
    Uniformity same(f);
    DominatorTree dominators(f);
    LoopInfo loops(dominators);
    auto soft = f.getParent()->getOrInsertFunction("__km_soft", FunctionType::get(Type::getVoidTy(f.getContext()), false));
    bool others = false;
    for (auto& i : instructions(f)) others |= suspends(&i);
    std::vector<std::pair<Loop*, std::vector<Counter>>> found;
    for (auto l : loops.getLoopsInPreorder()) {
        if (!l->getLoopLatch() || !l->getLoopPredecessor() || !l->isInnermost() || rests.count(l->getHeader())) continue;
        if (any_of(l->blocks(), [](BasicBlock* b) { return any_of(*b, [](Instruction& i) { return suspends(&i); }); })) continue;
        auto counters = counters_of(*l, same);
        if (neighbours_in_each_round(*l, same, counters)) {
            found.push_back({l, counters});
        } else if (l->getLoopDepth() <= 2) {
            erase_if(counters, [](const Counter& c) { return !strides(c); });
            if (!counters.empty()) found.push_back({l, counters});
        }
    }
    for (auto& [l, counters] : found) {
        auto header = l->getHeader(), latch = l->getLoopLatch(), before = l->getLoopPredecessor();
        auto edge = SplitEdge(latch, header);
        CallInst::Create(soft, "", edge->getFirstInsertionPt());
        if (others) {
            before = SplitEdge(before, header);
            CallInst::Create(soft, "", before->getFirstInsertionPt());
        }
        for (auto& c : counters) {
            auto start = c.phi->getIncomingValueForBlock(before);
            auto distance = PHINode::Create(c.phi->getType(), 2, "distance", header->begin());
            auto further = BinaryOperator::CreateAdd(distance, c.step, "", edge->getTerminator()->getIterator());
            distance->addIncoming(ConstantInt::get(c.phi->getType(), 0), before);
            distance->addIncoming(further, edge);
            auto now = BinaryOperator::CreateAdd(start, distance, "", header->getFirstInsertionPt());
            auto old = dyn_cast<BinaryOperator>(c.phi->getIncomingValueForBlock(edge));
            now->setHasNoSignedWrap(old && old->hasNoSignedWrap());
            c.phi->replaceAllUsesWith(now);
            c.phi->eraseFromParent();
        }
    }
}

}  // namespace km
