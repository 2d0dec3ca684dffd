// Package house keeps the promises that the README's design section makes of
// the whole tree: who may import whom, where the foreign libraries may be
// used, that each package says what it is for, and that the tables of the
// README are the tables of the program. It holds tests alone and needs
// nothing but the sources beside it.
package house
