package commands

import (
	"context"
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/slack-go/slack"

	"perch/bot"
	"perch/bot/card"
	"perch/internal/connect"
)

// perch is the command /perch: the way to everything that has no command of its
// own, and to all that is pressed on alerts.
type perch struct {
	Sources
	others []bot.Command
	orders *orders[connect.Link]
}

// Perch answers for alerts and for Perch itself; others are the other commands,
// for its help.
func Perch(s Sources, others []bot.Command) bot.Command {
	p := perch{s, others, &orders[connect.Link]{}}
	return bot.Command{
		Name:     "perch",
		About:    "Who hears of problems, which are open, links for employers, and how Perch is",
		Hint:     "subscribe [kinds] [filters] | subscriptions | problems [filters] | link [customer id] [name] | funnel [filters] | audit [filters] | threads [on|off] | status | help",
		Mentions: true,
		Help:     p.help,
		Run:      p.run,
		Actions:  p.actions(),
		Submissions: map[string]bot.Submit{
			"form": p.check, "save": p.save, "link": p.makeLink, "packet_sent": p.packetSent, "find": p.find,
			"resolution": p.keepResolution, "thread_share": p.shareLookedUp,
		},
	}
}

func (p perch) actions() map[string]bot.Handler {
	share := p.sharingFunnel()
	return map[string]bot.Handler{
		// the way to a subscription
		"subscribe":        p.subscribeAgain,
		"subscribe_me":     p.subscribeMe,
		"subscribe_shared": p.subscribeShared,
		"all_fields":       p.allFields,
		"change":           p.changeDraft,
		"after_two":        p.afterTwo,
		// what stands in the list of subscriptions
		"edit":          p.edit,
		"pause":         p.pause,
		"resume":        p.resume,
		"resume_shared": p.resumeShared,
		"sample":        p.sample,
		"unsub":         p.unsubscribe,
		"subs_first":    p.turnSubscriptions,
		"subs_next":     p.turnSubscriptions,
		// what stands on a problem's card
		"claim":         p.acting(claimed),
		"release":       p.acting(released),
		"snooze":        p.acting(snoozed),
		"wake":          p.acting(woken),
		"close":         p.acting(closed),
		"more":          p.more,
		"details":       p.details,
		"sync":          p.syncNow,
		"link":          p.link,
		"mute":          p.mute,
		"manage":        p.manage,
		"packet":        p.packet,
		"packet_file":   p.filePacket,
		"affected":      p.affected,
		"affected_turn": p.turnAffected,
		"affected_back": p.turnAffected,
		"affected_csv":  p.csvAffected,
		// the list of problems
		"open":           p.openProblem,
		"problems_first": p.turnProblems,
		"problems_next":  p.turnProblems,
		"problems_mine":  p.turnProblems,
		"problems_all":   p.turnProblems,
		"problems_open":  p.turnProblems,
		"status":         p.statusAgain,
		// links and how far they lead
		"relink":              p.relink,
		"link_pick":           p.pickLinked,
		"link_new":            p.linkSomebodyNew,
		"funnel_names":        p.funnelNames,
		"funnel_csv":          p.funnelCSV,
		"share_funnel":        share.share,
		"share_funnel_anyway": share.anyway,
		// what is looked up on purpose
		"look_up": p.lookUp,
		"find":    p.lookUpWhat,
		// how problems were resolved
		"resolution":      p.resolution,
		"resolution_drop": p.dropResolution,
		// the audit log
		"pick":        forAdmins(p.pickAudited),
		"audit_first": forAdmins(p.turnAudit),
		"audit_next":  forAdmins(p.turnAudit),
		"audit_all":   forAdmins(p.turnAudit),
		"audit_csv":   forAdmins(p.csvAudit),
		// reading along, and what stands under its replies
		"threads_on":      p.threadsOn,
		"threads_off":     p.readNoMore,
		"threads_no":      p.threadsNo,
		"threads_shared":  p.threadsShared,
		"thread_details":  p.threadDetails,
		"thread_watch":    p.watchThread,
		"thread_unwatch":  p.unwatchThread,
		"thread_stop":     p.stopThread,
		"thread_go":       p.resumeThread,
		"thread_here":     p.shareHere,
		"thread_here_yes": p.shareHereAnyway,
	}
}

// word is one word behind /perch and what answers it.
type word struct {
	name string
	get  string
	run  func(ctx context.Context, r *bot.Request, rest string) error
	help func(bot.Names) card.Message
}

func (p perch) words() []word {
	return []word{
		{"subscribe", "this channel, or you, hear of problems: a form asks what, and shows what it would have been", p.subscribe, subscribeHelp},
		{"subscriptions", "who hears what here, to change, pause or end it", p.subscriptions, nil},
		{"problems", "what is open, oldest first, and who is on it", p.problems, problemsHelp},
		{"link", "a link by which an employer connects: a form like Finch's, and a text to send", p.newLink, linkHelp},
		{"funnel", "how far employers come in Finch Connect, and where they stop", p.funnel, funnelHelp},
		{"audit", "for admins: who asked, revealed, shared and changed what", p.audit, auditHelp},
		{"threads", "whether Perch replies here, in the thread, to messages that quote an id; on and off switch it", p.threads, threadsHelp},
		{"status", "how Perch itself is: Slack, Finch, webhooks, Connect sessions, threads, what it has still to tell", p.status, nil},
	}
}

func (p perch) run(ctx context.Context, r *bot.Request) error {
	first, rest, _ := strings.Cut(r.Text, " ")
	rest = strings.TrimSpace(rest)
	if strings.EqualFold(first, "help") && rest != "" { // as "threads help"
		first, rest = rest, "help"
	}
	if first == "" {
		return r.Reply(ctx, p.help(r.As))
	}
	for _, w := range p.words() {
		switch {
		case !strings.EqualFold(first, w.name):
		case strings.EqualFold(rest, "help") && w.help != nil:
			return r.Reply(ctx, w.help(r.As))
		default:
			return w.run(ctx, r, rest)
		}
	}
	return r.Reply(ctx, p.unknown(first, r.As))
}

// unknown says what there is, and first what was probably meant.
func (p perch) unknown(typed string, as bot.Names) card.Message {
	sentence := fmt.Sprintf("%s has no \"%s\".", as.Of("perch"), card.Cut(card.Clean(typed), 40))
	if near := p.nearest(strings.ToLower(typed), as); near != "" {
		sentence += fmt.Sprintf(" Did you mean %s?", near)
	}
	m := p.help(as)
	m.Text = card.FallbackText(card.Escape(sentence) + " " + m.Text)
	m.Blocks = append(card.Blocks{card.Plain(sentence)}, m.Blocks...)
	return m
}

// nearest is what to type instead: a word that begins so, or the one that is at
// most two letters away.
func (p perch) nearest(typed string, as bot.Names) string {
	best, least := "", 3
	consider := func(name, typing string) {
		distance := levenshtein.ComputeDistance(strings.TrimPrefix(typed, "/"), name)
		if len(typed) >= 3 && strings.HasPrefix(name, typed) {
			distance = 1
		}
		if distance < least {
			best, least = typing, distance
		}
	}
	for _, w := range p.words() {
		consider(w.name, as.Of("perch")+" "+w.name)
	}
	for _, c := range p.others {
		consider(c.Name, as.Of(c.Name))
	}
	return best
}

func (p perch) help(as bot.Names) card.Message {
	var lines []usage
	for _, w := range p.words() {
		lines = append(lines, usage{as.Of("perch") + " " + w.name, w.get})
	}
	lines = append(lines, usage{as.Of("perch") + " subscribe help", "what can be typed behind it"})
	for _, c := range p.others {
		lines = append(lines, usage{as.Of(c.Name), card.LowerFirst(c.About)}, usage{as.Of(c.Name) + " help", "how to ask for it"})
	}
	return helpCard("Perch brings Finch into Slack", lines, "Answers are seen by you alone until you press Share.")
}

// usage is one line of help: what to type, and what comes of it.
type usage struct{ Type, Get string }

func helpCard(title string, lines []usage, closing string) card.Message {
	rich := make([]card.Part, 0, len(lines))
	plain := []string{title}
	for _, l := range lines {
		rich = append(rich, card.Line(card.Code(l.Type), card.Normal(" "+l.Get)))
		plain = append(plain, l.Type+" "+l.Get)
	}
	plain = append(plain, closing)
	return card.Message{
		Text:   card.FallbackText(card.Escape(strings.Join(plain, " · "))),
		Blocks: []slack.Block{card.Header(title), card.Bullets(rich...), card.Context(closing)},
	}
}

// note is a card of one sentence.
func note(mrkdwn string) card.Message {
	return card.Message{Text: mrkdwn, Blocks: []slack.Block{card.Text(mrkdwn)}}
}
