package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/sched/heap"
)

func main() {
	name := flag.String("mode", "stm", "how threads run: stm, gil or serial")
	threads := flag.Int("threads", 2, "how many threads run the program")
	flag.Parse()
	mode, err := sched.ParseMode(*name)
	if err == nil {
		err = load(flag.Arg(0), mode, *threads)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// load runs the program in a file.
func load(file string, mode sched.Mode, threads int) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	m := sched.NewMachine(sched.In(mode))
	err = execute(m, file, string(text), threads, func(x int) { fmt.Println(x) })
	fmt.Println(m.Stats())
	return err
}

// execute runs a program on several threads, and returns their first error.
// The program finds the number of its thread, from 0, in local 0.
func execute(m *sched.Machine, file, text string, threads int, print func(int)) error {
	var natives sched.Natives[int]
	natives.Register(sched.Native[int]{Name: "print", Effect: sched.Deferred, Call: func(_ *sched.Thread, args []int) (int, error) {
		print(args[0])
		return 0, nil
	}})
	code, globals, err := assemble(file, text, &natives)
	if err != nil {
		return err
	}
	shared := heap.NewObject[int](nil, globals)
	errs := make([]error, threads)
	vms := make([]*vm, threads)
	for i := range vms {
		vms[i] = &vm{file: file, code: code, globals: shared, natives: &natives}
		vms[i].locals[0] = i
		if vms[i].t, err = m.NewThread(context.Background(), vms[i]); err != nil {
			return err
		}
	}
	var wg sync.WaitGroup
	for i, v := range vms {
		wg.Go(func() { errs[i] = v.run() })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// assemble translates a program: one instruction a line, labels with a colon,
// comments from a hash mark on.
func assemble(file, text string, natives *sched.Natives[int]) (code []instr, globals int, err error) {
	labels, names := map[string]int{}, map[string]int{}
	var words [][]string
	for n, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		w := strings.Fields(line)
		switch {
		case len(w) == 0:
		case strings.HasSuffix(w[0], ":"):
			labels[strings.TrimSuffix(w[0], ":")] = len(code)
		default:
			code = append(code, instr{op: w[0], line: n + 1})
			words = append(words, w)
		}
	}
	for i := range code {
		in, w := &code[i], append(words[i], "")
		known := true
		switch in.op {
		case "push", "load", "store":
			in.arg, err = strconv.Atoi(w[1])
			known = err == nil
		case "jump", "if":
			in.arg, known = labels[w[1]]
		case "get", "set":
			if in.arg, known = names[w[1]]; !known {
				in.arg, known = len(names), true
				names[w[1]] = in.arg
			}
		case "add", "less", "div", "atomic", "end", "await":
		default:
			in.arg, known = natives.Lookup(in.op)
		}
		if !known {
			return nil, 0, fmt.Errorf("%s:%d: what is %q?", file, in.line, strings.Join(words[i], " "))
		}
	}
	return code, len(names), nil
}
