package syntax_test

import (
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/weft-stm/weft/examples/vm/syntax"
)

// TestErrors: what is no program is refused, with the line.
func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"let x = ":                       "x.w:1: unexpected end of the program: an expression is needed",
		"let x = 1\nlet = 2":             "x.w:2: unexpected =: a declaration needs name",
		"print(1":                        "x.w:1: unexpected end of the program: a list needs ,",
		"\n\"abc":                        "x.w:2: string without an end",
		`"\q"`:                           `x.w:1: unknown escape \q`,
		"a = 1 b = 2":                    "x.w:1: unexpected b: a statement ends at the end of the line",
		"1 + 2 = 3":                      "x.w:1: this cannot be assigned to",
		"spawn x":                        "x.w:1: spawn needs a call",
		"try { }":                        "x.w:1: try needs catch or finally",
		"fn f() { return self }":         "x.w:1: self is possible in methods only",
		"x = 12x":                        "x.w:1: unexpected x: a statement ends at the end of the line",
		"const c":                        "x.w:1: const needs a value",
		"$":                              "x.w:1: unexpected character '$'",
		"x = 1e999":                      "x.w:1: bad number 1e999",
		"a == not b":                     "x.w:1: not needs parentheses here",
		"if x { }\nelse { }":             "x.w:2: unexpected else: an expression is needed",
		"class C { x }":                  "x.w:1: unexpected x: a class needs fn",
		"f(" + strings.Repeat("(", 2000): "x.w:1: nested too deeply",
	} {
		_, err := syntax.Parse("x.w", text)
		require.EqualError(t, err, want, "%.40q", text)
	}
}

// one parses an expression.
func one(t *testing.T, text string) syntax.Expr {
	p, err := syntax.Parse("x.w", text)
	require.NoError(t, err)
	require.Len(t, p.Body, 1)
	return p.Body[0].(*syntax.ExprStmt).X
}

// brackets shows how operators bind.
func brackets(x syntax.Expr) string {
	switch x := x.(type) {
	case *syntax.Binary:
		return "(" + brackets(x.X) + " " + string(x.Op) + " " + brackets(x.Y) + ")"
	case *syntax.Unary:
		return "(" + string(x.Op) + " " + brackets(x.X) + ")"
	case *syntax.Ident:
		return x.Name
	case *syntax.Field:
		return brackets(x.X) + "." + x.Name
	case *syntax.Call:
		return brackets(x.Fn) + "()"
	}
	return "?"
}

func TestPrecedence(t *testing.T) {
	for text, want := range map[string]string{
		"a + b * c":             "(a + (b * c))",
		"a - b - c":             "((a - b) - c)",
		"not a == b and c or d": "(((not (a == b)) and c) or d)",
		"a < b + c << d":        "(a < ((b + c) << d))",
		"a | b ^ c & d":         "((a | b) ^ (c & d))",
		"-a.b() * c":            "((- a.b()) * c)",
		"a and not b":           "(a and (not b))",
		"a +\n b":               "(a + b)",
		"a in b == c":           "((a in b) == c)",
	} {
		require.Equal(t, want, brackets(one(t, text)), text)
	}
}

func TestLiterals(t *testing.T) {
	huge, _ := new(big.Int).SetString("18446744073709551616", 10)
	for text, want := range map[string]any{
		"1_000": int64(1000), "0xff": int64(255), "1.5": 1.5, "2e3": 2000.0, "2.5e-1": 0.25, "nil": nil, "true": true,
		`"a\n\"b\\"`: "a\n\"b\\", "18446744073709551616": huge, "9223372036854775807": int64(9223372036854775807),
	} {
		require.Equal(t, want, one(t, text).(*syntax.Literal).Value, text)
	}
}

// TestLines: statements know where they begin, whatever is between them.
func TestLines(t *testing.T) {
	p, err := syntax.Parse("x.w", "# a comment\nf(1,\n 2)\n\nlet d = {\n \"a\": 1,\n}\nif a { } else if b {\n} else { }; x += 1\n")
	require.NoError(t, err)
	var lines []syntax.Pos
	for _, s := range p.Body {
		lines = append(lines, s.At())
	}
	require.Equal(t, []syntax.Pos{2, 5, 8, 9}, lines)
}

// TestAnyText: whatever the text is, there is a program or an error with a line
// in the text.
func TestAnyText(t *testing.T) {
	words := []string{"let", "fn", "class", "if", "else", "for", "in", "..", "{", "}", "(", ")", "[", "]", "=", "+", "x", "y", "1", "2.5",
		`"s"`, "\n", ";", "atomic", "orelse", "try", "catch", "finally", "spawn", ".", ",", ":", "not", "-", "return", "const", "with", "self", "super", "#", "\""}
	rapid.Check(t, func(r *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 40).Draw(r, "words"), " ")
		_, err := syntax.Parse("x.w", text)
		if err != nil {
			var e *syntax.Error
			require.ErrorAs(r, err, &e)
			require.GreaterOrEqual(r, int(e.Line), 1)
			require.LessOrEqual(r, int(e.Line), strings.Count(text, "\n")+1)
		}
	})
}
