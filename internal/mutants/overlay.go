package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// overlay writes what the go command's -overlay flag wants for m: the mutated
// texts and the file that maps the originals to them.
func (m mutant) overlay() (path string, remove func(), err error) {
	root, err := moduleRoot()
	if err != nil {
		return "", nil, err
	}
	texts, err := m.texts(root)
	if err != nil {
		return "", nil, err
	}
	dir, err := os.MkdirTemp("", "mutant")
	if err != nil {
		return "", nil, err
	}
	remove = func() { _ = os.RemoveAll(dir) }
	replace := map[string]string{}
	for file, text := range texts {
		mutated := filepath.Join(dir, strconv.Itoa(len(replace))+".go")
		if err := os.WriteFile(mutated, []byte(text), 0o600); err != nil {
			remove()
			return "", nil, err
		}
		replace[filepath.Join(root, file)] = mutated
	}
	data, err := json.Marshal(map[string]any{"Replace": replace})
	if err == nil {
		path = filepath.Join(dir, "overlay.json")
		err = os.WriteFile(path, data, 0o600)
	}
	if err != nil {
		remove()
		return "", nil, err
	}
	return path, remove, nil
}

// texts returns the mutated files by their names in the module.
func (m mutant) texts(root string) (map[string]string, error) {
	texts := map[string]string{}
	for _, e := range m.edits {
		if _, ok := texts[e.file]; !ok {
			data, err := os.ReadFile(filepath.Join(root, e.file))
			if err != nil {
				return nil, err
			}
			texts[e.file] = string(data)
		}
		if n := strings.Count(texts[e.file], e.find); n != 1 {
			return nil, fmt.Errorf("%s has %d places that read %q, want 1: bring the list up to date", e.file, n, e.find)
		}
		texts[e.file] = strings.Replace(texts[e.file], e.find, e.replace, 1)
	}
	return texts, nil
}

func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if parent := filepath.Dir(dir); parent != dir {
			dir = parent
			continue
		}
		return "", fmt.Errorf("no go.mod above the working directory")
	}
	return "", err
}
