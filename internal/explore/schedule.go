package explore

import (
	"fmt"
	"strconv"
	"strings"
)

// A move is one choice of a schedule.
type move struct{ thread, option int }

// format writes a schedule: a letter for each thread, with the number of steps
// it takes in a row if that is more than one, and "!" with the number of a
// decision that is not the first: "a12b3a!1c". No moves at all are "-".
func format(moves []move) string {
	if len(moves) == 0 {
		return "-"
	}
	var b strings.Builder
	for i := 0; i < len(moves); {
		m, n := moves[i], 1
		b.WriteByte('a' + byte(m.thread))
		for m.option == 0 && i+n < len(moves) && moves[i+n] == m {
			n++
		}
		if n > 1 {
			b.WriteString(strconv.Itoa(n))
		}
		if m.option > 0 {
			fmt.Fprintf(&b, "!%d", m.option)
		}
		i += n
	}
	return b.String()
}

// parse reads what format wrote.
func parse(s string) ([]move, error) {
	var moves []move
	if s == "-" {
		return nil, nil
	}
	for s != "" {
		m := move{thread: int(s[0]) - 'a'}
		if m.thread < 0 || m.thread >= maxThreads {
			return nil, fmt.Errorf("schedule: no thread %q", s[0])
		}
		n := 1
		s = s[1:]
		if strings.HasPrefix(s, "!") {
			m.option, s = number(s[1:])
		} else if digits, rest := number(s); digits > 0 {
			n, s = digits, rest
		}
		for range n {
			moves = append(moves, m)
		}
	}
	return moves, nil
}

// number reads the decimal number that s begins with; 0 if there is none.
func number(s string) (n int, rest string) {
	i := 0
	for i < len(s) && '0' <= s[i] && s[i] <= '9' {
		i++
	}
	n, _ = strconv.Atoi(s[:i])
	return n, s[i:]
}
