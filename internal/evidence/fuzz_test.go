package evidence_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"telltale/internal/budget"
	"telltale/internal/evidence"
	"telltale/store/storetest"
)

// FuzzVerify puts any JSON in the place of any value of a sound bundle, signed
// again by its issuer. Whatever an issuer writes is refused or verified, within
// the budget. With at < 0 the archive's own bytes are changed: it is refused.
func FuzzVerify(f *testing.F) {
	w := newWorld(f)
	w.table(60, 1, nil, func(i int) bool { return i%2 == 0 })
	w.ok("match", w.path("leak.csv"), "--case", "c")
	bundle := w.bundle("b.zip", "--recipient", "bolt")
	for _, value := range []string{"null", `""`, "-1", "1e308", "[]", "{}", `"00"`, `[{"place":-1}]`, "9223372036854775807"} {
		for at := 0; at < 200; at += 23 {
			f.Add(at, []byte(value))
		}
	}
	f.Add(-40, []byte{1})
	f.Fuzz(func(t *testing.T, at int, value []byte) {
		var data []byte
		sound := false
		if at < 0 {
			data = slices.Clone(bundle)
			sound = overwrite(data, -at, value)
		} else if data = rewritten(bundle, w.signer, at, value); data == nil {
			return
		}
		budget.Check(t, len(data), func() {
			r := evidence.Verify(data, evidence.Options{})
			if at < 0 && r.Valid() != sound {
				t.Errorf("valid is %v with %x at %d", r.Valid(), value, -at)
			}
		})
	})
}

// overwrite reports whether data is as it was.
func overwrite(data []byte, at int, value []byte) (same bool) {
	place := data[at%len(data):]
	value = value[:min(len(value), len(place))]
	same = slices.Equal(place[:len(value)], value)
	copy(place, value)
	return same
}

// rewritten is the bundle with the value at a place of its JSON replaced, nil
// where that is no bundle.
func rewritten(bundle []byte, s note.Signer, at int, value []byte) []byte {
	var put any
	if json.Unmarshal(value, &put) != nil {
		return nil
	}
	failed := false
	data, err := evidence.Rewrite(bundle, s, false, func(b *evidence.Bundle) {
		text, err := json.Marshal(b)
		var tree any
		if err != nil || json.Unmarshal(text, &tree) != nil {
			failed = true
			return
		}
		text, err = json.Marshal(replace(tree, &at, put))
		var changed evidence.Bundle
		if err != nil || json.Unmarshal(text, &changed) != nil {
			failed = true
			return
		}
		*b = changed
	})
	if failed || err != nil {
		return nil
	}
	return data
}

// replace walks a document and puts a value in the place of the node that at
// counts down to.
func replace(node any, at *int, put any) any {
	if *at--; *at < 0 {
		*at = 1 << 60
		return put
	}
	switch v := node.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			v[k] = replace(v[k], at, put)
		}
	case []any:
		for i := range v {
			v[i] = replace(v[i], at, put)
		}
	}
	return node
}

// FuzzReceipt reads receipts, signed ones too.
func FuzzReceipt(f *testing.F) {
	signer := storetest.Signer{}
	f.Add([]byte("telltale receipt 1\nexport: \"e\"\n"), true)
	f.Add([]byte("telltale receipt 1\n\n\u2014 storetest AAAA\n"), false)
	f.Fuzz(func(t *testing.T, text []byte, sign bool) {
		if sign {
			signed, err := note.Sign(&note.Note{Text: string(text)}, signer)
			if err != nil {
				return
			}
			text = signed
		}
		budget.Check(t, len(text), func() {
			said, err := evidence.OpenReceipt(text, signer.Verifier(), nil)
			if err != nil && !errors.Is(err, evidence.ErrReceipt) || err == nil && !sign {
				t.Errorf("%q is opened as %q, %v", text, said, err)
			}
			if _, err := evidence.Countersign(text, signer); err != nil && !errors.Is(err, evidence.ErrReceipt) {
				t.Errorf("%v is not ErrReceipt", err)
			}
		})
	})
}
