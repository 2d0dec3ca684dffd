// Package db is the SQL of store/queries as Go, written by sqlc: see
// store/sqlc.yaml. Its methods return the drivers' errors as they are; package
// store says what they mean.
package db
