package connect

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// readJSON reads one object a line.
func (in *importer) readJSON(text *bufio.Reader) error {
	for line := 1; ; line++ {
		raw, long, err := nextLine(text)
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("line %d: %w", line, err)
		}
		raw = bytes.TrimSpace(raw)
		switch {
		case long:
			in.fault(line, fmt.Sprintf("the line is longer than %d bytes", maxImportLine))
		case len(raw) > 0 && line > in.most:
			in.tooMany(line)
			return nil
		case len(raw) > 0:
			in.takeJSON(line, raw)
		}
		if err != nil {
			return nil
		}
	}
}

// nextLine is the next line as long as it may be; of a longer one it is nothing.
func nextLine(text *bufio.Reader) (line []byte, long bool, err error) {
	line, err = text.ReadSlice('\n')
	for errors.Is(err, bufio.ErrBufferFull) {
		long = true
		line, err = text.ReadSlice('\n')
	}
	if long {
		return nil, true, err
	}
	return line, false, err
}

func (in *importer) takeJSON(line int, raw []byte) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil || fields == nil {
		in.fault(line, "the line is not a JSON object")
		return
	}
	row := make(importRow, len(fields))
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		column := columnName(name)
		text, fault := cellOf(column, fields[name])
		if fault == "" && row[column] != "" {
			fault = column + " is there twice"
		}
		if fault != "" {
			in.fault(line, fault)
			return
		}
		row[column] = text
	}
	in.take(line, row)
}

// cellOf reads a field: a text or nothing, a time also as a number.
func cellOf(column string, raw json.RawMessage) (text, fault string) {
	switch {
	case !slices.Contains(importColumns, column):
		return "", unknownColumn(column)
	case column == "at" && json.Unmarshal(raw, new(int64)) == nil:
		text = string(raw)
	case json.Unmarshal(raw, &text) != nil:
		return "", column + " is not a text"
	}
	if text == "null" && string(raw) == "null" {
		return "", ""
	}
	return trimmed(column, text), ""
}

// trimmed takes the space off a word, and what cannot be printed off a name; a
// message stays as the employer saw it.
func trimmed(column, text string) string {
	switch column {
	case "message":
		return text
	case "customer_name":
		return clean(text, maxImportLine)
	}
	return strings.TrimSpace(text)
}

func unknownColumn(name string) string {
	return fmt.Sprintf("unknown column %s; known are %s", quote(name), strings.Join(importColumns, ", "))
}
