package message

import (
	"bytes"
	"sync"

	"github.com/wlynxg/chardet"
	"github.com/wlynxg/chardet/consts"
	"github.com/wlynxg/chardet/probe"
)

// detectSize is how much of a text its encoding is told from, in bytes.
const detectSize = 64 << 10

// detectors are used again, as making one costs what reading 100 KB costs. In
// chardet 1.0.5 one that has met what is no Shift JIS takes nothing for Shift
// JIS any more, even after Reset: the others are kept apart from those.
var detectors struct{ japanese, other sync.Pool }

var shiftJIS = probe.SjisSmModel()

// detect tells the encoding of text that is not UTF-8, "" if nothing speaks
// for one.
func detect(raw []byte) string {
	sample := detectSample(raw)
	pool := &detectors.other
	if structured(sample) {
		pool = &detectors.japanese
	}
	d, ok := pool.Get().(*chardet.UniversalDetector)
	if !ok {
		d = chardet.NewUniversalDetector(consts.UnknownLangFilter)
	}
	d.Reset()
	d.Feed(sample)
	r := d.GetResult()
	if r.Language != consts.Japanese || len(sample) < 200 {
		pool.Put(d) // a longer text may have made it sure for ever
	}
	switch {
	case r.Confidence <= 0.5:
		return ""
	case r.Encoding == consts.CP932:
		return "shift_jis" // whichever of the two names it met first
	}
	return r.Encoding
}

// detectSample is a copy of what stands from the first byte beyond ASCII on,
// with nothing behind it that chardet, which looks beyond the end, could see.
func detectSample(raw []byte) []byte {
	start := bytes.IndexFunc(raw, func(r rune) bool { return r >= 0x80 })
	start = max(0, start) &^ 3 // units of UTF-32 stay whole
	raw = raw[start:min(len(raw), start+detectSize)]
	return append(make([]byte, 0, len(raw)+4), raw...)
}

// structured reports whether raw may be Shift JIS as far as chardet sees.
func structured(raw []byte) bool {
	m := probe.NewCodingStateMachine(shiftJIS)
	for _, b := range raw {
		if m.NextState(b) == consts.ErrorMachineState {
			return false
		}
	}
	return true
}
