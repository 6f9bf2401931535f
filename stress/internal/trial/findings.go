package trial

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// findings are the violations of a run, the first few of them.
type findings struct {
	mu    sync.Mutex
	texts []string
	more  int
}

const findingsKept = 6

func (f *findings) add(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.texts) < findingsKept {
		f.texts = append(f.texts, text)
	} else {
		f.more++
	}
}

func (f *findings) any() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.texts) > 0
}

// save writes the bad window to a file that can be replayed.
func (r *run) save() {
	if r.SaveDir == "" {
		return
	}
	name := filepath.Join(r.SaveDir, fmt.Sprintf("%s.history", r.result.code().fileName()))
	f, err := os.Create(name)
	if err == nil {
		err = r.history.Save(f)
		if e := f.Close(); err == nil {
			err = e
		}
	}
	if err != nil {
		r.result.File = "not saved: " + err.Error()
		return
	}
	r.result.File = name
}
