// Package finch is the Finch API as Go: a client, its errors and limits, and
// what is known of a connection.
package finch
