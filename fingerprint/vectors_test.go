package fingerprint

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"testing"

	"telltale/internal/key"
)

var update = flag.Bool("update", false, "write the vectors anew; only before anything was issued")

// vectors are what another implementation must reproduce.
type vectors struct {
	Secret    string            `json:"secret"` // hex
	Dataset   string            `json:"dataset"`
	Recipient string            `json:"recipient"`
	Scheme    Scheme            `json:"scheme"`
	Rows      [][]string        `json:"rows"`
	Want      []rowVector       `json:"want"`
	Withheld  float64           `json:"withheld_rate"`
	Classes   []classVector     `json:"classes"`
	Labels    map[string]string `json:"labels"`
}

type rowVector struct {
	RowKey   string       `json:"row_key"`
	Withheld bool         `json:"withheld"`
	Sites    []siteVector `json:"sites"`
	Copy     []string     `json:"copy"`
}

type siteVector struct {
	Column int    `json:"column"`
	ID     string `json:"id"`
	U      uint32 `json:"u"`
	Bias   uint32 `json:"bias"`
	Mask   uint8  `json:"mask"`
	Bit    uint8  `json:"bit"`
}

type classVector struct {
	Carrier string `json:"carrier"`
	Value   string `json:"value"`
	Class   string `json:"class"`
	Rank    int64  `json:"rank"`
}

const vectorFile = "testdata/marks.json"

func TestVectors(t *testing.T) {
	text, err := os.ReadFile(vectorFile)
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	got := v
	got.derive(t)
	if *update {
		out := must(json.MarshalIndent(got, "", " "))
		if err := os.WriteFile(vectorFile, append(out, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if len(v.Want) == 0 || len(v.Classes) == 0 {
		t.Fatal("no vectors")
	}
	for i := range v.Want {
		if !reflect.DeepEqual(got.Want[i], v.Want[i]) {
			t.Errorf("row %d: got %+v, want %+v", i, got.Want[i], v.Want[i])
		}
	}
	for i, c := range v.Classes {
		if got.Classes[i] != c {
			t.Errorf("got %+v, want %+v", got.Classes[i], c)
		}
	}
}

func (v *vectors) derive(t *testing.T) {
	raw := must(hex.DecodeString(v.Secret))
	master := key.Secret(raw)
	m := must(New(v.Scheme, v.Dataset, master))
	w := m.Word(v.Recipient)
	held := NewWithholding(v.Dataset, v.Recipient, master)
	copied, _ := embed(t, m, v.Rows, w, v.Scheme.Density)
	v.Want = nil
	for i, row := range v.Rows {
		k := must(m.RowKey(row))
		r := rowVector{RowKey: hex.EncodeToString(k[:]), Withheld: held.Withheld(k, v.Withheld), Copy: copied[i]}
		for c, col := range v.Scheme.Columns {
			if !col.marked() {
				continue
			}
			s := m.Site(k, c)
			r.Sites = append(r.Sites, siteVector{c, hex.EncodeToString(s.ID[:]), s.U, s.Bias, s.Mask, w.Bit(s)})
		}
		v.Want = append(v.Want, r)
	}
	classes := append([]classVector(nil), v.Classes...)
	for i, c := range classes {
		carrier := must(ParseCarrier(c.Carrier, v.Scheme.Locale))
		classes[i].Class, classes[i].Rank, _ = carrier.Class(c.Value)
	}
	v.Classes = classes
}
