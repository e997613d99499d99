package main

import (
	"encoding/hex"
	"encoding/json"
)

type hexBytes []byte

func (h *hexBytes) UnmarshalJSON(text []byte) error {
	var s string
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	b, err := hex.DecodeString(s)
	*h = b
	return err
}

type bundle struct {
	Schema      string `json:"schema"`
	Tool        string `json:"tool"`
	Case        string `json:"case"`
	By          string `json:"by"`
	Created     string `json:"created"`
	Proposition string `json:"proposition"`
	Inputs      []struct {
		Name   string `json:"name"`
		SHA256 string `json:"sha256"`
		Bytes  int64  `json:"bytes"`
		Rows   int64  `json:"rows"`
		Sample uint64 `json:"sample"`
		Used   int64  `json:"used"`
	} `json:"inputs"`
	PublicKey  string  `json:"public_key"`
	Checkpoint string  `json:"checkpoint"`
	Entries    []entry `json:"entries"`
	Stamps     []struct {
		Checkpoint string     `json:"checkpoint"`
		Response   hexBytes   `json:"response"`
		Proof      []hexBytes `json:"proof"`
	} `json:"stamps"`
	Keys []struct {
		ID          string   `json:"id"`
		Role        string   `json:"role"`
		Public      string   `json:"public_key"`
		Box         hexBytes `json:"box"`
		Certificate string   `json:"certificate"`
	} `json:"keys"`
	Turns []struct {
		Checkpoint string     `json:"checkpoint"`
		Proof      []hexBytes `json:"proof"`
	} `json:"turns"`
	Dataset struct {
		Name    string   `json:"name"`
		Version int64    `json:"version"`
		Rules   string   `json:"rules"`
		Profile hexBytes `json:"profile_sha256"`
		Micros  int64    `json:"added_at"`
		Key     string   `json:"key"`
	} `json:"dataset"`
	Snapshot struct {
		ID     string `json:"id"`
		Rows   int64  `json:"rows"`
		SHA256 string `json:"sha256"`
		Index  string `json:"index"`
		Micros int64  `json:"recorded"`
	} `json:"snapshot"`
	Export struct {
		ID           string     `json:"id"`
		Recipient    string     `json:"recipient"`
		State        string     `json:"state"`
		File         string     `json:"file"`
		SHA256       string     `json:"sha256"`
		Bytes        int64      `json:"bytes"`
		Rows         int64      `json:"rows"`
		MarkedCells  int64      `json:"marked_cells"`
		ChangedCells int64      `json:"changed_cells"`
		Canaries     int64      `json:"canaries"`
		Shared       int64      `json:"shared"`
		Withheld     int64      `json:"withheld"`
		WithholdRate float64    `json:"withhold_rate"`
		Density      float64    `json:"density"`
		Micros       int64      `json:"issued_at"`
		Commitments  hexBytes   `json:"commitments"`
		Cover        hexBytes   `json:"cover"`
		Digests      []hexBytes `json:"canary_digests"`
	} `json:"export"`
	Sightings []struct {
		ID     string   `json:"id"`
		Seq    int64    `json:"seq"`
		Kind   string   `json:"kind"`
		SHA256 string   `json:"sha256"`
		Seen   int64    `json:"seen_at"`
		Micros int64    `json:"recorded"`
		Sealed hexBytes `json:"sealed_sha256"`
	} `json:"sightings"`
	Receipt *struct {
		PublicKey string `json:"public_key"`
		Note      string `json:"note"`
	} `json:"receipt"`
	LinkKey hexBytes `json:"link_key"`
	Rows    struct {
		Sites  []hexBytes `json:"site_proof"`
		Words  []hexBytes `json:"word_proof"`
		Opened []row      `json:"opened"`
	} `json:"rows"`
	Leak []struct {
		Input      int   `json:"input"`
		Row        int64 `json:"row"`
		Of         int   `json:"of"`
		Identities []struct {
			Column    int    `json:"column"`
			Cell      string `json:"cell"`
			Canonical string `json:"canonical"`
		} `json:"identities"`
		Marks []struct {
			Column int    `json:"column"`
			Cell   string `json:"cell"`
			Rank   *int64 `json:"rank"`
		} `json:"marks"`
	} `json:"leak"`
	Canaries struct {
		Size   int        `json:"size"`
		Proof  []hexBytes `json:"proof"`
		Opened []struct {
			Place int      `json:"place"`
			Salt  hexBytes `json:"salt"`
			Text  string   `json:"text"`
		} `json:"opened"`
	} `json:"canaries"`
	Hits []struct {
		Of         int     `json:"of"`
		Identities []int   `json:"identities"`
		Message    bool    `json:"message"`
		Guesses    float64 `json:"guesses"`
		Bits       float64 `json:"bits"`
	} `json:"hits"`
	Result     result   `json:"result"`
	Recipients int64    `json:"recipients"`
	LeftOut    []string `json:"left_out"`
}

type entry struct {
	Seq     int64      `json:"seq"`
	Micros  int64      `json:"at"`
	Kind    string     `json:"kind"`
	Subject string     `json:"subject"`
	Digest  hexBytes   `json:"digest"`
	Salt    hexBytes   `json:"salt"`
	Proof   []hexBytes `json:"proof"`
}

type row struct {
	Place  int64      `json:"place"`
	Key    hexBytes   `json:"key"`
	Salt   hexBytes   `json:"salt"`
	Hashes []hexBytes `json:"identities"`
	Sites  []struct {
		U    uint32 `json:"u"`
		Bias uint32 `json:"bias"`
		Mask uint8  `json:"mask"`
	} `json:"sites"`
	WordSalt hexBytes `json:"word_salt"`
	Number   uint64   `json:"number"`
	Bits     []int    `json:"bits"`
}

type result struct {
	Alpha      float64 `json:"alpha"`
	Candidates int64   `json:"candidates"`
	Floor      float64 `json:"control_null"`
	Lines      []line  `json:"lines"`
	Log10LR    float64 `json:"log10_lr"`
	Bound      float64 `json:"false_accusation_bound"`
	Cherry     float64 `json:"log10_lr_if_rows_were_picked"`
	Passes     bool    `json:"passes"`
}

type line struct {
	Source  string  `json:"source"`
	Log10LR float64 `json:"log10_lr"`
	N       int64   `json:"n"`
}

// rules is what is needed of a scheme; the whole of it is committed to.
type rules struct {
	Columns []struct {
		Name     string `json:"name"`
		Kind     string `json:"kind"`
		Key      bool   `json:"key"`
		Identity bool   `json:"identity"`
		Carrier  string `json:"carrier"`
	} `json:"columns"`
}

func (r rules) carriers() (out []int) {
	for i, c := range r.Columns {
		if c.Carrier != "" && c.Carrier != "none" {
			out = append(out, i)
		}
	}
	return out
}

func (r rules) listed() (out []int) {
	for i, c := range r.Columns {
		if c.Key || c.Identity {
			out = append(out, i)
		}
	}
	return out
}

type planted struct {
	Shared     bool `json:"shared"`
	Identities []struct {
		Kind  string `json:"kind"`
		Parts []struct {
			Draw string  `json:"draw"`
			Bits float64 `json:"bits"`
		} `json:"parts"`
	} `json:"identities"`
}
