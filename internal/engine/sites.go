package engine

import (
	"fmt"
	"runtime"
	"unsafe"

	"github.com/weft-stm/weft/internal/atomics"
)

// A site is where transactions become irrevocable.
type site struct {
	name string // of the transaction
	pc   uintptr
}

// String is the function and line.
func (s site) String() string {
	f, _ := runtime.CallersFrames([]uintptr{s.pc}).Next()
	if f.Function == "" {
		return ""
	}
	return fmt.Sprintf("%s (%s:%d)", f.Function, f.File, f.Line)
}

// sites counts them. Only the holder of the token adds to it.
var sites struct {
	mu    atomics.Mutex
	index map[site]int // in all
	all   []siteCount
}

type siteCount struct {
	site
	n uint64
}

// noteIrrevocable counts that tx became irrevocable at pc, and tells the
// watchdog where.
func (tx *Tx) noteIrrevocable(name string, pc uintptr) {
	tx.activity.slot.count(irrevocables)
	atomics.Unobserved(func() {
		at := site{name, pc}
		sites.mu.Lock()
		defer sites.mu.Unlock()
		i, known := sites.index[at]
		if !known {
			if sites.index == nil {
				sites.index = make(map[site]int)
			}
			i = len(sites.all)
			sites.index[at] = i
			sites.all = append(sites.all, siteCount{site: at})
		}
		sites.all[i].n++
		if watchdog.Load() != nil {
			held.site.Store(&site{name, pc})
		}
	})
}

// EntryOf is an address in the code of a function. The function does not escape,
// as it would through reflection.
func EntryOf[F any](f *F) uintptr {
	return **(**uintptr)(unsafe.Pointer(f)) + 1
}

// caller is the address from which the function was called that calls the
// caller of caller.
func caller() uintptr {
	var pc [1]uintptr
	runtime.Callers(4, pc[:])
	return pc[0]
}

// A SiteCount says how often transactions of that name became irrevocable at
// that place.
type SiteCount struct {
	Name, Site string
	Count      uint64
}

// IrrevocableSites lists them, in the order of their first time.
func IrrevocableSites() (all []SiteCount) {
	sites.mu.Lock()
	defer sites.mu.Unlock()
	for i := range sites.all {
		at := &sites.all[i]
		all = append(all, SiteCount{at.name, at.String(), at.n})
	}
	return all
}
