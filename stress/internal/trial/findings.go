package trial

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/weft-stm/weft/internal/history"
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

func (f *findings) any() bool { return f.count() > 0 }

func (f *findings) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.texts) + f.more
}

// A Note is what a saved history says of the trial that it is from.
type Note struct {
	Code  Code
	Found []string // the violations, as they were reported
}

// String is the note as it is saved: the code, and under it what was found.
func (n Note) String() string { return string(n.Code) + "\n" + strings.Join(n.Found, "\x00") }

// NoteOf reads the note of a saved history.
func NoteOf(h *history.History) Note {
	code, found, _ := strings.Cut(h.Note, "\n")
	n := Note{Code: Code(code)}
	if found != "" {
		n.Found = strings.Split(found, "\x00")
	}
	return n
}

// save writes the bad window to a file that can be replayed.
func (r *run) save() {
	if r.SaveDir == "" {
		return
	}
	r.found.mu.Lock()
	r.history.Note = Note{r.result.code(), r.found.texts}.String()
	r.found.mu.Unlock()
	name := filepath.Join(r.SaveDir, fmt.Sprintf("%s.history", r.result.code().fileName()))
	f, err := os.Create(name)
	if err == nil {
		err = r.history.Save(f)
		if e := f.Close(); err == nil {
			err = e
		}
	}
	if err != nil {
		r.result.Unsaved = err.Error()
		return
	}
	r.result.File = name
}
