package table

func newJSONAppender(s Schema, enc encoder) Appender { return nil }
