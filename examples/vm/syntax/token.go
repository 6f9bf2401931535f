package syntax

import "strings"

// A Kind says what a token is: a keyword or an operator by its own spelling, and
// else one of the constants below.
type Kind string

// Kinds of tokens that are not spelled like their kind.
const (
	EOF   Kind = "end of the program"
	End   Kind = "end of the statement"
	Name  Kind = "name"
	Int   Kind = "integer"
	Float Kind = "number"
	Text  Kind = "string"
)

// A Token is a word of a program.
type Token struct {
	Kind Kind
	Text string // of names, numbers; of strings the contents
	Pos  Pos
}

func (t Token) String() string {
	switch t.Kind {
	case Name, Int, Float:
		return t.Text
	case Text:
		return `"` + t.Text + `"`
	}
	return string(t.Kind)
}

var keywords = words("and atomic break catch class const continue else false finally fn for if in let nil not or orelse retry " +
	"return self spawn super throw true try while with")

func words(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

// operators, longer ones first.
var operators = []string{
	"<<=", ">>=", "..", "==", "!=", "<=", ">=", "<<", ">>", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=",
	"+", "-", "*", "/", "%", "&", "|", "^", "~", "<", ">", "=", "(", ")", "[", "]", "{", "}", ",", ":", ".", ";",
}

// ends reports whether a statement may end after a token of kind k, so that a
// new line there does end it.
func ends(k Kind) bool {
	switch k {
	case Name, Int, Float, Text, ")", "]", "}", "break", "continue", "retry", "return", "true", "false", "nil", "self":
		return true
	}
	return false
}
