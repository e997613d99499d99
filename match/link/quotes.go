package link

import (
	"strings"
	"sync"
)

// quotes remembers tags of pieces of texts. It forgets everything when it is
// full, and may be used by several goroutines.
type quotes struct {
	shards [16]quoteShard
}

type quoteShard struct {
	sync.Mutex
	tags map[quoteKey]uint16
}

type quoteKey struct {
	column int
	value  string
}

// maxQuotes bounds what a shard remembers: about 100 bytes each.
const maxQuotes = 1 << 13

func (q *quotes) get(k quoteKey, tag func() uint16) uint16 {
	s := &q.shards[(len(k.value)*31+int(k.value[len(k.value)-1])+k.column)&15]
	s.Lock()
	t, ok := s.tags[k]
	s.Unlock()
	if ok {
		return t
	}
	t = tag()
	k.value = strings.Clone(k.value)
	s.Lock()
	if s.tags == nil || len(s.tags) >= maxQuotes {
		s.tags = map[quoteKey]uint16{}
	}
	s.tags[k] = t
	s.Unlock()
	return t
}
