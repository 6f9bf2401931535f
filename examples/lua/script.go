package luastm

import (
	"strings"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/parse"

	"github.com/weft-stm/weft/sched"
)

// A Script is compiled Lua, which any number of goroutines may run at once.
type Script struct {
	name  string
	site  uint32
	proto *lua.FunctionProto
}

// Compile compiles a script. The name stands in errors and reports of
// conflicts; scripts with the same name are the same there.
func (rt *Runtime) Compile(name, source string) (*Script, error) {
	chunk, err := parse.Parse(strings.NewReader(source), name)
	if err != nil {
		return nil, err
	}
	proto, err := lua.Compile(chunk, name)
	if err != nil {
		return nil, err
	}
	return &Script{name, rt.site(name), proto}, nil
}

// site returns the number by which the machine knows scripts with that name.
func (rt *Runtime) site(name string) uint32 {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	n, ok := rt.sites[name]
	if !ok {
		rt.files = append(rt.files, name)
		n = uint32(len(rt.files))
		rt.sites[name] = n
	}
	return n
}

// position is the inverse of site.
func (rt *Runtime) position(site uint32) sched.Position {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if site == 0 || int(site) > len(rt.files) {
		return sched.Position{}
	}
	return sched.Position{File: rt.files[site-1]}
}
