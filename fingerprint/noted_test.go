package fingerprint

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"telltale/internal/key"
	"telltale/internal/material"
)

// adult is the first rows of the Adult table, with a row number.
func adult(t testing.TB, rows int) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join(material.Dir(t, "fingerprint_lit"), "adult-train.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.TrimLeadingSpace = true
	all := must(r.ReadAll())[:rows]
	for i := range all {
		all[i] = append([]string{decimal(int64(i+1), 0)}, all[i]...)
	}
	return all
}

// notedScheme marks age, fnlwgt and three categories of Adult.
func notedScheme(t testing.TB, rows [][]string) Scheme {
	t.Helper()
	s := Scheme{Version: SchemeVersion, Density: 1}
	for i, name := range strings.Fields("id age workclass fnlwgt education education-num marital occupation relationship race sex gain loss hours country income") {
		c := Column{Name: name, Key: i == 0}
		switch name {
		case "age", "fnlwgt":
			c.Carrier, c.Noted = "number:1", true
		case "workclass", "marital", "occupation", "relationship":
			c.Carrier, c.Noted = noCarrier, true
		}
		s.Columns = append(s.Columns, c)
	}
	joint := LearnJoint(s.Columns, rows, 0.8)
	for i, c := range s.Columns {
		if c.Noted && c.Carrier == noCarrier {
			s.Columns[i].Carrier = SuggestPairs(s.Columns, i, rows, joint)
		}
	}
	s.Joint = KeepNoted(joint, s.Columns)
	return s
}

// A noted column reads back the word where it is marked, and nothing elsewhere;
// about 15 of 100 marked cells differ from the original.
func TestNotedColumnsReadBack(t *testing.T) {
	rows := adult(t, 2000)
	m := must(New(notedScheme(t, rows), "d", key.Secret{3}))
	word := m.Word("acme")
	marked, changed := 0, 0
	var marks []Mark
	var notes []Note
	for _, row := range rows {
		k := must(m.RowKey(row))
		marks = m.Plan(marks[:0], k, nil, row, nil, Threshold(1))
		notes = m.Notes(notes[:0], k, nil, row, nil)
		copied := slices.Clone(row)
		at := map[int]bool{}
		for _, mk := range marks {
			at[mk.Site.Column] = true
			if cell, ok := mk.Cell(word); ok {
				copied[mk.Site.Column] = cell
				changed++
			}
		}
		marked += len(marks)
		for i, c := range m.Noted() {
			s, symbol, ok := m.ReadNoted(k, c, copied[c], notes[i])
			if ok != at[c] || ok && symbol != word.Bit(s) {
				t.Fatalf("row %s column %d: read %d, %v of %q; marked %v, the word has %d", row[0], c, symbol, ok, copied[c], at[c], word.Bit(s))
			}
		}
	}
	// Four standard deviations of a binomial: a false alarm in 16,000 keys, and the key is fixed.
	if share := float64(changed) / float64(marked); math.Abs(share-0.15) > 4*math.Sqrt(0.15*0.85/float64(marked)) {
		t.Errorf("%d of %d marked cells differ: %.3f, want 0.15", changed, marked, share)
	}
}

// Under every model a cell moves from a to b as often as back, so columns and
// pairs of columns keep their distribution. The expected flows are summed
// exactly, over all coins.
func TestStepsKeepDistributions(t *testing.T) {
	rows := adult(t, 5000)
	s := notedScheme(t, rows)
	models := must(newJointModels(s.Joint, s.Columns))
	for i, c := range s.Columns {
		if !IsCategory(c.Carrier) {
			continue
		}
		carrier := must(ParseCarrier(c.Carrier, "")).(categoryCarrier)
		for _, beside := range []int{i, 4, 8, 10} { // the column itself, education, relationship, sex
			flow, size := map[[2]string][2]float64{}, map[string]float64{}
			for _, row := range rows {
				class, rank, ok := carrier.Class(row[i])
				size[row[beside]]++
				if !ok {
					continue
				}
				other, _ := carrier.Render(row[i], 1-rank)
				models.begin(row)
				least := uint32(1 << 16)
				for _, m := range models {
					least = min(least, m.chance(i, row[i], other))
				}
				place := [2]string{class, ""}
				if beside != i {
					place[1] = row[beside]
				}
				f := flow[place]
				f[rank] += float64(least) / (1 << 16)
				flow[place] = f
			}
			for place, f := range flow {
				limit := 0.02 * float64(len(rows))
				if beside != i {
					limit = 25 + 0.025*size[place[1]]
				}
				if math.Abs(f[0]-f[1]) > limit {
					t.Errorf("%s, %v: %.0f move one way and %.0f back", c.Name, place, f[0], f[1])
				}
			}
		}
	}
}

// Nobody becomes what the rest of the row excludes.
func TestStepsStayPlausible(t *testing.T) {
	rows := adult(t, 5000)
	s := notedScheme(t, rows)
	for i := range s.Columns {
		if s.Columns[i].Name == "relationship" {
			s.Columns[i].Carrier = "category:Husband|Wife:Own-child|Unmarried"
		}
	}
	m := must(New(s, "d", key.Secret{3}))
	for _, row := range rows {
		for _, mk := range m.Plan(nil, must(m.RowKey(row)), nil, row, nil, Threshold(1)) {
			if mk.Alt == "Wife" && row[10] == "Male" || mk.Alt == "Husband" && row[10] == "Female" {
				t.Fatalf("row %s: a mark makes a %s of a %s", row[0], mk.Alt, row[10])
			}
		}
	}
}

// notedVectors are what another implementation must reproduce of noted columns.
type notedVectors struct {
	Scheme Scheme     `json:"scheme"`
	Rows   [][]string `json:"rows"`
	Notes  [][]Note   `json:"notes"`
	Copies [][]string `json:"copies"` // of acme, under the secret that begins with a 3, dataset d
}

func (v *notedVectors) derive(t *testing.T) {
	m := must(New(v.Scheme, "d", key.Secret{3}))
	v.Notes, v.Copies = nil, nil
	for _, row := range v.Rows {
		k := must(m.RowKey(row))
		copied := slices.Clone(row)
		for _, mk := range m.Plan(nil, k, nil, row, nil, Threshold(v.Scheme.Density)) {
			if cell, ok := mk.Cell(m.Word("acme")); ok {
				copied[mk.Site.Column] = cell
			}
		}
		v.Notes, v.Copies = append(v.Notes, m.Notes(nil, k, nil, row, nil)), append(v.Copies, copied)
	}
}

func TestNotedVectors(t *testing.T) {
	const file = "testdata/noted.json"
	var v notedVectors
	if *update {
		rows := [][]string{}
		for i := range 400 { // 400 made-up rows in which colour and size go together
			n := i * 7919 % 400
			rows = append(rows, []string{decimal(int64(i+1), 0), decimal(int64(1000+n*3+i%5), 0),
				[]string{"red", "blue", "green", "grey"}[n/100], []string{"small", "medium", "large"}[(n+i%60)/170]})
		}
		v.Scheme = Scheme{Version: SchemeVersion, Density: 0.9, Columns: []Column{{Name: "id", Key: true}, {Name: "weight", Carrier: "number:1", Noted: true},
			{Name: "colour", Carrier: "category:red|blue:green|grey", Noted: true}, {Name: "size"}}}
		v.Scheme.Joint = KeepNoted(LearnJoint(v.Scheme.Columns, rows, 0.8)[:1], v.Scheme.Columns)
		v.Rows = rows[:40]
		v.derive(t)
		if err := os.WriteFile(file, append(must(json.Marshal(v)), '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err := json.Unmarshal(must(os.ReadFile(file)), &v); err != nil {
		t.Fatal(err)
	}
	got := v
	got.derive(t)
	differ := 0
	for i := range v.Rows {
		if !reflect.DeepEqual(got.Notes[i], v.Notes[i]) || !slices.Equal(got.Copies[i], v.Copies[i]) {
			t.Errorf("row %d: %v %v, want %v %v", i, got.Notes[i], got.Copies[i], v.Notes[i], v.Copies[i])
		}
		if !slices.Equal(v.Copies[i], v.Rows[i]) {
			differ++
		}
	}
	if differ == 0 {
		t.Error("no row of the vectors differs from its original")
	}
}
