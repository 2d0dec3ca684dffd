// Package socket keeps a Slack app connected through Socket Mode.
//
// It guarantees:
//
//   - Several sockets stay open, and a socket that Slack asks to leave is
//     replaced before it goes. What still arrives on the old one is answered on
//     the old one until it closes.
//   - Every envelope that has an id is acknowledged on the connection that
//     delivered it, also one that this version of the program does not
//     understand. Commands and clicks are acknowledged, empty, in the read loop
//     before anybody sees them; events once Handler.Keep has them safely; option
//     lists and submissions together with their answer.
//   - Nothing is thrown away for being a retry: the retry may be the first copy
//     that ever arrives.
//   - Slack is never hammered. All sockets share one pace: however Slack treats
//     each connect, it sees fewer than ten in any ten seconds.
//   - A close that is made on purpose carries the code 1000, since a socket that
//     vanishes stays registered at Slack for hours and is sent clicks meanwhile.
//
// An acknowledgement is withheld where that tells the truth: an event that could
// not be kept comes again; a submission whose answer failed, came too late or is
// too big leaves the modal open with what was typed in it, so that it can be sent
// again; what arrives during shutdown is for Slack to deliver elsewhere. An
// option list that fails is answered with an empty list. What could not be
// acknowledged is not handed on as a command or click either: Slack has told
// the user that it failed.
//
// Its duties to the caller: Handler.Take must return at once. Slack promises no
// order, delivers twice at times, and never repeats a command or a click, so
// events want deduplication by their event_id and submissions by their view.
package socket
