package code

import "fmt"

// An Op is what an instruction does.
type Op uint8

// Operations. R is the register that the field names, K a constant, and a jump
// goes to D unless said otherwise.
const (
	Nop        Op = iota
	Move          // A = R[B]
	LoadK         // A = K[D]
	LoadInt       // A = D
	GetGlobal     // A = global D
	SetGlobal     // global D = R[A]
	GetCapture    // A = captured B
	GetCell       // A = contents of captured cell B
	SetCell       // contents of captured cell B = R[A]
	NewBox        // A = a cell that contains R[A]
	GetBox        // A = contents of the cell in R[B]
	SetBox        // contents of the cell in R[B] = R[A]
	Closure       // A = closure of function D, with C captures, which follow
	Capture       // of R[A], or of captured A if B is 0

	Add // A = R[B] + R[C], and so on
	Sub
	Mul
	Div
	Mod
	And
	Or
	Xor
	Shl
	Shr
	Eq
	Ne
	Lt
	Le
	In
	AddI // A = R[B] + D, and so on
	SubI
	MulI
	DivI
	ModI
	AndI
	ShlI
	ShrI
	Neg // A = -R[B]
	Inv // A = ~R[B]
	Not // A = not R[B]

	Jump     // to D
	Loop     // to D, back; C instructions have been executed
	JTrue    // if R[A] is true
	JFalse   // if R[A] is false or nil
	JNil     // if R[A] == nil is C
	JEq      // if R[A] == R[B] is C
	JLt      // if R[A] < R[B] is C
	JLe      // if R[A] <= R[B] is C
	JEqI     // to B + 256 C, if R[A] == D
	JNeI     // if not
	JLtI     // if R[A] < D
	JNltI    // if not
	JLeI     // if R[A] <= D
	JNleI    // if not
	JGtI     // if R[A] > D
	JNgtI    // if not
	JGeI     // if R[A] >= D
	JNgeI    // if not
	ForPrep  // R[A], R[A+1] are the range; jumps if it is empty; else R[A+2] = R[A]
	ForLoop  // R[A]++; jumps back if that is in the range, R[A+2] = R[A]
	EachPrep // R[A] is made a sequence, R[A+1] = 0
	Each     // R[A] is a sequence, R[A+1] an index; R[A+2] = next, or jump

	Call       // C = call of R[A] with B arguments after it
	CallFunc   // C = call of function D with B arguments after R[A]
	CallMethod // C = call of method Sites[D] of R[A+1], with B arguments after that
	CallNative // C = native D with B arguments after R[A]
	New        // C = instance of class D, with B arguments after R[A+1]
	Spawn      // C = thread that calls R[A] with B arguments after it
	Return     // R[A]

	NewList  // A = list of R[B] and so on, C of them
	Append   // to list R[A], C of R[B] and so on
	NewDict  // A = empty dictionary
	GetIndex // A = R[B][R[C]]
	SetIndex // R[A][R[B]] = R[C]
	GetField // A = R[B].Sites[D]
	SetField // R[A].Sites[D] = R[B]

	EnterAtomic
	LeaveAtomic
	Retry
	Acquire // lock R[A]
	Release // lock R[A]; C: also if it is not held
	Throw   // R[A]
	Rethrow // R[A], from R[A+1]
	numOps
)

var opNames = [numOps]string{
	"nop", "move", "loadk", "loadint", "getglobal", "setglobal", "getcapture", "getcell", "setcell", "newbox", "getbox",
	"setbox", "closure", "capture", "+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "==", "!=", "<", "<=", "in", "+i", "-i", "*i",
	"/i", "%i", "&i", "<<i", ">>i", "neg", "inv", "not", "jump", "loop", "jtrue", "jfalse", "jnil", "jeq", "jlt", "jle",
	"jeqi", "jnei", "jlti", "jnlti", "jlei", "jnlei", "jgti", "jngti", "jgei", "jngei", "forprep", "forloop", "eachprep", "each", "call", "callfunc", "callmethod",
	"callnative", "new", "spawn", "return", "newlist", "append", "newdict", "getindex", "setindex", "getfield", "setfield",
	"enteratomic", "leaveatomic", "retry", "acquire", "release", "throw", "rethrow",
}

// String is the name of o.
func (o Op) String() string {
	if o < numOps {
		return opNames[o]
	}
	return fmt.Sprintf("Op(%d)", uint8(o))
}

// Near reports whether o has its target in B and C.
func (o Op) Near() bool { return o >= JEqI && o <= JNgeI }

// Near returns the target of an operation that has it in B and C.
func (in Instr) Near() int { return int(in.B) | int(in.C)<<8 }

// Symbol returns the operator of an operation that has one, for messages.
func (o Op) Symbol() string {
	switch {
	case o >= Add && o <= In:
		return opNames[o]
	case o >= AddI && o <= AndI:
		return opNames[o-AddI+Add]
	case o == ShlI:
		return "<<"
	case o == ShrI:
		return ">>"
	case o == Neg:
		return "-"
	case o == Inv:
		return "~"
	case o == JLe || o == JLeI || o == JNleI:
		return "<="
	case o == JLt || o == JLtI || o == JNltI:
		return "<"
	case o == JGtI || o == JNgtI:
		return ">"
	case o == JGeI || o == JNgeI:
		return ">="
	}
	return o.String()
}
