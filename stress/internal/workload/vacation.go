package workload

import (
	"context"
	"math/rand/v2"
)

var vacation = &Workload{
	Name:    "vacation",
	Doc:     "customers reserve cars, flights and rooms, are deleted, and prices and stocks change; what is free and what is reserved is the stock, and a bill is the sum of its prices",
	Expects: []Event{Conflict, Extension},
	Least:   2,
	Make:    makeVacation,
}

const (
	resourceKinds = 3 // cars, flights, rooms
	resources     = 24
	customers     = 32
	reservations  = 4 // at most, for one customer
)

// An agency is a database of resources and customers. A resource has a stock,
// of which some is free, and a price; a customer has a bill and reservations,
// each a resource plus one and the price paid.
type agency struct {
	stock, free, price int // of resource 0
	bill, held, paid   int // of customer 0
}

func makeVacation(int, *rand.Rand) *Instance {
	const n = resourceKinds * resources
	var l layout
	a := &agency{
		stock: l.vars("stock", n, 3), free: l.vars("free", n, 3), price: l.vars("price", n, 50),
		bill: l.vars("bill", customers, 0), held: l.vars("held", customers*reservations, 0), paid: l.vars("paid", customers*reservations, 0),
	}
	return &Instance{
		Initial: l.initial,
		Labels:  l.labels,
		Step: func(ctx context.Context, h *Hand) error {
			customer := h.Rand.IntN(customers)
			switch h.Rand.IntN(32) {
			case 0:
				return h.View(ctx, func(tx Tx) error { return a.check(tx.Get) })
			case 1, 2, 3:
				return h.Update(ctx, "remove", func(tx Tx) error { return a.remove(tx, customer) })
			case 4, 5, 6:
				return h.Update(ctx, "supply", func(tx Tx) error { return a.supply(tx, h.Rand) })
			}
			return h.Update(ctx, "reserve", func(tx Tx) error { return a.reserve(tx, customer, h.Rand) })
		},
		Check: a.check,
	}
}

// reserve gives the customer the cheapest of some resources of each kind.
func (a *agency) reserve(tx Tx, customer int, rnd *rand.Rand) error {
	slot := customer * reservations
	for kind := range resourceKinds {
		best, bestPrice := -1, int64(0)
		for range 4 {
			r := kind*resources + rnd.IntN(resources)
			free, stock, price := tx.Get(a.free+r), tx.Get(a.stock+r), tx.Get(a.price+r)
			if free < 0 || free > stock {
				return violated("vacation: %d free of %d", free, stock)
			}
			if free > 0 && (best < 0 || price < bestPrice) {
				best, bestPrice = r, price
			}
		}
		for slot < (customer+1)*reservations && tx.Get(a.held+slot) != 0 {
			slot++
		}
		if best < 0 || slot == (customer+1)*reservations {
			continue
		}
		tx.Set(a.free+best, tx.Get(a.free+best)-1)
		tx.Set(a.held+slot, int64(best)+1)
		tx.Set(a.paid+slot, bestPrice)
		tx.Set(a.bill+customer, tx.Get(a.bill+customer)+bestPrice)
	}
	return nil
}

// remove cancels all that a customer has.
func (a *agency) remove(tx Tx, customer int) error {
	sum := int64(0)
	for slot := customer * reservations; slot < (customer+1)*reservations; slot++ {
		r := tx.Get(a.held + slot)
		if r == 0 {
			continue
		}
		tx.Add(a.free+int(r)-1, 1)
		sum += tx.Get(a.paid + slot)
		tx.Set(a.held+slot, 0)
		tx.Set(a.paid+slot, 0)
	}
	if bill := tx.Get(a.bill + customer); bill != sum {
		return violated("vacation: a bill of %d for reservations of %d", bill, sum)
	}
	tx.Set(a.bill+customer, 0)
	return nil
}

// supply changes the price of a resource, or its stock.
func (a *agency) supply(tx Tx, rnd *rand.Rand) error {
	r := rnd.IntN(resourceKinds * resources)
	switch free := tx.Get(a.free + r); rnd.IntN(3) {
	case 0:
		tx.Set(a.price+r, 50+rnd.Int64N(50)) // blind
	case 1:
		if free > 0 {
			tx.Add(a.free+r, -1)
			tx.Add(a.stock+r, -1)
		}
	default:
		tx.Add(a.free+r, 1)
		tx.Add(a.stock+r, 1)
	}
	return nil
}

func (a *agency) check(get func(v int) int64) error {
	var reserved [resourceKinds * resources]int64
	for c := range customers {
		sum := int64(0)
		for slot := c * reservations; slot < (c+1)*reservations; slot++ {
			if r := get(a.held + slot); r != 0 {
				reserved[r-1]++
				sum += get(a.paid + slot)
			}
		}
		if bill := get(a.bill + c); bill != sum {
			return violated("vacation: a bill of %d for reservations of %d", bill, sum)
		}
	}
	for r, n := range reserved {
		if free, stock := get(a.free+r), get(a.stock+r); free+n != stock {
			return violated("vacation: %d free and %d reserved of %d", free, n, stock)
		}
	}
	return nil
}
