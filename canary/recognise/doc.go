// Package recognise finds canaries in any stream of bytes, in one reading.
//
//	x := recognise.New(planted, recognise.Options{Locale: "en-GB"})
//	report, err := x.Scan(ctx, reader)
//
// Use it where there are no columns: dumps, logs, mailboxes, blobs, and the
// cells that a table reader does not look into. canary.Finder is for rows.
//
// # What is found
//
// E-mail addresses, telephone numbers (written nationally or internationally,
// with any of + and 00, grouped as people group them), full names in both
// orders, addresses, official and serial numbers; all of them in any case and
// width, with zero-width characters between, without diacritics, in the other
// Chinese script, in Latin letters; e-mail addresses and telephone numbers also
// as MD5, SHA-1 and SHA-256 in hexadecimal or base64. What is matched is a
// canonical form and not a spelling, so the number of spellings costs nothing.
//
// The stream may hold all of that as it is or, up to four deep in one another,
// as HTML, with character references, percent signs or backslashes, as
// quoted-printable, base64 or UTF-16, and in the encoding of the locale
// (GB18030, Big5, Shift-JIS, EUC-JP, Windows-1252).
//
// # What it costs
//
// The stream is read once, in blocks of BlockSize that overlap by Overlap, by
// all processors; memory does not depend on its length. A canary whose disguise
// takes more bytes than Overlap may be missed. What is decoded is bounded to a
// multiple of what was read; a hostile stream that would exceed it is decoded
// in part, and Report.Skipped says so.
//
// # What it does not do
//
// It does not say what a sight is worth. It counts how many values of each kind
// the stream holds (Report.Tried), because whoever writes ten million names hits
// some of ours; the caller sets that against the bits of a sight.
package recognise
