package commands

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestAnOrderIsCarriedOutOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var o orders[string]
		begun := 0
		carryOut := func(context.Context) (string, error) {
			begun++
			time.Sleep(time.Minute)
			return "made", nil
		}
		for range 3 {
			go func() {
				if made, err := o.once(t.Context(), "V1", carryOut); err != nil || made != "made" {
					t.Errorf("got %q, %v", made, err)
				}
			}()
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if begun != 1 {
			t.Errorf("carried out %d times", begun)
		}
		time.Sleep(ordersFor)
		if _, err := o.once(t.Context(), "V1", carryOut); err != nil || begun != 2 || len(o.made) != 1 {
			t.Errorf("after a while: %v, %d times, %d kept", err, begun, len(o.made))
		}
		broken := func(context.Context) (string, error) { panic("broken") }
		func() {
			defer func() { _ = recover() }()
			_, _ = o.once(t.Context(), "V2", broken)
		}()
		if _, err := o.once(t.Context(), "V2", carryOut); err != nil {
			t.Errorf("after a panic: %v", err)
		}
	})
}
