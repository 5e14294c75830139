package analyzer

import (
	"go/token"
	"slices"
)

// resolve replaces the parameters in values by the arguments of each call of their function. Those of one call
// go together: a function that is called for ("vpc", "1.0") and ("virtualserver", "1.1") never speaks 1.0 of
// the latter.
func (p *program) resolve(values []value, depth int) []value {
	var all []value
	for _, v := range values {
		p.steps--
		if len(all) > maxValues || p.steps < 0 {
			return bounded(append(all, unknown...))
		}
		i := slices.IndexFunc(v.pieces, func(piece piece) bool { return piece.param.IsValid() })
		if i < 0 {
			all = append(all, v)
			continue
		}
		of := p.params[v.pieces[i].param].of
		if depth > maxCallers || len(p.calls[of]) == 0 {
			v.pieces = slices.Clone(v.pieces)
			v.pieces[i].param, v.pieces[i].passed = token.NoPos, true // nobody calls it here
			all = append(all, p.resolve([]value{v}, depth)...)
			continue
		}
		for _, call := range p.calls[of] {
			if len(all) > maxValues {
				break
			}
			all = append(all, p.resolve(p.passes(v, of, call), depth+1)...)
		}
	}
	return bounded(all)
}

// passes returns a value with the arguments of one call in place of the parameters of its function.
func (p *program) passes(v value, of token.Pos, call call) []value {
	all := []value{{at: v.at}}
	for i, piece := range v.pieces {
		param, ok := p.params[piece.param]
		if !ok || param.of != of {
			all = join(all, []value{{pieces: v.pieces[i : i+1]}})
			continue
		}
		arg, ok := call.arg(param.index)
		if !ok {
			return nil
		}
		args := p.eval(arg, nil, 0)
		for _, name := range piece.names {
			args = through(name, arg.expr, args)
		}
		all = join(all, args)
	}
	return all
}
