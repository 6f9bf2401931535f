package syntax

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A lexer takes a program apart into tokens.
type lexer struct {
	file string
	rest string
	line Pos
	out  []Token
	open []Kind // brackets that have not been closed
}

// tokens returns all tokens of a program, with EOF at the end.
func tokens(file, text string) ([]Token, error) {
	l := &lexer{file: file, rest: text, line: 1}
	for {
		if err := l.skip(); err != nil {
			return nil, err
		}
		if l.rest == "" {
			l.newline()
			l.add(EOF, "")
			return l.out, nil
		}
		if err := l.next(); err != nil {
			return nil, err
		}
	}
}

func (l *lexer) error(msg string) error { return &Error{l.file, l.line, msg} }

func (l *lexer) add(k Kind, text string) { l.out = append(l.out, Token{k, text, l.line}) }

// skip passes over space and comments.
func (l *lexer) skip() error {
	for l.rest != "" {
		switch c := l.rest[0]; {
		case c == '\n':
			l.newline()
			l.line++
		case c == '#':
			end := strings.IndexByte(l.rest, '\n')
			if end < 0 {
				end = len(l.rest)
			}
			l.rest = l.rest[end:]
			continue
		case c != ' ' && c != '\t' && c != '\r':
			return nil
		}
		l.rest = l.rest[1:]
	}
	return nil
}

// newline ends the statement, if it can end here.
func (l *lexer) newline() {
	inside := len(l.open) > 0 && l.open[len(l.open)-1] != "{"
	if n := len(l.out); n > 0 && !inside && ends(l.out[n-1].Kind) {
		l.add(End, "")
	}
}

func (l *lexer) next() error {
	c, _ := utf8.DecodeRuneInString(l.rest)
	switch {
	case c == '_' || unicode.IsLetter(c):
		word := l.take(func(c rune) bool { return c == '_' || unicode.IsLetter(c) || unicode.IsDigit(c) })
		if keywords[word] {
			l.add(Kind(word), "")
		} else {
			l.add(Name, word)
		}
		return nil
	case c >= '0' && c <= '9':
		return l.number()
	case c == '"':
		return l.text()
	}
	for _, op := range operators {
		if strings.HasPrefix(l.rest, op) {
			l.rest = l.rest[len(op):]
			l.bracket(Kind(op))
			if op == ";" {
				op = string(End)
			}
			l.add(Kind(op), "")
			return nil
		}
	}
	return l.error("unexpected character " + strconv.QuoteRune(c))
}

func (l *lexer) bracket(k Kind) {
	switch k {
	case "(", "[", "{":
		l.open = append(l.open, k)
	case ")", "]", "}":
		if n := len(l.open); n > 0 {
			l.open = l.open[:n-1]
		}
	}
}

// take removes the characters that belong.
func (l *lexer) take(belongs func(rune) bool) string {
	end := strings.IndexFunc(l.rest, func(c rune) bool { return !belongs(c) })
	if end < 0 {
		end = len(l.rest)
	}
	word := l.rest[:end]
	l.rest = l.rest[end:]
	return word
}

func digit(c rune) bool { return c >= '0' && c <= '9' || c == '_' }

func (l *lexer) number() error {
	if strings.HasPrefix(l.rest, "0x") {
		l.add(Int, l.take(func(c rune) bool { return digit(c) || c == 'x' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }))
		return nil
	}
	text, kind := l.take(digit), Int
	if len(l.rest) > 1 && l.rest[0] == '.' && digit(rune(l.rest[1])) {
		l.rest = l.rest[1:]
		text, kind = text+"."+l.take(digit), Float
	}
	if l.rest != "" && (l.rest[0] == 'e' || l.rest[0] == 'E') {
		l.rest = l.rest[1:]
		text, kind = text+"e", Float
		if l.rest != "" && (l.rest[0] == '-' || l.rest[0] == '+') {
			text += l.rest[:1]
			l.rest = l.rest[1:]
		}
		text += l.take(digit)
	}
	l.add(kind, strings.ReplaceAll(text, "_", ""))
	return nil
}

var escapes = map[byte]byte{'n': '\n', 't': '\t', 'r': '\r', '"': '"', '\\': '\\', '0': 0}

func (l *lexer) text() error {
	var b strings.Builder
	for i := 1; i < len(l.rest); i++ {
		switch c := l.rest[i]; c {
		case '"':
			l.add(Text, b.String())
			l.rest = l.rest[i+1:]
			return nil
		case '\n':
			return l.error("string without an end")
		case '\\':
			i++
			if i == len(l.rest) {
				return l.error("string without an end")
			}
			e, ok := escapes[l.rest[i]]
			if !ok {
				return l.error("unknown escape \\" + l.rest[i:i+1])
			}
			b.WriteByte(e)
		default:
			b.WriteByte(c)
		}
	}
	return l.error("string without an end")
}
