package canary

import (
	"fmt"
	"math/rand/v2"

	"telltale/internal/identity"
	"telltale/internal/synthetic"
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

const courierSpec = "运单号:serial:k 收件人:name:i 电话:phone:i 省份:region 城市:city 地址:address:i 重量:number 揽收时间:time:s"

// courier is the table of waybills that examples and demo use.
func courier(n int) testTable {
	return testTable{name: "courier", locale: "zh-CN", cols: columns(courierSpec), rows: synthetic.Waybills(n, 3).Rows}
}

const waybillSpec = "waybill:serial:k name:name:i phone:phone:i idcard:national-id:i province:region city:city address:address:i weight:number sent:time:s"

// waybills is a Chinese table of fabricated persons with resident ids.
func waybills(n int) testTable {
	rng := rand.New(rand.NewPCG(17, 5))
	v := vocabs()["zh-CN"]
	places := [][3]string{{"广东省", "深圳市", "440305"}, {"广东省", "广州市", "440106"}, {"浙江省", "杭州市", "330106"}, {"四川省", "成都市", "510107"}, {"北京市", "北京市", "110108"}}
	streets := []string{"中山路", "人民路", "解放大道", "建设街", "滨江路", "学院路"}
	tab := testTable{name: "waybills", locale: "zh-CN", cols: columns(waybillSpec)}
	at := int64(1_720_000_000)
	for i := range n {
		at += rng.Int64N(900)
		p := places[rng.IntN(len(places))]
		waybill, _ := identity.Luhn.Fix(fmt.Sprintf("%012d0", 100_000_000_000+int64(i)*37+rng.Int64N(30)))
		day := scalar{layout: "20060102"}.spell(3650 + rng.Int64N(9000))
		id, _ := identity.ResidentID.Fix(fmt.Sprintf("%s%s%03d0", p[2], day, 1+rng.IntN(999)))
		tab.rows = append(tab.rows, []string{
			"SF" + waybill, v.family[rng.IntN(100)] + v.given[rng.IntN(len(v.given))], fmt.Sprintf("13%09d", rng.Int64N(1_000_000_000)), id, p[0], p[1],
			fmt.Sprintf("%s%s%d号%d室", p[1], streets[rng.IntN(len(streets))], rng.IntN(300)+1, rng.IntN(2000)+101),
			fmt.Sprintf("%.2f", rng.ExpFloat64()*3+0.1), scalar{layout: "2006-01-02 15:04:05"}.spell(at),
		})
	}
	return tab
}
