package key

// Root is what secrets are derived from by label: a Secret, or several of
// which each answers for some of the labels.
type Root interface {
	Derive(label string) Secret
}
