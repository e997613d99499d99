package identity

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed vocab/countries.tsv
var countriesTSV string

//go:embed vocab/places.tsv
var placesTSV string

// gazetteer knows names of places, in their folded spelling.
type gazetteer struct {
	countries, regions map[string]string // name -> code
	cities             map[string]bool
}

var places = sync.OnceValue(func() *gazetteer {
	g := &gazetteer{countries: map[string]string{}, regions: map[string]string{}, cities: map[string]bool{}}
	for _, f := range tsv(countriesTSV) {
		g.countries[f[0]] = f[0]
	}
	for _, f := range tsv(countriesTSV) {
		for _, name := range strings.Split(f[1], "|") {
			name, _ = words().place.spell(name)
			if _, taken := g.countries[name]; !taken {
				g.countries[name] = f[0]
			}
		}
	}
	for _, f := range tsv(placesTSV) {
		for _, name := range strings.Split(f[2], "|") {
			name, _ = words().place.spell(name)
			switch {
			case f[0] == "city":
				g.cities[name] = true
			case f[1] == "-":
				g.regions[name] = name
			default:
				g.regions[name], g.regions[f[1]] = f[1], f[1]
			}
		}
	}
	return g
})

// canonicalPlace folds names as words.go says. Countries become their ISO
// code, states of the USA, Canada and Australia their abbreviation; a Chinese
// name loses the word for province or city at its end.
func canonicalPlace(k Kind, v string) (string, bool) {
	name, ok := words().place.spell(v)
	if !ok {
		return "", false
	}
	switch k {
	case Country:
		if code, found := places().countries[name]; found {
			return code, true
		}
	case Region:
		if code, found := places().regions[name]; found {
			return code, true
		}
	}
	return name, true
}
