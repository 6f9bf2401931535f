package history

import (
	"bufio"
	"compress/gzip"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"time"
)

// fileMagic opens a saved history; its number is that of the layout below, and
// changes with it.
const fileMagic = "weft history 1\n"

// ErrFormat is returned by [Load] for input that is not a saved history or not
// a well-formed one.
var ErrFormat = errors.New("history: not a saved history of this version")

// file is the layout of a saved window: arrays of numbers, which gob writes
// without reflection and in few bytes. Stamps are differences to the one before.
type file struct {
	Note    string
	Initial []uint64
	Labels  []string
	Logs    []fileLog
}

type fileLog struct {
	Base     uint64
	Begins   []int64
	Ends     []int64
	Versions []uint64
	Outcomes []byte
	Sizes    []uint32 // operations of each attempt
	Tokens   []uint64
	Vars     []uint32
	Kinds    []byte // kind, plus undoneBit
}

const undoneBit = 0x80

// Save writes the window so that [Load] can read it back.
func (h *History) Save(w io.Writer) error {
	if _, err := io.WriteString(w, fileMagic); err != nil {
		return err
	}
	f := file{Note: h.Note, Labels: h.labels}
	for _, t := range h.initial {
		f.Initial = append(f.Initial, uint64(t))
	}
	for _, l := range h.logs {
		f.Logs = append(f.Logs, packLog(l))
	}
	z := gzip.NewWriter(w)
	if err := gob.NewEncoder(z).Encode(&f); err != nil {
		return err
	}
	return z.Close()
}

func packLog(l *Log) fileLog {
	f := fileLog{Base: l.base}
	begin, end := int64(0), int64(0)
	for i := range l.attempts.n {
		a := l.attempts.at(i)
		from, to := l.span(i)
		f.Begins = append(f.Begins, a.begin-begin)
		f.Ends = append(f.Ends, a.end-end)
		f.Versions = append(f.Versions, a.version)
		f.Outcomes = append(f.Outcomes, byte(a.outcome))
		f.Sizes = append(f.Sizes, uint32(to-from))
		begin, end = a.begin, a.end
	}
	for i := range l.ops.n {
		o := l.ops.at(i)
		k := byte(o.kind)
		if o.undone {
			k |= undoneBit
		}
		f.Tokens = append(f.Tokens, uint64(o.token))
		f.Vars = append(f.Vars, o.v)
		f.Kinds = append(f.Kinds, k)
	}
	return f
}

// Load reads a window that Save wrote. It can be checked and saved again; its
// logs are for looking at, not for recording more.
func Load(r io.Reader) (*History, error) {
	b := bufio.NewReader(r)
	magic := make([]byte, len(fileMagic))
	if _, err := io.ReadFull(b, magic); err != nil || string(magic) != fileMagic {
		return nil, ErrFormat
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	var f file
	if err := gob.NewDecoder(z).Decode(&f); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	// The checksum comes last and is compared only when the end is read.
	if n, err := io.Copy(io.Discard, z); n > 0 || err != nil {
		return nil, fmt.Errorf("%w: after the end: %d bytes, %v", ErrFormat, n, err)
	}
	return unpack(&f)
}

func unpack(f *file) (*History, error) {
	if len(f.Logs) > maxWorkers || len(f.Labels) != len(f.Initial) {
		return nil, fmt.Errorf("%w: %d workers, %d labels", ErrFormat, len(f.Logs), len(f.Labels))
	}
	h := &History{Note: f.Note, labels: f.Labels}
	for _, t := range f.Initial {
		h.initial = append(h.initial, Token(t))
	}
	for w := range f.Logs {
		l := &Log{epoch: time.Now(), worker: w, vars: len(f.Initial), base: f.Logs[w].Base}
		if err := unpackLog(l, &f.Logs[w]); err != nil {
			return nil, err
		}
		h.logs = append(h.logs, l)
	}
	return h, nil
}

// unpackLog refuses whatever would lead the checker out of its arrays. What is
// merely wrong is for the checker to find.
func unpackLog(l *Log, f *fileLog) error {
	n := len(f.Begins)
	if len(f.Ends) != n || len(f.Versions) != n || len(f.Outcomes) != n || len(f.Sizes) != n ||
		len(f.Vars) != len(f.Tokens) || len(f.Kinds) != len(f.Tokens) || f.Base > maxAttempt-uint64(n) {
		return fmt.Errorf("%w: worker %d: lengths differ", ErrFormat, l.worker)
	}
	first, begin, end := uint64(0), int64(0), int64(0)
	for i := range n {
		begin, end = begin+f.Begins[i], end+f.Ends[i]
		if f.Outcomes[i] > byte(Aborted) || f.Sizes[i] > maxIndex+1 {
			return fmt.Errorf("%w: worker %d, attempt %d", ErrFormat, l.worker, i)
		}
		l.attempts.push(attempt{begin: begin, end: end, version: f.Versions[i], first: uint32(first), outcome: Outcome(f.Outcomes[i])})
		first += uint64(f.Sizes[i])
	}
	if first != uint64(len(f.Tokens)) {
		return fmt.Errorf("%w: worker %d: operations outside attempts", ErrFormat, l.worker)
	}
	for i, t := range f.Tokens {
		o := op{token: Token(t), v: f.Vars[i], kind: kind(f.Kinds[i] &^ undoneBit), undone: f.Kinds[i]&undoneBit != 0}
		if o.kind > opRollback || int64(o.v) >= int64(l.vars) && o.kind != opRollback {
			return fmt.Errorf("%w: worker %d, operation %d", ErrFormat, l.worker, i)
		}
		l.ops.push(o)
	}
	return nil
}
