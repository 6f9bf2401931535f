package syntax

import "fmt"

// A parser reads tokens. It leaves by a panic with an *Error.
type parser struct {
	file  string
	toks  []Token
	class string // around the current method, or ""
	depth int    // of nesting, so that no program exhausts the stack
}

// maxDepth bounds the nesting of expressions and statements.
const maxDepth = 1000

// Parse reads a program. The error is an [*Error].
func Parse(file, text string) (p *Program, err error) {
	toks, err := tokens(file, text)
	if err != nil {
		return nil, err
	}
	defer func() {
		if e, ok := recover().(*Error); ok {
			p, err = nil, e
		}
	}()
	r := &parser{file: file, toks: toks}
	return &Program{file, r.statements(EOF)}, nil
}

func (p *parser) fail(at Pos, format string, args ...any) {
	panic(&Error{p.file, at, fmt.Sprintf(format, args...)})
}

func (p *parser) peek() Token { return p.toks[0] }

func (p *parser) next() Token {
	t := p.toks[0]
	if t.Kind != EOF {
		p.toks = p.toks[1:]
	}
	return t
}

func (p *parser) is(k Kind) bool { return p.toks[0].Kind == k }

// accept takes the next token if it is of kind k.
func (p *parser) accept(k Kind) bool {
	if p.is(k) {
		p.next()
		return true
	}
	return false
}

func (p *parser) expect(k Kind, where string) Token {
	t := p.next()
	if t.Kind != k {
		p.fail(t.Pos, "unexpected %v: %s needs %s", t, where, k)
	}
	return t
}

// deeper counts nesting; the function that it returns ends it.
func (p *parser) deeper() func() {
	if p.depth++; p.depth > maxDepth {
		p.fail(p.peek().Pos, "nested too deeply")
	}
	return func() { p.depth-- }
}

// statements reads up to a token of kind end, which it takes.
func (p *parser) statements(end Kind) (all []Stmt) {
	for {
		for p.accept(End) {
		}
		if p.accept(end) {
			return all
		}
		all = append(all, p.statement())
		if t := p.peek(); t.Kind != End && t.Kind != end {
			p.fail(t.Pos, "unexpected %v: a statement ends at the end of the line", t)
		}
	}
}

func (p *parser) block(where string) *Block {
	defer p.deeper()()
	at := p.expect("{", where).Pos
	return &Block{at, p.statements("}")}
}

func (p *parser) statement() Stmt {
	t := p.peek()
	switch t.Kind {
	case "{":
		return p.block("a block")
	case "if":
		return p.ifStmt()
	case "fn":
		if p.toks[1].Kind == Name {
			p.next()
			return &FnDecl{t.Pos, p.function(t.Pos, p.next().Text)}
		}
	}
	if read, ok := statements[t.Kind]; ok {
		p.next()
		return read(p, t.Pos)
	}
	return p.simple()
}

// statements reads those that begin with a keyword, which has been taken.
var statements map[Kind]func(p *parser, at Pos) Stmt

func init() {
	statements = map[Kind]func(p *parser, at Pos) Stmt{
		"let":      func(p *parser, at Pos) Stmt { return p.let(at, false) },
		"const":    func(p *parser, at Pos) Stmt { return p.let(at, true) },
		"break":    func(_ *parser, at Pos) Stmt { return &Break{at} },
		"continue": func(_ *parser, at Pos) Stmt { return &Continue{at} },
		"retry":    func(_ *parser, at Pos) Stmt { return &Retry{at} },
		"throw":    func(p *parser, at Pos) Stmt { return &Throw{at, p.expr()} },
		"while":    func(p *parser, at Pos) Stmt { return &While{at, p.expr(), p.block("while")} },
		"with":     func(p *parser, at Pos) Stmt { return &With{at, p.expr(), p.block("with")} },
		"return":   (*parser).returnStmt,
		"for":      (*parser).forStmt,
		"try":      (*parser).tryStmt,
		"atomic":   (*parser).atomicStmt,
		"class":    (*parser).classStmt,
	}
}

// simple reads an expression or an assignment.
func (p *parser) simple() Stmt {
	x := p.expr()
	t := p.peek()
	switch t.Kind {
	case "=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=":
		p.next()
		switch x.(type) {
		case *Ident, *Index, *Field:
		default:
			p.fail(t.Pos, "this cannot be assigned to")
		}
		return &Assign{t.Pos, x, t.Kind[:len(t.Kind)-1], p.expr()}
	}
	return &ExprStmt{x.At(), x}
}
