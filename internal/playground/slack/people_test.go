package slack

import "testing"

func TestTypedTextIsEscapedExceptMentionsAndLinks(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a & b < c > d":               "a &amp; b &lt; c &gt; d",
		"hey <@U0PERCH> & <#CALERTS>": "hey <@U0PERCH> &amp; <#CALERTS>",
		"<https://x.example|x> <b>":   "<https://x.example|x> &lt;b&gt;",
		"<!here>":                     "<!here>",
		"a <":                         "a &lt;",
		"<<@UBO>":                     "&lt;<@UBO>",
		"":                            "",
	} {
		if got := typed(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}
