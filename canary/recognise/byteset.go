package recognise

// byteSet has 1 for each byte that is in it.
type byteSet [256]byte

func setOf(members string) (s byteSet) {
	for i := range len(members) {
		s[members[i]] = 1
	}
	return s
}

// next is the first place from i on at which a byte of the set stands, or the
// length of raw.
func (s *byteSet) next(raw []byte, i int) int {
	for ; i+8 <= len(raw); i += 8 {
		b := (*[8]byte)(raw[i:])
		if s[b[0]]|s[b[1]]|s[b[2]]|s[b[3]]|s[b[4]]|s[b[5]]|s[b[6]]|s[b[7]] != 0 {
			break
		}
	}
	for i < len(raw) && s[raw[i]] == 0 {
		i++
	}
	return i
}
