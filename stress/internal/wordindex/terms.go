package wordindex

import (
	"go/scanner"
	"go/token"
	"strings"
	"unicode"
	"unicode/utf8"
)

// terms calls yield with each identifier of src, and each word of its
// comments, in order. Source that is no correct Go yields what the scanner makes of it.
func terms(src []byte, yield func(string)) {
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(src))
	s.Init(file, src, func(token.Position, string) {}, scanner.ScanComments)
	for {
		switch _, tok, text := s.Scan(); tok {
		case token.EOF:
			return
		case token.IDENT:
			yield(text)
		case token.COMMENT:
			words(text, yield)
		}
	}
}

// words calls yield with each word of text: a letter and the letters, digits
// and underscores after it.
func words(text string, yield func(string)) {
	for {
		start := strings.IndexFunc(text, unicode.IsLetter)
		if start < 0 {
			return
		}
		text = text[start:]
		end := 0
		for end < len(text) {
			r, size := utf8.DecodeRuneInString(text[end:])
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' {
				break
			}
			end += size
		}
		yield(text[:end])
		text = text[end:]
	}
}
