// Which values are equal in all threads of a block: those that depend on no thread index, no memory that threads reach at different places, and
// no branch that parts threads before they meet again.
#include <deque>

#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/PostDominators.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "split.h"

using namespace llvm;

namespace km {

bool is_call(const Instruction* i, StringRef name) {
    auto c = dyn_cast<CallBase>(i);
    return c && c->getCalledFunction() && c->getCalledFunction()->getName() == name;
}

bool suspends(const Instruction* i) { return is_call(i, "__km_bar") || is_call(i, "__km_coll") || is_call(i, "__km_grid") || is_call(i, "__km_yield") || is_call(i, "__km_soft"); }

namespace {

bool source_of_difference(const Instruction& i) {
    if (isa<AllocaInst>(i) || i.isAtomic()) return true;
    if (auto l = dyn_cast<LoadInst>(&i)) return l->isVolatile();
    if (auto c = dyn_cast<CallBase>(&i)) {
        if (is_call(&i, "__km_bid") || is_call(&i, "__km_bdim") || is_call(&i, "__km_gdim") || is_call(&i, "__km_dyn") || is_call(&i, "__km_shared") || is_call(&i, "__km_scratch"))
            return false;
        if (c->doesNotAccessMemory() && !is_call(&i, "__km_tid") && !is_call(&i, "__km_lin")) return false;  // a pure function of its operands
        return true;
    }
    return false;
}

std::set<BasicBlock*> reach(BasicBlock* from, BasicBlock* stop) {
    std::set<BasicBlock*> seen;
    std::vector<BasicBlock*> todo{from};
    while (!todo.empty()) {
        auto b = todo.back();
        todo.pop_back();
        if (!seen.insert(b).second || b == stop) continue;
        for (auto s : successors(b)) todo.push_back(s);
    }
    return seen;
}

}  // namespace

Uniformity::Uniformity(Function& f) {
    DominatorTree dominators(f);
    LoopInfo loops(dominators);
    PostDominatorTree after(f);
    std::deque<const Value*> todo;
    auto mark = [&](const Value* v) {
        if (different_.insert(v).second) todo.push_back(v);
    };
    for (auto& i : instructions(f))
        if (source_of_difference(i)) mark(&i);
    while (!todo.empty()) {
        auto v = todo.front();
        todo.pop_front();
        for (auto u : v->users()) {
            auto i = dyn_cast<Instruction>(u);
            if (!i) continue;
            if (!i->isTerminator()) {
                mark(i);
                continue;
            }
            // Threads part here: what they bring to where they meet differs, and so does how often they went round a loop.
            auto block = const_cast<BasicBlock*>(i->getParent());
            if (block->getTerminator()->getNumSuccessors() < 2 || !different_.insert(i).second) continue;
            auto node = after.getNode(block)->getIDom();
            BasicBlock* meet = node ? node->getBlock() : nullptr;
            std::map<BasicBlock*, unsigned> ways;
            std::set<BasicBlock*> kinds;
            for (auto s : successors(block))
                if (kinds.insert(s).second)
                    for (auto b : reach(s, meet)) ways[b]++;
            for (auto& [b, n] : ways)
                if (n > 1)
                    for (auto& phi : b->phis()) mark(&phi);
            for (auto l = loops.getLoopFor(block); l; l = l->getParentLoop())
                if (l->isLoopExiting(block)) {
                    // Who goes round passes a stop each time, so threads that are in step have gone round equally often.
                    auto latch = l->getLoopLatch();
                    const bool stops = latch && any_of(*latch, [](Instruction& k) { return is_call(&k, "__km_soft"); });
                    if (!stops)
                        for (auto& phi : l->getHeader()->phis()) mark(&phi);
                    for (auto b : l->blocks())
                        for (auto& k : *b)
                            for (auto user : k.users())
                                if (auto ui = dyn_cast<Instruction>(user); ui && !l->contains(ui)) mark(&k);
                }
        }
    }
}

}  // namespace km
