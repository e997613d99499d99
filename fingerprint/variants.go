package fingerprint

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

//go:embed variants/en.tsv
var englishTable string

//go:embed variants/zh.tsv
var chineseTable string

// spelling is one entry of the index of a table.
type spelling struct {
	family *family
	rank   int
}

type variants struct {
	families []*family
	index    map[string][]spelling // by the spelling, lower case
}

var english = sync.OnceValue(func() *variants { return readVariants(englishTable) })

var chinese = sync.OnceValue(func() *variants { return readVariants(chineseTable) })

// readVariants reads a table that is part of the program; a bad line in it is
// a bug.
func readVariants(table string) *variants {
	v := &variants{index: map[string][]spelling{}}
	for n, line := range strings.Split(table, "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		part := strings.Split(line, "\t")
		if len(part) != 3 {
			panic(fmt.Sprintf("variants: line %d has %d fields, want 3", n+1, len(part)))
		}
		priority, err := strconv.Atoi(part[1])
		if err != nil {
			panic(fmt.Sprintf("variants: line %d: %v", n+1, err))
		}
		spellings := strings.Split(part[2], "|")
		f := &family{name: part[0] + "/" + spellings[0], rule: part[0], priority: priority, spellings: spellings}
		v.families = append(v.families, f)
		for i, s := range spellings {
			v.index[s] = append(v.index[s], spelling{f, i})
		}
	}
	return v
}

// of returns the family of a rule that has one.
func (v *variants) of(rule string) *family {
	for _, f := range v.families {
		if f.rule == rule {
			return f
		}
	}
	panic("variants: no family with the rule " + rule)
}
