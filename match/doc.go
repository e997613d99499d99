// Package match tells from a leaked file or a message which recipient's copy it
// comes from, and how likely that is to be wrong.
//
// An Engine reads inputs one after the other; what it saw in each is a Reading,
// which can be saved, and merged with others. Decide weighs the merged
// readings once:
//
//	e, err := match.Open(ctx, registry, master, match.Options{})
//	r, err := e.File(ctx, file, match.Seen{At: found})
//	result, err := e.Decide(ctx, []*match.Reading{r})
//
// # Evidence
//
// Every line of evidence gives each candidate an e-value: a number whose mean
// is at most one for a recipient whose copy is no source of the leak, whatever
// anybody else did (docs/statistics.md). The lines are the marks of cells,
// canaries, canaries that several copies share, and withheld rows. They depend
// on different keys, so their e-values multiply. A candidate is accused when
// the product reaches N/alpha, N being the number of candidates; then the
// probability that anybody is accused wrongly is at most alpha.
//
// Which rows a recipient received is no random choice of ours. It is shown as
// coverage and weighs nothing.
//
// # What it will not do
//
// It never says who leaked: the proposition is always that the copy issued to
// somebody is a source of the file. It gives no similarity scores, and it never
// says that a file is clean when part of it could not be read.
package match
