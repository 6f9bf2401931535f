// Package wordindex builds an index of real source text by guest programs in Starlark
// that share one heap, several ways, and measures them side by side.
//
// The text is a tree of Go files, by default the source of the standard
// library. Its terms are the identifiers and the words of the comments. For
// each term the index holds how often it occurs and in how many files. A
// guest thread takes a file, and puts all of its terms into the index in one
// atomic block.
//
// The scripts are in the directory programs. Each is run by every engine that it is
// meaningful for, and each result is compared, term by term, to a count in
// plain Go.
//
// Reading the files and splitting them into terms happens before the clock
// starts: what is measured is guest code, the shared heap and nothing else.
package wordindex
