// Kernels that know a thread only by its place in the whole grid, blockIdx.x * blockDim.x + threadIdx.x: blocks that are neighbours in x can run
// as one long block.
#include "llvm/IR/Constants.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Operator.h"
#include "split.h"

using namespace llvm;

namespace km {

namespace {

/// How a value depends on the thread's index in its block and on where its block starts. Values made from their sum alone are `Plain`.
enum Part { Plain, Index, Start, Sum, Wrong };

bool builtin(const Value* v, StringRef name) {
    auto i = dyn_cast<Instruction>(v);
    if (!i || !is_call(i, name)) return false;
    auto d = dyn_cast<ConstantInt>(cast<CallBase>(i)->getArgOperand(0));
    return d && d->isZero();
}

const Value* bare(const Value* v) {
    while (isa<ZExtInst>(v) || isa<SExtInst>(v)) v = cast<CastInst>(v)->getOperand(0);
    return v;
}

/// The width that `v` = blockIdx.x * width says: ~0u for blockDim.x, 0 where it is something else.
unsigned start_width(const Value* v) {
    auto i = dyn_cast<BinaryOperator>(v);
    if (!i) return 0;
    for (unsigned k = 0; k < 2; k++) {
        auto a = bare(i->getOperand(k)), b = bare(i->getOperand(1 - k));
        if (!builtin(a, "__km_bid")) continue;
        auto number = dyn_cast<ConstantInt>(b);
        if (i->getOpcode() == Instruction::Mul) {
            if (builtin(b, "__km_bdim")) return ~0u;
            return number && number->getValue().ult(1025) ? unsigned(number->getZExtValue()) : 0;
        }
        if (i->getOpcode() == Instruction::Shl && k == 0 && number && number->getValue().ult(11)) return 1u << number->getZExtValue();
    }
    return 0;
}

Part part_of(const Value* v, std::map<const Value*, Part>& known) {
    auto it = known.find(v);
    if (it != known.end()) return it->second;
    Part p = Plain;
    if (builtin(v, "__km_tid")) p = Index;
    else if (start_width(v)) p = Start;
    else if (isa<ZExtInst>(v) || isa<SExtInst>(v)) p = part_of(cast<CastInst>(v)->getOperand(0), known);
    else if (auto i = dyn_cast<BinaryOperator>(v); i && (i->getOpcode() == Instruction::Add || i->getOpcode() == Instruction::Sub)) {
        auto a = part_of(i->getOperand(0), known), b = part_of(i->getOperand(1), known);
        if (i->getOpcode() == Instruction::Sub) p = b == Plain || b == Sum ? (a == Sum ? Plain : a) : Wrong;
        else if (a == Plain || b == Plain) p = a == Plain ? b : a;
        else if ((a == Index && b == Start) || (a == Start && b == Index)) p = Sum;
        else p = a == Sum && b == Sum ? Plain : Wrong;
    }
    return known[v] = p;
}

}  // namespace

unsigned flat_width(const Function& f) {
    std::map<const Value*, Part> known;
    unsigned width = ~0u;
    for (auto& i : instructions(f)) {
        if (suspends(&i) || is_call(&i, "__km_lin") || is_call(&i, "__km_dyn") || is_call(&i, "__km_shared") || is_call(&i, "__km_scratch")) return 0;
        if ((is_call(&i, "__km_tid") || is_call(&i, "__km_bid")) && !isa<ConstantInt>(cast<CallBase>(i).getArgOperand(0))) return 0;
        auto own = part_of(&i, known);
        if (own == Wrong) return 0;
        if (auto w = start_width(&i); w && w != ~0u) {
            if (width != ~0u && width != w) return 0;
            width = w;
        }
        for (auto& o : i.operands()) {
            auto part = part_of(o, known);
            if ((part == Index || part == Start) && !(isa<ZExtInst>(i) || isa<SExtInst>(i)) && own != part && own != Sum) return 0;
            if (builtin(bare(o), "__km_bid") && !(isa<ZExtInst>(i) || isa<SExtInst>(i)) && !start_width(&i)) return 0;
        }
    }
    return width;
}

}  // namespace km
