package cli

import (
	"fmt"
	"io"
	"strings"

	"telltale/canary"
)

// mostTrial is how many canaries plan mints to see what contacts they get.
const mostTrial = 20

// planCanaries is what plan says of canaries: how well they hide among the
// rows that were judged, and what contacts they get. Detectability is null
// where there are no canaries or too few rows to tell.
type planCanaries struct {
	Detectability *canary.Detection `json:"detectability"`
	Contacts      []contactUseDoc   `json:"canary_contacts"`
	remedies      [2]string         // of cells, of contacts
}

// planCover is what plan says of recipients who compare copies of the file,
// which need not be those of the rows that were judged.
type planCover struct {
	Cover      float64        `json:"cover"`
	Vacant     float64        `json:"in_no_copy"` // share of the rows, with --make-room
	Covered    float64        `json:"covered"`    // share of the rows left out of each copy for it
	Coalitions []coalitionDoc `json:"coalitions"`
	hint       string
}

// compared is how export would make copies of the file, or refuse to.
func (j *planJob) compared() (canary.Copies, error) {
	made := canary.Copies{Rows: j.rows, Unique: j.planted, Withheld: j.policy.Withhold}
	var vacant *canary.Vacancies
	room := canary.Room{Unique: j.planted, Shared: j.policy.Shared, Compared: j.policy.Cover > 0}
	if j.policy.MakeRoom {
		vacant = j.profile.Vacate(vacancy(j.root, j.source.Dataset), room)
	}
	made.Rows -= int64(vacant.Share() * float64(j.rows))
	made.Meet = j.profile.Meet(vacant, room)
	sites := make([]int, j.policy.Shared)
	for i := range sites {
		sites[i] = i
	}
	var err error
	if made.Biases, err = sharedBiases(j.source.Scheme, j.source.Dataset, j.steady, sites); err != nil {
		return made, err
	}
	made.Cover, err = covering(j.root, j.source.Dataset, made, j.policy.Cover)
	return made, err
}

// hide measures canaries as export does, under the same secret, with the
// contacts of the pools.
func (j *planJob) hide(r *registry, planted int) (out planCanaries, err error) {
	out.Contacts = []contactUseDoc{}
	if planted == 0 {
		return out, nil
	}
	secret, profile := canaryTrial(j.root, j.source.Dataset), j.source.Profile
	trial, err := profile.Mint(secret, min(planted, mostTrial), j.policy.Pool)
	if err != nil {
		return out, err
	}
	out.Contacts = contactUses(trial, j.source.Scheme.Columns)
	d, err := profile.Detect(secret, j.policy.Pool)
	if d.Measured {
		out.Detectability = &d
		out.remedies = [2]string{rowsRemedy(d), contactsRemedy(d, j.policy.Pool, j.source.Scheme.Columns)}
	}
	return out, err
}

func (d planDoc) writeCanaries(w io.Writer) {
	if d.Canaries+d.Shared == 0 && len(d.Coalitions) == 0 {
		return
	}
	fmt.Fprintf(w, "How well canaries hide\n\n")
	switch {
	case d.Canaries+d.Shared == 0: // none falls into the sample
	case d.Detectability == nil:
		fmt.Fprintf(w, "too few rows to tell\n")
	default:
		wrapped(w, "", "Trees that know which rows are real tell canaries from rows at an "+describeDetection(*d.Detectability)+d.remedies[0]+".")
		if c := d.Detectability.Contacts; c != nil {
			wrapped(w, "", "With their contacts: "+describeDetection(*c)+d.remedies[1]+".")
		}
		if d.Detectability.TooEasy() {
			wrapped(w, "", fmt.Sprintf("An export with --canaries is refused above %g, unless --force is given.", canary.DetectLimit))
		}
	}
	if len(d.Contacts) > 0 {
		wrapped(w, "", "Contacts: "+describeContacts(d.Contacts)+".")
	}
	if len(d.Coalitions) > 0 {
		wrapped(w, "", sentence(describeCoalitions(d.Coalitions)+d.hint))
	}
	if d.Vacant > 0 {
		wrapped(w, "", fmt.Sprintf("%.1f %% of the rows are in no copy, so that canaries can stand in their places (--make-room).", 100*d.Vacant))
	}
	if d.Covered > 0 {
		wrapped(w, "", sentence(describeCover(d.Covered)))
	}
	fmt.Fprintln(w)
}

// sentence makes one of a remark.
func sentence(remark string) string {
	return strings.ToUpper(remark[:1]) + remark[1:] + "."
}
