package table

func (f *File) openWorkbook(m *member, b *workbookBytes) (tableSet, error) { return nil, ErrNotTable }
