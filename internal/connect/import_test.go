package connect

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

const importHeader = "session_id,customer_id,customer_name,connection_id,provider_id,at,type,stage,message,error_type\n"

// imported is what the good files of these tests hold.
var imported = []Imported{
	{
		Session: Session{ID: "s1", CustomerID: "c1", CustomerName: "Blue Fern", ConnectionID: "n1", ProviderID: "gusto", Source: FromImport, Created: day},
		Events: []Event{
			{At: day.Add(time.Minute), Received: day, Type: Failed, Stage: MFA, Message: "That code,\n\"is\" wrong ", ErrorType: "employer_connection_error", Source: FromImport},
			{At: day, Received: day, Type: Opened, Source: FromImport},
		},
		Line: 2,
	},
	{Session: Session{ID: "s2", CustomerID: "c2", Source: FromImport, Created: day}, Events: []Event{{At: day, Received: day, Type: Opened, Source: FromImport}}, Line: 4},
}

func TestImportReadsWhatSpreadsheetsWrite(t *testing.T) {
	t.Parallel()
	rows := "s1,c1,Blue\u00a0Fern ,n1,gusto,2026-03-02T10:01:00Z,error,mfa,\"That code,\n\"\"is\"\" wrong \",employer_connection_error\n" +
		"s1,,,,,2026-03-02 10:00,opened,,,\ns2,c2,,,,1772445600,opened,,,\n"
	semicolons := "sep=;\r\n" + strings.ReplaceAll(importHeader, ",", ";") +
		"s1;c1;Blue Fern;n1;gusto;2026-03-02T11:01:00+01:00;error;mfa;\"That code,\n\"\"is\"\" wrong \";employer_connection_error\r\n" +
		"s1;c1;;n1;gusto;2026-03-02 10:00:00 UTC;opened;;;\r\n;;;;;;;;;\r\ns2;c2;;;;1772445600000;opened;;;;;;\r\n"
	json := `{"session_id":"s1","customer_id":"c1","customer_name":"Blue Fern","connection_id":"n1","provider_id":"gusto","at":"2026-03-02T10:01:00Z","type":"error","stage":"mfa","message":"That code,\n\"is\" wrong ","error_type":"employer_connection_error"}` +
		"\n\n" + `{"session_id":"s1","customer_id":null,"at":"2026-03-02T10:00:00.0004Z","type":"opened"}` + "\r\n" + `{"session_id":"s2","customer_id":"c2","at":1772445600,"type":"opened"}`
	tests := []struct {
		name, text string
		lines      [2]int
	}{
		{"CSV", importHeader + rows, [2]int{2, 5}},
		{"with a byte order mark", "\ufeff" + importHeader + rows, [2]int{2, 5}},
		{"with a header as people write it", strings.Replace(importHeader, "session_id,customer_id", "Session ID, CUSTOMER-ID", 1) + rows, [2]int{2, 5}},
		{"with empty columns at the end", strings.TrimSpace(importHeader) + ",,\n" + rows, [2]int{2, 5}},
		{"with semicolons", semicolons, [2]int{3, 7}},
		{"JSON lines", json, [2]int{1, 4}},
		{"JSON lines with a byte order mark", "\ufeff" + json, [2]int{1, 4}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := ImportLines(iotest.OneByteReader(strings.NewReader(tt.text)), day)
			if err != nil || len(got) != 2 {
				t.Fatalf("%d sessions, %v", len(got), err)
			}
			for i := range got {
				want := imported[i]
				want.Line = tt.lines[i]
				if !reflect.DeepEqual(got[i], want) {
					t.Errorf("read\n%+v\nwant\n%+v", got[i], want)
				}
			}
		})
	}
}

func TestImportTakesFormulasApart(t *testing.T) {
	t.Parallel()
	got, err := ImportLines(strings.NewReader("session_id,customer_id,at,type,message\n'-s,c,2026-03-02T10:00:00Z,error,'=1+1\n"), day)
	if err != nil || got[0].Session.ID != "-s" || got[0].Events[0].Message != "=1+1" {
		t.Errorf("read %+v, %v", got, err)
	}
}

func TestImportNamesEveryFault(t *testing.T) {
	t.Parallel()
	const short = "session_id,customer_id,at,type\n"
	tests := []struct{ name, text, want string }{
		{"nothing", "", "line 1: the file is empty"},
		{"UTF-16", "\xff\xfes\x00", "line 1: the file is not UTF-8: save it as CSV UTF-8"},
		{"an array", "[{}]", "line 1: the file is one JSON array: write one object a line"},
		{"an unknown column", "session_id,customer_id,at,type,colour\n", `line 1: unknown column "colour"; known are session_id, customer_id, customer_name, connection_id, provider_id, at, type, stage, message, error_type`},
		{"columns missing and there twice", "session_id,at,at\n", "line 1: column at is there twice\nline 1: column customer_id is missing\nline 1: column type is missing"},
		{"several rows", short + "s,c,yesterday,opened\n,c,2026-03-02T10:00:00Z,opened\ns,c,2026-03-02T10:00:00Z,danced\ns,c,2026-03-02T10:00:00Z,stage_entered\ns,c,,opened", "line 2: at is not a time such as 2026-03-02T10:04:05Z\nline 3: session_id is missing\nline 4: type \"danced\" is none of opened, stage_entered, stage_exited, error, closed, succeeded, token_exchanged, expired\nline 5: stage is missing\nline 6: at is missing"},
		{"the future", short + "s,c,2026-03-02T10:02:00Z,opened\n", "line 2: at lies in the future"},
		{"another customer", short + "s,c,2026-03-02T10:00:00Z,opened\ns,d,2026-03-02T10:00:00Z,closed\n", "line 3: customer_id is another than in the lines of this session before"},
		{"another connection", strings.Replace(short, "type", "type,connection_id", 1) + "s,c,2026-03-02T10:00:00Z,opened,n\ns,c,2026-03-02T10:00:00Z,closed,m\n", "line 3: connection_id is another than in the lines of this session before"},
		{"a long id", short + "s,c" + strings.Repeat("c", 200) + ",2026-03-02T10:00:00Z,opened\n", "line 2: customer_id is longer than 200 characters"},
		{"a field twice", `{"at":1772445600,"At":1772445601}`, "line 1: at is there twice"},
		{"no customer", short + "s,,2026-03-02T10:00:00Z,opened\nt,c,never,opened\n", "line 2: customer_id is missing in all lines of the session\nline 3: at is not a time such as 2026-03-02T10:04:05Z"},
		{"too many cells", short + "s,c,2026-03-02T10:00:00Z,opened,more\n", "line 2: the row has 5 cells, the header 4"},
		{"a quote in the middle", short + "s,c\"d\",2026-03-02T10:00:00Z,opened\n", "line 2: the quotes are not as in CSV; nothing after this line was read"},
		{"a quote that nobody closes", short + "s,\"" + strings.Repeat("c\n", 1<<20), "line 2: the row is longer than 262144 bytes: is a quote not closed?"},
		{"bad JSON", "{\"session_id\":\n[]\n{\"session_id\":1}\n{\"colour\":\"red\"}\nnull\n", "line 1: the line is not a JSON object\nline 2: the line is not a JSON object\nline 3: session_id is not a text\nline 4: unknown column \"colour\"; known are session_id, customer_id, customer_name, connection_id, provider_id, at, type, stage, message, error_type\nline 5: the line is not a JSON object"},
		{"a long line of JSON", "{\"message\":\"" + strings.Repeat("m", 1<<20) + "\"}\n{}", "line 1: the line is longer than 262144 bytes\nline 2: at is missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := ImportLines(strings.NewReader(tt.text), day)
			var faults *ImportFaults
			if got != nil || !errors.As(err, &faults) || err.Error() != tt.want {
				t.Errorf("faults\n%v\nwant\n%s", err, tt.want)
			}
		})
	}
}

func TestImportListsAHundredFaults(t *testing.T) {
	t.Parallel()
	_, err := ImportLines(strings.NewReader("{}\n"+strings.Repeat("{\"at\":\"never\"}\n", 249)), day)
	var faults *ImportFaults
	if !errors.As(err, &faults) || len(faults.Faults) != 100 || faults.More != 150 || !strings.HasSuffix(err.Error(), "\nand 150 more") {
		t.Errorf("faults %v", err)
	}
}

func TestImportTellsWhatFailedToCome(t *testing.T) {
	t.Parallel()
	gone := errors.New("the disk is gone")
	for _, text := range []string{"", importHeader, importHeader + "s,c,,,,2026-03-02T10:00:00Z,opened,,,\n", "{}\n"} {
		_, err := ImportLines(io.MultiReader(strings.NewReader(text), iotest.ErrReader(gone)), day)
		if !errors.Is(err, gone) {
			t.Errorf("after %q: %v", text, err)
		}
	}
}

// endless gives the same row again and again.
type endless struct{ head, row string }

func (e *endless) Read(p []byte) (int, error) {
	if e.head == "" {
		e.head = e.row
	}
	n := copy(p, e.head)
	e.head = e.head[n:]
	return n, nil
}

func TestImportEndsWhereItIsTooLong(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, head, row, want string }{
		{"CSV", "session_id,customer_id,at,type\n", "s,c,2026-03-02T10:00:00Z,opened\n", "line 1002: the file has more than 1000 lines: split it"},
		{"JSON", "{}\n", "{}\n", "and 901 more"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := newImporter(day, 1000).all(&endless{tt.head, tt.row})
			if err == nil || !strings.HasSuffix(err.Error(), tt.want) {
				t.Errorf("ended with %v", err)
			}
		})
	}
}

// FuzzImportLines imports any text: it is read or its faults are named.
func FuzzImportLines(f *testing.F) {
	f.Add(importHeader + "s,c,,,,2026-03-02T10:00:00Z,opened,,,\n")
	f.Add("sep=;\nsession_id;customer_id;at;type\ns;c;1772445600;opened\n")
	f.Add(`{"session_id":"s","customer_id":"c","at":1772445600,"type":"opened"}`)
	f.Fuzz(func(t *testing.T, text string) {
		sessions, err := ImportLines(strings.NewReader(text), day)
		var faults *ImportFaults
		if err != nil {
			if !errors.As(err, &faults) || len(faults.Faults) == 0 || sessions != nil {
				t.Fatalf("ended with %v and %d sessions", err, len(sessions))
			}
			return
		}
		for _, s := range sessions {
			checkImported(t, s)
		}
	})
}

func checkImported(t *testing.T, s Imported) {
	t.Helper()
	if s.Session.ID == "" || s.Session.CustomerID == "" || len(s.Events) == 0 || s.Line < 1 {
		t.Fatalf("imported %+v", s)
	}
	for _, e := range s.Events {
		if fault := Check(e, day); fault != "" || e.At.Before(s.Session.Created) {
			t.Fatalf("imported %+v of %s: %s", e, s.Session.Created, fault)
		}
	}
}

func BenchmarkImport100000(b *testing.B) {
	var text strings.Builder
	text.WriteString(importHeader)
	for i := range 100_000 {
		fmt.Fprintf(&text, "s%d,c%d,Customer %d,,gusto,2026-03-02T09:%02d:00Z,stage_entered,mfa,,\n", i/10, i/10, i/10, i%60)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ImportLines(strings.NewReader(text.String()), day); err != nil {
			b.Fatal(err)
		}
	}
}
