package syntax

import (
	"math/big"
	"strconv"
)

// binding is how strongly a binary operator binds.
var binding = map[Kind]int{
	"or": 1, "and": 2,
	"==": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4, "in": 4,
	"|": 5, "^": 5, "&": 6, "<<": 7, ">>": 7,
	"+": 8, "-": 8, "*": 9, "/": 9, "%": 9,
}

const notBinding = 3

func (p *parser) expr() Expr { return p.binary(1) }

// binary reads operands joined by operators that bind at least so strongly.
func (p *parser) binary(least int) Expr {
	defer p.deeper()()
	x := p.unary(least)
	for {
		t := p.peek()
		b := binding[t.Kind]
		if b == 0 || b < least {
			return x
		}
		p.next()
		x = &Binary{t.Pos, t.Kind, x, p.binary(b + 1)}
	}
}

func (p *parser) unary(least int) Expr {
	t := p.peek()
	switch t.Kind {
	case "not":
		if least > notBinding {
			p.fail(t.Pos, "not needs parentheses here")
		}
		p.next()
		return &Unary{t.Pos, t.Kind, p.binary(notBinding)}
	case "-", "~":
		p.next()
		defer p.deeper()()
		return &Unary{t.Pos, t.Kind, p.unary(10)}
	case "spawn":
		p.next()
		c, ok := p.postfix(p.operand()).(*Call)
		if !ok {
			p.fail(t.Pos, "spawn needs a call")
		}
		c.Spawn = true
		return c
	}
	return p.postfix(p.operand())
}

// postfix reads calls, indices and fields.
func (p *parser) postfix(x Expr) Expr {
	for {
		t := p.peek()
		switch t.Kind {
		case "(":
			p.next()
			x = &Call{Pos: t.Pos, Fn: x, Args: p.list(")")}
		case "[":
			p.next()
			x = &Index{t.Pos, x, p.expr()}
			p.expect("]", "an index")
		case ".":
			p.next()
			x = &Field{t.Pos, x, p.expect(Name, "a field").Text}
		default:
			return x
		}
	}
}

// list reads expressions up to a token of kind end, which it takes.
func (p *parser) list(end Kind) (all []Expr) {
	for !p.accept(end) {
		all = append(all, p.expr())
		if !p.is(end) {
			p.expect(",", "a list")
		}
	}
	return all
}

func (p *parser) operand() Expr {
	t := p.next()
	switch t.Kind {
	case Name:
		return &Ident{t.Pos, t.Text}
	case Int, Float:
		return &Literal{t.Pos, p.number(t)}
	case Text:
		return &Literal{t.Pos, t.Text}
	case "nil":
		return &Literal{t.Pos, nil}
	case "true", "false":
		return &Literal{t.Pos, t.Kind == "true"}
	case "(":
		x := p.expr()
		p.expect(")", "a parenthesis")
		return x
	case "[":
		return &List{t.Pos, p.list("]")}
	case "{":
		return p.dict(t.Pos)
	case "fn":
		return p.function(t.Pos, "")
	case "self", "super":
		return p.object(t)
	}
	p.fail(t.Pos, "unexpected %v: an expression is needed", t)
	return nil
}

func (p *parser) object(t Token) Expr {
	if p.class == "" {
		p.fail(t.Pos, "%v is possible in methods only", t)
	}
	if t.Kind == "self" {
		return &Self{t.Pos}
	}
	p.expect(".", "super")
	return &Super{t.Pos, p.expect(Name, "super").Text}
}

func (p *parser) number(t Token) any {
	if t.Kind == Float {
		x, err := strconv.ParseFloat(t.Text, 64)
		if err != nil {
			p.fail(t.Pos, "bad number %s", t.Text)
		}
		return x
	}
	n, ok := new(big.Int).SetString(t.Text, 0)
	switch {
	case !ok:
		p.fail(t.Pos, "bad number %s", t.Text)
	case n.IsInt64():
		return n.Int64()
	}
	return n
}

func (p *parser) dict(at Pos) Expr {
	d := &Dict{Pos: at}
	p.ends()
	for !p.accept("}") {
		d.Keys = append(d.Keys, p.expr())
		p.expect(":", "a dictionary")
		d.Values = append(d.Values, p.expr())
		p.ends()
		if !p.is("}") {
			p.expect(",", "a dictionary")
			p.ends()
		}
	}
	return d
}

// ends skips the ends of lines.
func (p *parser) ends() {
	for p.accept(End) {
	}
}
