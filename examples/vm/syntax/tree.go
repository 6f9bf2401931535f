package syntax

// A Program is a file.
type Program struct {
	File string
	Body []Stmt
}

// A Stmt is a statement.
type Stmt interface{ At() Pos }

// An Expr is an expression.
type Expr interface{ At() Pos }

// At returns p itself: nodes embed where they are.
func (p Pos) At() Pos { return p }

// Statements.
type (
	// Let declares a variable; Const one whose value is known beforehand.
	Let struct {
		Pos
		Name  string
		Value Expr // nil: the value nil
		Const bool
	}
	// Assign is target = value, or target op= value.
	Assign struct {
		Pos
		Target Expr // Ident, Index or Field
		Op     Kind // "" or the operator
		Value  Expr
	}
	// ExprStmt is an expression whose value is dropped.
	ExprStmt struct {
		Pos
		X Expr
	}
	// Block is statements with a scope of their own.
	Block struct {
		Pos
		Body []Stmt
	}
	// If has an Else that is nil, a Block or an If.
	If struct {
		Pos
		Cond Expr
		Then *Block
		Else Stmt
	}
	// While is a loop.
	While struct {
		Pos
		Cond Expr
		Body *Block
	}
	// For loops over a range From..To, or over what From is if To is nil.
	For struct {
		Pos
		Name     string
		From, To Expr
		Body     *Block
	}
	// Break leaves the innermost loop, Continue goes on with its next round.
	Break struct{ Pos }
	// Continue is described with Break.
	Continue struct{ Pos }
	// Return leaves the function; Value may be nil.
	Return struct {
		Pos
		Value Expr
	}
	// Throw raises an exception.
	Throw struct {
		Pos
		Value Expr
	}
	// Try has a Catch, a Finally, or both.
	Try struct {
		Pos
		Body    *Block
		Name    string // of the exception
		Catch   *Block
		Finally *Block
	}
	// Atomic is a block, and what is tried if it comes to retry.
	Atomic struct {
		Pos
		Body   *Block
		OrElse *Block // or nil
	}
	// With holds a lock for a block.
	With struct {
		Pos
		Lock Expr
		Body *Block
	}
	// Retry waits for a change and begins the atomic block again.
	Retry struct{ Pos }
	// FnDecl declares a function.
	FnDecl struct {
		Pos
		Fn *Fn
	}
	// Class declares a class.
	Class struct {
		Pos
		Name    string
		Super   string // or ""
		Methods []*Fn
	}
)

// Expressions.
type (
	// Ident is a name.
	Ident struct {
		Pos
		Name string
	}
	// Literal is nil, a bool, an int64, a *big.Int, a float64 or a string.
	Literal struct {
		Pos
		Value any
	}
	// Unary is -x, ~x or not x.
	Unary struct {
		Pos
		Op Kind
		X  Expr
	}
	// Binary is x op y, also for and, or.
	Binary struct {
		Pos
		Op   Kind
		X, Y Expr
	}
	// List is [a, b].
	List struct {
		Pos
		Items []Expr
	}
	// Dict is {k: v}.
	Dict struct {
		Pos
		Keys, Values []Expr
	}
	// Index is x[i].
	Index struct {
		Pos
		X, I Expr
	}
	// Field is x.name.
	Field struct {
		Pos
		X    Expr
		Name string
	}
	// Call is f(args). With Spawn it runs in a thread of its own.
	Call struct {
		Pos
		Fn    Expr
		Args  []Expr
		Spawn bool
	}
	// Self is the object of a method.
	Self struct{ Pos }
	// Super is super.name, of the class above.
	Super struct {
		Pos
		Name string
	}
	// Fn is a function.
	Fn struct {
		Pos
		Name   string // "" if it has none
		Params []string
		Body   *Block
		Class  string // "" unless it is a method
	}
)
