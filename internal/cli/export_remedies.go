package cli

import (
	"fmt"
	"slices"
	"strings"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/internal/identity"
)

const (
	rowsShow     = 0.6 // AUC, by more than two standard errors, from which on a remedy is named
	contactsShow = 0.1 // by how much contacts raise the AUC before one is named
)

// rowsRemedy says what may help against canaries that are told by their cells
// without contacts; nothing where they are not.
func rowsRemedy(d canary.Detection) string {
	if d.AUC-2*d.StdErr <= rowsShow {
		return ""
	}
	return "; if a column named here is of another kind than it was taken for, a policy file says so ([kinds], dataset add --policy); no pool helps against this"
}

// contactsRemedy says what may help against canaries that are told by their
// contacts, of which those in c were planted.
func contactsRemedy(d canary.Detection, c canary.Contacts, columns []fingerprint.Column) string {
	if d.Contacts == nil || d.Contacts.AUC <= d.AUC+contactsShow {
		return ""
	}
	var out []string
	mail, phones := keyedOn(*d.Contacts, identity.Email, columns), keyedOn(*d.Contacts, identity.Phone, columns)
	if mail || !phones {
		out = append(out, fmt.Sprintf("--address-bits below %g makes addresses of mail more like the table's", c.AddressBits))
	}
	switch {
	case mail && len(c.Domains) == 1:
		out = append(out, "a second domain (telltale pool add domain) makes the owned one less conspicuous")
	case phones && len(c.Phones) == 0:
		out = append(out, "numbers of your own that look like the table's (telltale pool add phones) would take the place of those that never ring")
	case phones:
		out = append(out, "numbers of the pool should look like the table's (telltale pool add phones)")
	}
	return "; " + strings.Join(out, "; ")
}

// keyedOn reports whether the trees used a column of that kind most.
func keyedOn(d canary.Detection, kind identity.Kind, columns []fingerprint.Column) bool {
	return slices.ContainsFunc(columns, func(c fingerprint.Column) bool {
		return c.Kind == kind && slices.ContainsFunc(d.KeyedOn, func(s string) bool { return strings.HasPrefix(s, c.Name+":") })
	})
}

// poolCommand adds to the pool that was exhausted.
func poolCommand(e *canary.ExhaustedError) string {
	if e.Pool == poolDomain {
		return "telltale pool add domain"
	}
	return "telltale pool add " + e.Pool + "s"
}
