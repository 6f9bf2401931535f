package history

// A Level is a guarantee. Each includes those before it.
type Level uint8

const (
	// Serializability: the committed attempts equal some serial run.
	Serializability Level = iota + 1
	// Strictness: that serial run keeps the order of real time.
	Strictness
	// Opacity: attempts that were undone fit into it too.
	Opacity
)

var levels = [...]string{
	Serializability: "serializability",
	Strictness:      "strict serializability",
	Opacity:         "opacity",
}

// String returns the guarantee's name.
func (l Level) String() string { return levels[l] }

// An Anomaly is the name of something no correct history shows. It is an error
// so that errors.Is finds it in [Report.Err].
type Anomaly uint8

// The anomalies of one observation, of two writers, and of a cycle. The G names
// are Adya's.
const (
	// OwnWrite is a read that missed the attempt's own write, or saw one undone.
	OwnWrite Anomaly = iota + 1
	// UnrepeatableRead is two reads of one variable that saw different versions.
	UnrepeatableRead
	// G1a is a read of a version that was undone.
	G1a
	// G1b is a read of a version that its own writer overwrote before commit.
	G1b
	// Garbage is a read of something that was never written there.
	Garbage

	// Duplicate is two versions of a variable with the same commit version.
	Duplicate
	// LostUpdate is two committed writers that overwrote the same version.
	LostUpdate

	// G0 is a cycle of overwritten versions.
	G0
	// G1c is a cycle of versions overwritten and read.
	G1c
	// GSingle is a cycle with one anti-dependency: a read skew.
	GSingle
	// WriteSkew is two attempts each of which read what the other overwrote.
	WriteSkew
	// G2 is a longer cycle with several anti-dependencies.
	G2
	// StaleRead is a committed read of a version overwritten before it began.
	StaleRead
	// Inversion is a version order, or a read, against the order of real time.
	Inversion
	// ZombieRead is an undone attempt that saw a state that never existed.
	ZombieRead
	// StaleZombie is an undone attempt that saw a state gone before it began.
	StaleZombie

	anomalies = int(iota) + 1
)

var anomalyTexts = [anomalies][2]string{
	OwnWrite:         {"own write missed", "the attempt did not see its own latest write"},
	UnrepeatableRead: {"unrepeatable read", "two reads of one variable saw different versions"},
	G1a:              {"G1a: aborted read", "a version that was undone was seen"},
	G1b:              {"G1b: intermediate read", "a version that its own writer overwrote was seen"},
	Garbage:          {"garbage read", "a value that was never written there was seen"},
	Duplicate:        {"duplicate version", "two commits of one variable have the same version"},
	LostUpdate:       {"lost update", "two committed attempts overwrote the same version"},
	G0:               {"G0: write cycle", "versions of different variables are in opposite orders"},
	G1c:              {"G1c: circular information flow", "attempts depend on each other's writes"},
	GSingle:          {"G-single: read skew", "an attempt saw one state in part before and in part after another"},
	WriteSkew:        {"write skew", "each of two attempts read what the other overwrote"},
	G2:               {"G2-item: anti-dependency cycle", "no serial order explains what was read"},
	StaleRead:        {"stale read", "a version overwritten before the attempt began was read"},
	Inversion:        {"real-time inversion", "the versions contradict the order of real time"},
	ZombieRead:       {"zombie read", "an attempt that was undone saw a state that never existed"},
	StaleZombie:      {"stale zombie read", "an attempt that was undone saw a state gone before it began"},
}

// String returns the anomaly's name.
func (a Anomaly) String() string { return anomalyTexts[a][0] }

// Error returns the anomaly's name: fmt prefers it to String.
func (a Anomaly) Error() string { return a.String() }

// Meaning returns what the anomaly is, in one sentence.
func (a Anomaly) Meaning() string { return anomalyTexts[a][1] }
