// Package explore is what the explorer knows of Finch's answers without asking:
// which question was meant, whether it is complete, what of an answer may be seen,
// and how it is read. It is pure; the calls are made in package watch.
//
// It guarantees that
//
//   - of an answer only those fields are shown that its endpoint names, and that
//     even in these nothing stays that looks like a social security, account or
//     routing number, a token, an email address or a phone number;
//   - whatever a person writes to narrow an answer runs on what is masked already,
//     and within fixed time and memory;
//   - a question that Check passes is one that Finch's documentation allows, sent
//     to a path of the endpoint table;
//   - nothing it returns about a question repeats a personal value in clear, other
//     than the question itself.
//
// It asks of its users to hold what it returns no longer than somebody looks at
// it, and to keep answers out of logs and of the database.
package explore
