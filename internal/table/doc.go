// Package table reads and writes tables as they are found in the world.
//
// It serves two uses. An export reads one clean table as a stream of rows and
// writes it again in the same dialect: a table that was not changed comes out
// byte for byte as it went in. A match reads a file of unknown origin, of any
// kind, perhaps broken or cut short, and wants every row that can be had.
//
//	f, err := table.Open("orders.csv", table.Options{})
//	if err != nil { ... }
//	defer f.Close()
//	for {
//		t, err := f.Next() // sheets, SQL tables, archive members in turn
//		if err == io.EOF { break }
//		...
//		for {
//			row, err := t.Read()
//			var bad *table.SyntaxError
//			if errors.As(err, &bad) { count(bad) } else if err == io.EOF { break } else if err != nil { ... }
//			use(row)
//		}
//	}
//
// What a file is gets decided by its content, never by its name: compression
// (gzip, zstd, xz, bzip2, zip and tar, nested to a bounded depth), encoding
// (byte order marks, UTF-16 without one, UTF-8, Windows-1252 and its
// relatives, GB18030, Big5, Shift-JIS, EUC-KR), and format (CSV with any
// delimiter, JSON Lines, a JSON array of objects, XLSX, an SQL dump). All of
// it stands in the Schema, and all of it can be overridden by Options.
//
// A line that is not as it should be is a value in the stream: Read returns
// the cells as found together with a *SyntaxError that names the place, and
// reading goes on. Noise is refused with ErrNotTable.
//
// Changing a table: copy the Row, give the copy a new Cells slice, and hand it
// to an Appender or Writer. The cells that stayed are written exactly as they
// stood in the input, the new ones in the manner of the old. A row made from
// nothing is written in the file's own habit. Cells of a Row are never changed
// in place, as the slice is shared by everyone who was given the row.
//
// Limits. Old .xls workbooks, encrypted workbooks and SQLite database files
// are refused by name. XLSX is rewritten as values with their kinds; fonts,
// formulas, merged cells and other sheets' layout do not survive. SQL dumps
// are only read. A JSON array is written again as an array with the same
// objects, but with its own white space between them.
package table
