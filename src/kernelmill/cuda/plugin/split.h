// The split form of one kernel.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "llvm/IR/Dominators.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/PassManager.h"

namespace km {

/// A point where threads wait: the call, the block that follows it, and what the runtime needs to know.
struct Stop {
    llvm::CallInst* call;
    llvm::BasicBlock* next;
    unsigned kind = 0, op = 0, flags = 0;
};

/// A value that lives across a stop.
struct Slot {
    llvm::AllocaInst* local;
    llvm::Type* type;
    uint64_t size;
    bool uniform;      // the same in all threads that run together
    bool memory;       // an array that stays in memory: never copied
    uint64_t offset = 0, uniform_offset = 0;
};

enum FlagBits { FullMask = 1, Special = 2, Width32 = 4 };

bool is_call(const llvm::Instruction* i, llvm::StringRef name);
/// Whether the call suspends the thread.
bool suspends(const llvm::Instruction* i);

/// Loops that wait for another thread give way: their exit depends on memory that others write.
void yield_in_spin_loops(llvm::Function& f);

/// Turns loops inside out in which each thread strides over the data (i = thread; i < n; i += threads): a stop in each round lets the loop over
/// the threads, whose accesses are adjacent, be the inner one. The counter becomes start + uniform distance. So do loops that all threads go
/// round equally often and in which neighbours read neighbouring elements.
void stop_in_strided_loops(llvm::Function& f, const std::set<llvm::BasicBlock*>& rests);

/// Unrolls the latter four times: sums stay in registers for four rounds, and what a row of threads costs is paid once for them. Returns the
/// blocks of the loops that do the rest, which need no stops.
std::set<llvm::BasicBlock*> unroll_rounds(llvm::Function& f, llvm::FunctionAnalysisManager& analyses);

/// Values that are equal in all threads of a block wherever they are defined.
class Uniformity {
public:
    explicit Uniformity(llvm::Function& f);
    bool divergent(const llvm::Value* v) const { return different_.count(v) != 0; }

private:
    std::set<const llvm::Value*> different_;
};

/// The loop over the threads of one row: `row` runs before it, `index` counts from `first` to below `end`.
struct ThreadLoop {
    llvm::BasicBlock *row, *head, *latch;
    llvm::PHINode* index;
    llvm::Value *first, *end;
    std::vector<llvm::BasicBlock*> blocks;  // head, body and latch
};

/// What to say of a loop whose accesses in `group` do not depend on each other: vectors of neighbours; not several at once, which would make
/// four times the code of a loop that is mostly short. And of a loop that is rarely taken: nothing clever.
llvm::MDNode* parallel_loop(llvm::LLVMContext& c, llvm::MDNode* group);
llvm::MDNode* plain_loop(llvm::LLVMContext& c);

/// Adds a second form of the loop for rows of which every thread passes the checks at its start. Returns whether there was such a check.
bool write_twice(llvm::Function& f, const ThreadLoop& l, llvm::MDNode* group);

/// Whether neighbouring blocks may run as one: 0 no, ~0u for any width of a block, else for this one.
unsigned flat_width(const llvm::Function& f);

/// Turns one thread's function into loops. Returns why it did not, or "".
struct Splitter {
    Splitter(llvm::Module& module, llvm::Function& one) : m(module), item(one) {}
    llvm::Module& m;
    llvm::Function& item;
    std::vector<Stop> stops;
    std::vector<Slot> slots;
    uint64_t frame_bytes = 0, uniform_bytes = 0;
    std::vector<llvm::Function*> segments;  // one per continuation; the first is the entry

    std::string run(llvm::FunctionAnalysisManager& analyses);

private:
    llvm::Function* work_ = nullptr;  // the copy of `item` that is taken apart
    std::map<llvm::BasicBlock*, std::set<llvm::AllocaInst*>> live_in_;

    void find_stops();
    bool steady(llvm::BasicBlock* b) const;
    void rematerialize();
    void demote();
    void lay_out();
    void liveness();
    llvm::Function* build(unsigned index, llvm::BasicBlock* start);
};

}  // namespace km
