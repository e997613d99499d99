package key

import "testing"

func BenchmarkSum64(b *testing.B) {
	h := Secret{1}.Hasher()
	b.ReportAllocs()
	for b.Loop() {
		h.Sum64("phone", "+8613800138000")
	}
}

func BenchmarkBlock(b *testing.B) {
	p := Secret{1}.PRF()
	var in [16]byte
	b.ReportAllocs()
	for b.Loop() {
		in = p.Block(in)
	}
}

func BenchmarkUint64(b *testing.B) {
	st := Secret{1}.Stream("bench")
	b.ReportAllocs()
	for b.Loop() {
		st.Uint64()
	}
}

func BenchmarkDerive(b *testing.B) {
	for b.Loop() {
		Secret{1}.Derive("word/orders/acme")
	}
}
