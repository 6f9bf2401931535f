// Package console says what a run is doing and what came of it: the machine,
// progress, tables.
package console

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"

	"github.com/klauspost/cpuid/v2"
)

// A Machine is what a figure depends on beside the program.
type Machine struct {
	CPU        string `json:"cpu"`
	Cores      int    `json:"cores"` // logical ones that the process may use
	OS         string `json:"os"`
	Arch       string `json:"arch"`
	Go         string `json:"go"`
	GOMAXPROCS int    `json:"gomaxprocs"`
	GOGC       int    `json:"gogc"` // -1 is off
	Version    string `json:"version"`
}

// ThisMachine looks around. gogc is what the caller has set.
func ThisMachine(gogc int) Machine {
	m := Machine{
		CPU: cpuid.CPU.BrandName, Cores: runtime.NumCPU(), OS: runtime.GOOS, Arch: runtime.GOARCH,
		Go: runtime.Version(), GOMAXPROCS: runtime.GOMAXPROCS(0), GOGC: gogc, Version: "unknown",
	}
	if m.CPU == "" {
		m.CPU = "unknown"
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				m.Version = s.Value
			}
		}
	}
	return m
}

// String describes the machine on one line.
func (m Machine) String() string {
	return fmt.Sprintf("%s, %d cores, %s/%s, %s, GOMAXPROCS=%d, GOGC=%d", m.CPU, m.Cores, m.OS, m.Arch, m.Go, m.GOMAXPROCS, m.GOGC)
}

// Heap is the size of all objects on the heap, also of those that the garbage
// collector has not yet looked at. It stops nothing.
func Heap() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
