package match

// SchemaMatch and SchemaTrace name the two JSON forms of a Result.
const (
	SchemaMatch = "telltale.match/1"
	SchemaTrace = "telltale.trace/1"
)

// Verdict is the outcome in one word.
type Verdict string

// The verdicts.
const (
	Attributed Verdict = "attributed" // somebody passes N/alpha
	Shortlist  Verdict = "shortlist"  // nobody passes, but few hold 95 % of the weight
	Ours       Verdict = "ours"       // rows are ours, nothing says whose copy
	None       Verdict = "none"       // nothing of ours was found
	Incomplete Verdict = "incomplete" // part of the input could not be read
)

// Sources of evidence.
const (
	SourceCanary   = "canary"
	SourceShared   = "shared-canary"
	SourceCells    = "cells"
	SourceWithheld = "withheld"
	SourceAlias    = "alias"
)

// Result is a decision. Its lists are never nil.
type Result struct {
	Schema     string    `json:"schema"`
	Inputs     []Input   `json:"inputs"`
	Dataset    string    `json:"dataset"` // the one with the most linked rows, "" when none
	Datasets   []Concern `json:"datasets"`
	RowsLinked int64     `json:"rows_linked"`
	MarksRead  int64     `json:"marks_read"`  // distinct sites
	CanaryHits int       `json:"canary_hits"` // distinct canaries
	Controls   int       `json:"control_hits"`
	// ControlNull is the null probability that controls show, 0 where none was seen.
	ControlNull float64    `json:"control_null,omitempty"`
	Alpha       float64    `json:"alpha"`
	Candidates  int        `json:"candidates"`
	Verdict     Verdict    `json:"verdict"`
	Suspects    []Suspect  `json:"suspects"`
	Canaries    []Canary   `json:"canaries"`
	Reused      []Reused   `json:"reused,omitempty"`
	Ways        []WayCount `json:"ways"` // how the rows were linked
	Links       []LinkedBy `json:"links"`
	Sightings   []Sighting `json:"sightings,omitempty"` // of trace
	Campaigns   []Campaign `json:"campaigns,omitempty"` // of trace
	Steps       []Step     `json:"steps,omitempty"`     // of trace: the list of candidates, shrinking
	Needs       *Needs     `json:"needs,omitempty"`     // of trace: what would decide, when nobody is accused
	Warnings    []string   `json:"warnings"`
	Looked      int64      `json:"-"` // rows, and contacts of messages, among which canaries were looked for
}

// Input is one file or message that was read.
type Input struct {
	Name       string `json:"name"`
	SHA256     string `json:"sha256"`
	Bytes      int64  `json:"bytes"`
	Format     string `json:"format"`
	Encoding   string `json:"encoding"`
	Rows       int64  `json:"rows"`
	Unreadable int64  `json:"unreadable"` // rows or parts
	Searched   int64  `json:"searched"`   // bytes, expanded, that were searched for canaries as text
	Problem    string `json:"problem,omitempty"`
}

// Concern is a dataset that something of the inputs belongs to.
type Concern struct {
	Dataset    string `json:"dataset"`
	RowsLinked int64  `json:"rows_linked"`
}

// Suspect is a candidate with the evidence on its copy.
type Suspect struct {
	Recipient            string           `json:"recipient"`
	Exports              []string         `json:"exports"`
	Accused              bool             `json:"accused"`
	Log10LR              float64          `json:"log10_lr"`
	FalseAccusationBound float64          `json:"false_accusation_bound"`
	Share                float64          `json:"share"` // of what was read that comes from the copy
	Evidence             []EvidenceWeight `json:"evidence"`
	Coverage             float64          `json:"coverage"`                 // of the linked rows that the recipient received
	RetiredCopies        int              `json:"retired_copies,omitempty"` // of which it is not known any more what they held
	Shortlisted          bool             `json:"shortlisted"`
	MoreMarks            *MoreMarks       `json:"more_marks,omitempty"`  // of those that are shortlisted
	ModelBased           []EvidenceWeight `json:"model_based,omitempty"` // depends on a model: in no bound
	LogE                 float64          `json:"-"`                     // natural logarithm
	modelRank            int

	gain, gainLow float64 // see Weight
}

// MoreMarks is how many further marks like those that were read would name the
// copy, if it is a source: an estimate, and no part of the bound.
type MoreMarks struct {
	Likely int `json:"likely"` // enough half of the time
	Safe   int `json:"safe"`   // enough nine times in ten
}

// EvidenceWeight is the weight of one line of evidence.
type EvidenceWeight struct {
	Source  string  `json:"source"`
	Log10LR float64 `json:"log10_lr"`
	N       int64   `json:"n"` // cells that agree or differ, canaries seen, rows weighed
}

// Canary is a planted identity that was seen.
type Canary struct {
	Export    string   `json:"export"`
	Recipient string   `json:"recipient"`
	Slot      int      `json:"slot"`
	Shared    bool     `json:"shared"`
	Kinds     []string `json:"kinds"` // which of its identities agree
	Bits      float64  `json:"bits"`
	Exports   []string `json:"-"`                // all that carry it, by time
	Matched   []int    `json:"-"`                // which of its identities agree, by number
	Message   bool     `json:"-"`                // it was seen in a message
	Guesses   float64  `json:"-"`                // that a stranger may have had, at the bits of Matched together
	Form      string   `json:"form,omitempty"`   // in text: plain, transliterated, md5, sha1 or sha256
	Inside    string   `json:"inside,omitempty"` // in text: what it was decoded from
}

// Sighting is what one message shows.
type Sighting struct {
	Input    string          `json:"input"`
	Contact  string          `json:"contact"` // masked
	Received string          `json:"received"`
	Sender   string          `json:"sender"`
	Campaign string          `json:"campaign"`
	Canaries []SightedCanary `json:"canaries"`
	Aliases  []string        `json:"aliases"` // recipients whose copies alone show a contact of the message
	Person   bool            `json:"person"`  // the contact is that of a row of ours
	Notes    []string        `json:"notes,omitempty"`
}

// SightedCanary is a canary found in a message.
type SightedCanary struct {
	Export    string `json:"export"`
	Recipient string `json:"recipient"`
	Reused    bool   `json:"reused,omitempty"` // others had by then what was seen of it: it says nothing of this copy alone
}

// Campaign is a set of messages that belong together, see match/message.
type Campaign struct {
	ID       string `json:"id"`
	Sender   string `json:"sender"`
	Messages int    `json:"messages"`
	Persons  int    `json:"persons"`
	First    string `json:"first"`
	Last     string `json:"last"`

	Shares     string  `json:"shares"`     // sender, reply-to, link, number or text; "" for a single message
	Linked     int     `json:"linked"`     // persons of ours since its second message
	Leading    string  `json:"leading"`    // whose copy it speaks against most by itself
	Log10LR    float64 `json:"log10_lr"`   // by itself
	Attributed bool    `json:"attributed"` // it reaches the bound by itself
}
