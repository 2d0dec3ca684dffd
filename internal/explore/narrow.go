package explore

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/sync/semaphore"
)

// The bounds of a jq expression. A single step of one can take any amount of
// memory ("x" * 1e10) and cannot be stopped from within the process, so each runs
// in a process of its own.
const (
	maxExpression  = 1000                   // characters
	maxNarrowInput = 4 << 20                // bytes of the masked answer
	maxNarrowed    = 256 << 10              // bytes of all lines together
	maxValues      = 1000                   // values
	maxReply       = 2*maxNarrowed + 64<<10 // bytes from the child: the lines as JSON strings, and what stands around them
	// narrowPatience is how long somebody waits, narrowWork how much of that may be
	// work of the processor: a machine that is busy with other things is no fault of
	// the expression.
	narrowPatience = 10 * time.Second
	narrowWork     = 4 * time.Second
)

// narrowerMark is the environment variable that tells a process that it is a
// child of Narrow. It is the child's whole environment.
const narrowerMark = "PERCH_NARROWER"

// Narrowers run jq expressions, two at once, so that however many people's hostile
// expressions cost no more than two bounded processes.
type Narrowers struct{ places *semaphore.Weighted }

// NewNarrowers makes places for two children.
func NewNarrowers() *Narrowers { return &Narrowers{semaphore.NewWeighted(2)} }

// Narrowed is what a jq expression made of a masked answer.
type Narrowed struct {
	// Lines are its values as indented JSON, at most 256 KiB. jq sorts the keys of
	// objects.
	Lines []string
	// Values is how many there were, at most 1000, Cut that not all are in Lines;
	// what comes after a cut is not counted.
	Values int
	Cut    bool
}

// Narrow runs a jq expression over a masked answer: in a child process of this
// program, without environment, input, files or modules, for at most ten seconds and,
// on Linux, four seconds of the processor and 512 MiB. On other systems time and
// output are bounded and memory is not. It waits for its turn as long as ctx allows.
// Its error's text is a sentence for the one who wrote the expression.
//
// The program's main, and the TestMain of a package whose tests narrow, must call
// Narrower before anything else.
func (n *Narrowers) Narrow(ctx context.Context, m *Masked, expression string) (Narrowed, error) {
	return n.narrow(ctx, m, expression, narrowPatience)
}

func (n *Narrowers) narrow(ctx context.Context, m *Masked, expression string, patience time.Duration) (Narrowed, error) {
	if err := narrowable(m, expression); err != nil {
		return Narrowed{}, err
	}
	if err := n.places.Acquire(ctx, 1); err != nil {
		return Narrowed{}, errBusy
	}
	defer n.places.Release(1)
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errPatience)
	defer cancel()
	return askNarrower(ctx, m.JSON, expression)
}

// narrowable tells what is too much to be tried. A child has no children: a test
// binary that forgot to call Narrower would run its tests again and again.
func narrowable(m *Masked, expression string) error {
	switch {
	case os.Getenv(narrowerMark) != "":
		return sentence("jq cannot run here.")
	case m == nil || len(m.JSON) == 0:
		return sentence("There is no answer to run jq on.")
	case strings.TrimSpace(expression) == "":
		return sentence("Write a jq expression, such as .individuals[0].")
	case utf8.RuneCountInString(expression) > maxExpression:
		return sentence("The jq expression is too long (1000 characters at most).")
	case len(m.JSON) > maxNarrowInput:
		return sentence(fmt.Sprintf("The answer is too large for jq here (%d MB). Ask for a part of it with limit=.", len(m.JSON)>>20))
	}
	return nil
}

// sentence is an error whose text people read.
type sentence string

func (s sentence) Error() string { return string(s) }

const (
	errPatience  = sentence("This took too long and was stopped.")
	errMemory    = sentence("This needed too much memory and was stopped.")
	errTooMuch   = sentence("The result was too large and was stopped.")
	errNoStart   = sentence("jq could not be started. Try again.")
	errBusy      = sentence("jq was busy with what others asked. Try again.")
	errCancelled = sentence("jq was stopped before it was done.")
)

// askNarrower starts a child, hands it the work and reads what it made of it, of
// which it takes no more than maxReply. Whatever the child does, it is gone when
// this returns.
func askNarrower(ctx context.Context, input []byte, expression string) (Narrowed, error) {
	work, err := json.Marshal(expression)
	if err != nil {
		return Narrowed{}, errNoStart
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	out := &reply{full: stop}
	child, err := narrower(ctx)
	if err != nil {
		return Narrowed{}, errNoStart
	}
	child.Stdin = io.MultiReader(bytes.NewReader(append(work, '\n')), bytes.NewReader(input))
	child.Stdout = out
	if err := child.Start(); err != nil {
		return Narrowed{}, errNoStart
	}
	died, cause := child.Wait(), context.Cause(ctx)
	if died != nil && cause == nil && overworked(child.ProcessState) {
		cause = errPatience
	}
	return out.read(died, cause)
}

// overworked tells a child that the kernel killed for its work from one that gave up
// for want of memory, which exits by itself. How much it worked the kernel counts in
// two ways, which are far apart on a busy machine.
func overworked(child *os.ProcessState) bool {
	killed := child.ExitCode() < 0
	return killed && child.UserTime()+child.SystemTime() > narrowWork/2
}

// narrower is the child, not started yet.
func narrower(ctx context.Context) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	child := exec.CommandContext(ctx, self)
	child.Env = []string{narrowerMark + "=1"}
	child.WaitDelay = time.Second // for pipes that outlive a killed child
	return child, nil
}

// reply takes what a child writes, up to maxReply bytes; then it has the child
// killed.
type reply struct {
	bytes.Buffer
	full func()
	over bool
}

func (r *reply) Write(p []byte) (int, error) {
	if r.Len()+len(p) > maxReply {
		r.over = true
		r.full()
		return 0, errTooMuch
	}
	return r.Buffer.Write(p)
}

// ReadFrom hides the buffer's own, which knows no bounds.
func (r *reply) ReadFrom(from io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{r}, from)
}

// read is the child's word, if it came so far. A child that died on its own died
// of the limits it set itself.
func (r *reply) read(died, cause error) (Narrowed, error) {
	var said narrowerReply
	switch {
	case r.over:
		return Narrowed{}, errTooMuch
	case died == nil && json.Unmarshal(r.Bytes(), &said) == nil:
	case errors.Is(cause, errPatience):
		return Narrowed{}, errPatience
	case cause != nil:
		return Narrowed{}, errCancelled
	case died == nil:
		return Narrowed{}, errNoStart
	default:
		return Narrowed{}, errMemory
	}
	if said.Error != "" {
		return Narrowed{}, sentence(said.Error)
	}
	return Narrowed{Lines: said.Lines, Values: said.Values, Cut: said.Cut}, nil
}
