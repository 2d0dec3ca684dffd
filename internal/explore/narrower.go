package explore

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/itchyny/gojq"
)

// narrowMemory is how many bytes a child may take beyond what it starts with. Its
// collector works harder from three quarters of it on.
const narrowMemory = 512 << 20

// narrowerReply is what a child says, once, when it is done.
type narrowerReply struct {
	Lines  []string `json:"lines"`
	Values int      `json:"values"`
	Cut    bool     `json:"cut"`
	Error  string   `json:"error"`
}

// Narrower does the work of Narrow's child and reports true if this process is
// one: its caller then ends. In any other process it does nothing.
func Narrower() bool {
	if os.Getenv(narrowerMark) == "" {
		return false
	}
	runtime.GOMAXPROCS(1) // it shall not slow down its parent
	debug.SetMemoryLimit(narrowMemory / 4 * 3)
	if err := limitProcess(); err != nil {
		return true // the parent takes silence for a failure
	}
	said := serveNarrower(os.Stdin)
	_ = json.NewEncoder(os.Stdout).Encode(said) // a parent that is gone needs no reply
	return true
}

// serveNarrower reads the expression, as a JSON string on a line, and the answer
// behind it, and does what is asked.
func serveNarrower(in io.Reader) narrowerReply {
	work := bufio.NewReader(in)
	line, err := work.ReadBytes('\n')
	if err != nil {
		return narrowerReply{Error: errNoStart.Error()}
	}
	var expression string
	if err := json.Unmarshal(line, &expression); err != nil {
		return narrowerReply{Error: errNoStart.Error()}
	}
	code, err := understand(expression)
	if err != nil {
		return narrowerReply{Error: err.Error()}
	}
	numbers := json.NewDecoder(work)
	numbers.UseNumber() // gojq keeps the digits of those it only passes on
	var answer any
	if err := numbers.Decode(&answer); err != nil {
		return narrowerReply{Error: "The answer cannot be read by jq."}
	}
	return evaluate(code, answer)
}

// understand reads an expression. Without loaders and inputs $ENV and env are
// empty, and input, import and include are refused.
func understand(expression string) (*gojq.Code, error) {
	query, err := gojq.Parse(expression)
	if err != nil {
		return nil, parseFault(err, expression)
	}
	code, err := gojq.Compile(query)
	if err != nil {
		return nil, jqFault(err)
	}
	return code, nil
}

// parseFault says what jq stumbled over and where, counted in characters from 1.
func parseFault(err error, expression string) error {
	wrong, ok := errors.AsType[*gojq.ParseError](err)
	if !ok {
		return jqFault(err)
	}
	if wrong.Error() == "unexpected EOF" {
		return sentence("jq: the expression ends too early.")
	}
	at := min(max(wrong.Offset-len(wrong.Token), 0), len(expression))
	return sentence(fmt.Sprintf("%s at character %d.", strings.TrimSuffix(jqFault(err).Error(), "."), utf8.RuneCountInString(expression[:at])+1))
}

// jqFault is what jq complains of, as one line of at most 200 characters. It may
// quote values, which are masked.
func jqFault(err error) error {
	words := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, err.Error())
	return sentence("jq: " + cutText(words, 200) + ".")
}

// evaluate runs the code and collects its values within the bounds. Some of jq's
// functions that belong to its command line panic in a library.
func evaluate(code *gojq.Code, answer any) (said narrowerReply) {
	defer func() {
		if recover() != nil {
			said = narrowerReply{Error: "jq: this does not work here."}
		}
	}()
	values, room := code.Run(answer), maxNarrowed
	for {
		v, more := values.Next()
		if !more {
			return said
		}
		if err, failed := v.(error); failed {
			return said.ended(err)
		}
		if said.Values == maxValues {
			said.Cut = true
			return said
		}
		if room = said.add(v, room); said.Cut || said.Error != "" {
			return said
		}
	}
}

// ended is the reply after jq stopped early: halt is no fault.
func (r narrowerReply) ended(err error) narrowerReply {
	if halt, ok := errors.AsType[*gojq.HaltError](err); ok && halt.ExitCode() == 0 {
		return r
	}
	return narrowerReply{Error: jqFault(err).Error()}
}

// add writes one more value, of which the lines that fit are kept, and returns
// the room that is left.
func (r *narrowerReply) add(v any, room int) int {
	r.Values++
	compact, err := gojq.Marshal(v)
	if err != nil {
		r.Error = jqFault(err).Error()
		return room
	}
	if len(compact) > room { // indented it is longer still
		compact, r.Cut = shortValue(compact, room), true
	}
	var indented bytes.Buffer
	if r.Cut || json.Indent(&indented, compact, "", "  ") != nil {
		indented.Reset()
		indented.Write(compact)
	}
	for line := range strings.Lines(indented.String()) {
		line = strings.TrimSuffix(line, "\n")
		if len(line)+1 > room {
			r.Cut = true
			break
		}
		r.Lines, room = append(r.Lines, line), room-len(line)-1
	}
	return room
}

// shortValue is the beginning of a value that is too long, without half a character.
func shortValue(value []byte, room int) []byte {
	const end = "…"
	n := max(room-len(end)-1, 0)
	for n > 0 && !utf8.RuneStart(value[n]) {
		n--
	}
	return append(value[:n:n], end...)
}
