package code

import (
	"slices"

	"github.com/weft-stm/weft/examples/vm/syntax"
)

// layOut decides what fields and methods classes have.
func (c *compiler) layOut() {
	c.methods = make([]map[string]*syntax.Fn, len(c.order))
	for i, s := range c.order {
		out := &Class{Name: s.Name, Super: -1, Methods: map[string]int{}}
		c.methods[i] = map[string]*syntax.Fn{}
		if s.Super != "" {
			out.Super = slices.IndexFunc(c.order[:i], func(x *syntax.Class) bool { return x.Name == s.Super })
			if out.Super < 0 {
				c.fail(s.Pos, "%s is no class declared above", s.Super)
			}
			above := c.out.Classes[out.Super]
			out.Fields = slices.Clone(above.Fields)
			for name, n := range above.Methods {
				out.Methods[name] = n
				c.methods[i][name] = c.methods[out.Super][name]
			}
		}
		for _, m := range s.Methods {
			if n, twice := out.Methods[m.Name]; twice && c.funcs[n-1].Class == s.Name {
				c.fail(m.Pos, "%s.%s is declared twice", s.Name, m.Name)
			}
			out.Methods[m.Name] = c.numbers[m]
			c.methods[i][m.Name] = m
		}
		for _, m := range s.Methods {
			c.fields(m.Body, out)
		}
		c.out.Classes = append(c.out.Classes, out)
	}
}

// fields adds those that a method assigns to through self.
func (c *compiler) fields(s syntax.Stmt, out *Class) {
	block := func(b *syntax.Block) {
		if b != nil {
			for _, s := range b.Body {
				c.fields(s, out)
			}
		}
	}
	switch s := s.(type) {
	case *syntax.Assign:
		f, ok := s.Target.(*syntax.Field)
		if !ok {
			return
		}
		if _, ok := f.X.(*syntax.Self); ok && !slices.Contains(out.Fields, f.Name) {
			if _, both := out.Methods[f.Name]; both {
				c.fail(s.Pos, "%s.%s is a method already", out.Name, f.Name)
			}
			out.Fields = append(out.Fields, f.Name)
		}
	case *syntax.Block:
		block(s)
	case *syntax.If:
		block(s.Then)
		if s.Else != nil {
			c.fields(s.Else, out)
		}
	case *syntax.While:
		block(s.Body)
	case *syntax.For:
		block(s.Body)
	case *syntax.With:
		block(s.Body)
	case *syntax.Try:
		block(s.Body)
		block(s.Catch)
		block(s.Finally)
	case *syntax.Atomic:
		block(s.Body)
		block(s.OrElse)
	}
}
