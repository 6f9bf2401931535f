package stm

import (
	"context"

	"github.com/weft-stm/weft/internal/engine"
)

// An Option adjusts one transaction. The zero Option changes nothing.
type Option struct {
	name        string
	maxAttempts int
	irrevocable bool
	policy      Policy
}

// Name names the transaction in errors and reports. A named transaction that
// commits leaves its name for those that lose to it, which costs two stores.
func Name(s string) Option { return Option{name: s} }

// MaxAttempts limits the transaction to n attempts: when the n-th is lost to a
// conflict the call returns a [*ContentionError]. Waiting by Retry does not
// count. It panics if n is not positive.
func MaxAttempts(n int) Option {
	if n <= 0 {
		panic("stm: MaxAttempts needs a positive number of attempts")
	}
	return Option{maxAttempts: n}
}

// Irrevocable makes the transaction irrevocable from its first attempt, which
// is then its only one: see [Tx.Irrevocable].
func Irrevocable() Option { return Option{irrevocable: true} }

// set fills in the plan of a transaction.
func set(p *engine.Plan, ctx context.Context, mode engine.Mode, opts []Option) {
	p.Ctx, p.Mode = ctx, mode
	p.Name, p.MaxAttempts, p.Irrevocable = "", 0, false
	if p.Policy != nil {
		p.Policy = nil
	}
	for i := range opts {
		o := &opts[i]
		if o.name != "" {
			p.Name = o.name
		}
		if o.maxAttempts > 0 {
			p.MaxAttempts = o.maxAttempts
		}
		p.Irrevocable = p.Irrevocable || o.irrevocable
		if o.policy != nil {
			p.Policy, p.Decide = o.policy, decide
		}
	}
}
