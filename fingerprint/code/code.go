// Package code is the collusion-secure code and its decoder. It knows numbers only: biases, symbols that were read, bits of
// candidates' words. It knows no table, no file and no key.
//
// Decode with Joint set is what to use. It gives every candidate one e-value: a number whose mean is at most 1 when the candidate's copy is no
// source of the reads, whatever was done to the copies, because nothing that the decoder fits or chooses for a candidate looks at that
// candidate's bits. E-values of other evidence (WithheldLogE, CanaryLogE) multiply with it. Accuse those whose product
// reaches N/alpha, N being the number of candidates.
//
// It will not say how the copies were combined, and shares are estimates outside the bound. docs/statistics.md has the derivations.
package code

// Read is one marked site at which a symbol was read.
type Read struct {
	Bias   Bias
	Symbol uint8  // 0 or 1
	Group  uint16 // sites of one group share one flip rate: one column with one carrier
}

// Words gives the bits that each candidate's word has at the sites that were read. The decoder calls it from several goroutines.
type Words interface {
	// Len is the number of candidates; they are numbered 0..Len()-1.
	Len() int
	// Bits sets bit i%64 of dst[i/64] to the candidate's bit at read i, for every read, and the remaining bits of the last word to
	// zero. dst has (number of reads + 63) / 64 words.
	Bits(candidate int, dst []uint64)
}

// Selector is the optional ability of Words to give the bits of some reads only, which lets the decoder screen many candidates on a
// sample.
type Selector interface {
	Words
	// BitsOf sets bit j%64 of dst[j/64] to the candidate's bit at read which[j], and the remaining bits of the last word to zero.
	BitsOf(candidate int, which []int32, dst []uint64)
}

// Options steer Decode. The zero value decides each candidate by itself at alpha = 1e-6.
type Options struct {
	Alpha      float64 // bound on accusing anybody wrongly; 0 means 1e-6
	Candidates int     // how many candidates the bound is shared among; 0 means Words.Len()
	Joint      bool    // let the likeliest members of the coalition serve as side information for the others
	Workers    int     // goroutines; 0 means GOMAXPROCS
}

// Score is the evidence that a candidate is a source of the reads.
type Score struct {
	Candidate           int
	LogE                float64 // natural logarithm of the e-value
	Agree, Reads        int     // reads that agree with the candidate's word, and reads weighed
	Share               float64 // estimated share of the reads that came from the candidate's copy
	ShareLow, ShareHigh float64 // 95 % interval of the share
	Gain, GainLow       float64 // what one more read like these adds to LogE if the copy is a source: as likely as not, and nine times in ten, more; for the 64 best
}

// Result is what Decode found.
type Result struct {
	Scores    []Score   // one per candidate, in index order
	Accused   []int     // candidates with E >= N/alpha, best first
	Flips     []float64 // fitted flip rate per group, 0..1; at 0.5 the group carries nothing any more, near 1 it reads inverted
	Coalition float64   // estimated number of sources of like weight; 0 when nobody is accused
	Threshold float64   // log(N/alpha), what an accusation takes
	Warnings  []string
}
