package fingerprint

import (
	"encoding/binary"
	"testing"

	"telltale/internal/key"
)

// Bits and BitsOf say what Bit says, at every place of a word of 64 bits, and leave nothing of what stood there before.
func TestManyBitsAtOnce(t *testing.T) {
	m, err := New(Scheme{Version: SchemeVersion, Columns: []Column{{Name: "id", Key: true}}}, "d", key.Secret{5})
	if err != nil {
		t.Fatal(err)
	}
	w := m.Word("acme")
	sites := make([]Site, 150)
	which := make([]int32, 0, 100)
	for i := range sites {
		binary.BigEndian.PutUint64(sites[i].ID[3:], uint64(i)*0x9e3779b97f4a7c15)
		sites[i].Bias = []uint32{0, 1 << 30, 1 << 31, 1<<32 - 1}[i%4]
		if i%3 != 0 {
			which = append(which, int32(len(sites)-1-i))
		}
	}
	all, some := []uint64{9, 9, 9}, []uint64{9, 9, 9}
	w.Bits(sites, all)
	w.BitsOf(sites, which, some)
	ones := 0
	for i := range 192 {
		got, want := uint8(all[i/64]>>(i%64)&1), uint8(0)
		if i < len(sites) {
			want = w.Bit(sites[i])
		}
		if ones += int(got); got != want {
			t.Errorf("bit %d is %d, want %d", i, got, want)
		}
	}
	for j := range 192 {
		got, want := uint8(some[j/64]>>(j%64)&1), uint8(0)
		if j < len(which) {
			want = w.Bit(sites[which[j]])
		}
		if got != want {
			t.Errorf("chosen bit %d is %d, want %d", j, got, want)
		}
	}
	if ones < 30 || ones > 120 {
		t.Errorf("%d ones among 150 bits: the test compares constants", ones)
	}
}
