package canary

import (
	"fmt"
	"math/rand/v2"

	"telltale/internal/identity"
)

const peopleSpec = "id:integer:k name:name:i email:email:i phone:phone:i city:city postcode:postcode street:address:i waybill:serial:i amount:number created:time:s"

// people is a table of fabricated persons: ids with gaps, cities that decide
// postcodes, waybills with a check digit, times in order.
func people(n int) testTable {
	rng := rand.New(rand.NewPCG(7, 11))
	v := vocabs()["en-GB"]
	cities := []string{"Leeds LS1", "York YO1", "Hull HU1", "Bath BA1", "Ely CB7", "Truro TR1", "Wells BA5", "Ripon HG4"}
	streets := []string{"Mill Lane", "High Street", "Church Road", "Station Road", "Park Avenue", "Castle Street", "Ferry Road", "The Green"}
	tab := testTable{name: "people", locale: "en-GB", cols: columns(peopleSpec)}
	id, at := int64(1000), int64(1_700_000_000)
	for range n {
		id += 1 + rng.Int64N(9)
		at += rng.Int64N(4000)
		g, f := v.given[rng.IntN(len(v.given))], v.family[rng.IntN(len(v.family))]
		place := cities[min(rng.IntN(len(cities)), rng.IntN(len(cities)))]
		var city, code string
		fmt.Sscan(place, &city, &code)
		waybill, _ := identity.Luhn.Fix(fmt.Sprintf("%011d0", 73_000_000_000+rng.Int64N(900_000_000)))
		tab.rows = append(tab.rows, []string{
			fmt.Sprint(id), title(g) + " " + title(f), fmt.Sprintf("%s.%s%d@example.org", fold(g), fold(f), rng.IntN(90)+10),
			fmt.Sprintf("07%03d %06d", rng.IntN(1000), rng.IntN(1_000_000)), city, fmt.Sprintf("%s %d%s", code, rng.IntN(9)+1, "AB"),
			fmt.Sprintf("%d %s", rng.IntN(200)+1, streets[rng.IntN(len(streets))]), waybill,
			fmt.Sprintf("%.2f", rng.ExpFloat64()*50), scalar{layout: "2006-01-02 15:04:05"}.spell(at),
		})
	}
	return tab
}
