package match

import (
	"telltale/fingerprint"
	"telltale/fingerprint/code"
)

// sturdy collects the reads of a layer, without those of fragile marks where
// they would be all but the only evidence. It looks at the number of reads and at
// nobody's word, so the e-values stay what they are.
func (d *decision) sturdy(l *layer, read *layerRead) ([]fingerprint.Site, []code.Read) {
	sites, reads := l.collect(read)
	fragile := make([]bool, len(l.carriers))
	for i, c := range l.carriers {
		fragile[i] = fingerprint.Fragile(l.scheme.Columns[c].Carrier)
	}
	n := 0
	for _, r := range reads {
		if !fragile[r.Group] {
			n++
		}
	}
	if n >= fingerprint.LeastSturdy || n == len(reads) {
		return sites, reads
	}
	d.warn("the marks left are forms of writing, which are never weighed alone: %d others were read, %d would be needed", n, fingerprint.LeastSturdy)
	var of []fingerprint.Site
	var in []code.Read
	for i, r := range reads {
		if !fragile[r.Group] {
			of, in = append(of, sites[i]), append(in, r)
		}
	}
	return of, in
}
