package syntax

func (p *parser) let(at Pos, constant bool) Stmt {
	s := &Let{Pos: at, Name: p.expect(Name, "a declaration").Text, Const: constant}
	if p.accept("=") {
		s.Value = p.expr()
	} else if constant {
		p.fail(at, "const needs a value")
	}
	return s
}

func (p *parser) ifStmt() Stmt {
	defer p.deeper()()
	s := &If{Pos: p.next().Pos, Cond: p.expr(), Then: p.block("if")}
	if p.accept("else") {
		if p.is("if") {
			s.Else = p.ifStmt()
		} else {
			s.Else = p.block("else")
		}
	}
	return s
}

func (p *parser) returnStmt(at Pos) Stmt {
	s := &Return{Pos: at}
	if !p.is(End) && !p.is("}") && !p.is(EOF) {
		s.Value = p.expr()
	}
	return s
}

func (p *parser) forStmt(at Pos) Stmt {
	s := &For{Pos: at, Name: p.expect(Name, "for").Text}
	p.expect("in", "for")
	s.From = p.expr()
	if p.accept("..") {
		s.To = p.expr()
	}
	s.Body = p.block("for")
	return s
}

func (p *parser) tryStmt(at Pos) Stmt {
	s := &Try{Pos: at, Body: p.block("try")}
	if p.accept("catch") {
		s.Name = p.expect(Name, "catch").Text
		s.Catch = p.block("catch")
	}
	if p.accept("finally") {
		s.Finally = p.block("finally")
	}
	if s.Catch == nil && s.Finally == nil {
		p.fail(at, "try needs catch or finally")
	}
	return s
}

func (p *parser) atomicStmt(at Pos) Stmt {
	s := &Atomic{Pos: at, Body: p.block("atomic")}
	if p.accept("orelse") {
		s.OrElse = p.block("orelse")
	}
	return s
}

func (p *parser) classStmt(at Pos) Stmt {
	s := &Class{Pos: at, Name: p.expect(Name, "class").Text}
	if p.accept(":") {
		s.Super = p.expect(Name, "the class above").Text
	}
	p.expect("{", "class")
	around := p.class
	p.class = s.Name
	for {
		for p.accept(End) {
		}
		if p.accept("}") {
			break
		}
		at := p.expect("fn", "a class").Pos
		f := p.function(at, p.expect(Name, "a method").Text)
		f.Class = s.Name
		s.Methods = append(s.Methods, f)
	}
	p.class = around
	return s
}

// function reads parameters and body.
func (p *parser) function(at Pos, name string) *Fn {
	f := &Fn{Pos: at, Name: name}
	p.expect("(", "a function")
	for !p.accept(")") {
		f.Params = append(f.Params, p.expect(Name, "a parameter").Text)
		if !p.is(")") {
			p.expect(",", "a list of parameters")
		}
	}
	f.Body = p.block("a function")
	return f
}
