// Package run is the virtual machine of examples/vm: a register machine whose
// threads run in parallel over one heap.
//
// What threads share are objects of package heap: the elements of lists and
// dictionaries, the fields of instances, the variables that closures share, and
// those of the top level. Registers are a thread's own; they are saved when a
// transaction begins, see [vm.Save].
package run

import (
	"cmp"
	"context"
	"errors"
	"io"
	"math"
	"math/big"
	"slices"
	"sync"

	"github.com/weft-stm/weft/examples/vm/code"
	"github.com/weft-stm/weft/examples/vm/syntax"
	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/sched/heap"
)

// Options say how to run a program.
type Options struct {
	Out      io.Writer             // of print; nil: nowhere
	Threads  int                   // what threads() returns; at least 1
	MaxDepth int                   // calls in one another; 0: 10,000
	Machine  []sched.MachineOption // the mode, and others
	Natives  []sched.Native[Value] // beside those that are always there; names as "module.name"
}

// An Interp is a program that is loaded, with its heap.
type Interp struct {
	program  *code.Program
	machine  *sched.Machine
	threads  int
	maxDepth int
	natives  natives
	funcs    []*closure // without captures
	classes  []*class
	globals  []*heap.Cell[Value]

	group  sync.WaitGroup
	mu     sync.Mutex
	failed []*thread // by an exception
}

// maxThreads is the default of how many there can be at a time.
const maxThreads = 20_000

// New loads a program. The error is a [*syntax.Error].
func New(file, text string, o Options) (*Interp, error) {
	in := &Interp{threads: max(o.Threads, 1), maxDepth: cmp.Or(o.MaxDepth, 10_000)}
	in.natives.init(in, o)
	tree, err := syntax.Parse(file, text)
	if err != nil {
		return nil, err
	}
	if in.program, err = code.Compile(tree, &in.natives); err != nil {
		return nil, err
	}
	in.machine = sched.NewMachine(slices.Concat([]sched.MachineOption{
		sched.MaxThreads(maxThreads), sched.SitePositions(in.sitePosition),
	}, o.Machine)...)
	in.link()
	return in, nil
}

// link makes the objects that the program consists of.
func (in *Interp) link() {
	for _, f := range in.program.Funcs {
		fn := &function{Func: f, sites: make([]site, len(f.Sites)), cost: max(1, len(f.Code)/4)}
		for _, name := range f.Sites {
			fn.builtins = append(fn.builtins, builtins[name])
		}
		in.funcs = append(in.funcs, &closure{header: header{kindFunc}, fn: fn})
	}
	for _, c := range in.program.Classes {
		in.classes = append(in.classes, in.class(c))
	}
	for _, f := range in.funcs {
		for _, c := range f.fn.Consts {
			f.fn.consts = append(f.fn.consts, in.constant(c))
		}
	}
	for _, name := range in.program.Globals {
		g := heap.NewCell(nil, Value{unset, nil})
		g.Label("variable " + name)
		in.globals = append(in.globals, g)
	}
}

func (in *Interp) class(c *code.Class) *class {
	x := &class{header: header{kindClass}, number: uint32(len(in.classes)), name: c.Name, fields: len(c.Fields), members: map[string]*member{}}
	for i, name := range c.Fields {
		x.members[name] = &member{class: x, slot: i}
	}
	for name, n := range c.Methods {
		x.members[name] = &member{class: x, slot: -1, method: in.funcs[n]}
		if name == "init" {
			x.init = in.funcs[n]
		}
	}
	return x
}

func (in *Interp) constant(c any) Value {
	switch c := c.(type) {
	case nil:
		return Nil
	case bool:
		return Bool(c)
	case int64:
		return Int(c)
	case *big.Int:
		return Integer(c)
	case float64:
		return Float(c)
	case string:
		return String(c)
	case code.FuncRef:
		return Value{0, &in.funcs[c].header}
	case code.ClassRef:
		return Value{0, &in.classes[c].header}
	case code.NativeRef:
		return Value{0, &in.natives.all[c].header}
	}
	panic("run: internal error: unknown constant")
}

// Machine returns the machine whose threads run the program.
func (in *Interp) Machine() *sched.Machine { return in.machine }

// Run runs the program, and returns when all its threads have ended. The error is
// a [*GuestError], or several that are joined: of threads that an exception has
// ended, and that nobody has waited for. If the program itself fails, or ctx
// ends, all threads are ended.
func (in *Interp) Run(ctx context.Context) error {
	_, err := in.execute(ctx, in.funcs[0], nil)
	return err
}

// ErrNoFunction is the error of [Interp.Call] if the program does not declare the
// function, or with other parameters.
var ErrNoFunction = errors.New("the program declares no function of that name with that many parameters at its top level")

// Call calls a function that the program declares at its top level, as Run does
// with the program. It is to be called after Run.
func (in *Interp) Call(ctx context.Context, name string, args ...Value) (Value, error) {
	for _, f := range in.funcs[1:] {
		if f.fn.Name == name && !f.fn.Method && f.fn.Params == len(args) {
			return in.execute(ctx, f, args)
		}
	}
	return Nil, ErrNoFunction
}

var errOver = errors.New("the program has failed")

func (in *Interp) execute(ctx context.Context, f *closure, args []Value) (Value, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	in.failed = nil
	x, err := in.newThread(ctx, nil, f, args)
	if err != nil {
		return Nil, err
	}
	close(x.running)
	x.main()
	if err := x.failed(); err != nil {
		cancel(errOver)
		in.group.Wait()
		return Nil, err
	}
	in.group.Wait()
	var errs []error
	for _, f := range in.failed {
		if !f.joined.Get(nil) {
			errs = append(errs, f.failed())
		}
	}
	if len(errs) == 1 {
		return Nil, errs[0]
	}
	return x.end.Get(nil).result, errors.Join(errs...)
}

// run runs a thread in a goroutine of its own.
func (in *Interp) run(x *thread) {
	in.group.Go(func() {
		x.main()
		if x.failed() != nil {
			in.mu.Lock()
			defer in.mu.Unlock()
			in.failed = append(in.failed, x)
		}
	})
}

// position is where an instruction is.
func (in *Interp) position(f *function, pc int) sched.Position {
	return sched.Position{File: in.program.File, Line: int(f.Lines[min(pc, len(f.Lines)-1)]), Func: f.Name}
}

// sitePosition is the inverse of site.
func (in *Interp) sitePosition(site uint32) sched.Position {
	f := in.funcs[site>>16-1].fn
	return in.position(f, int(site&math.MaxUint16))
}
