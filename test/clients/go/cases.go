package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// line is what is told of a case, and at last of the session.
type line struct {
	Case  string  `json:"case,omitempty"`
	Error *string `json:"error"`
	End   bool    `json:"end,omitempty"`
}

// tell prints a line of JSON.
func tell(told line) {
	text, _ := json.Marshal(told)
	fmt.Fprintln(os.Stdout, string(text))
}

// runCase runs a case and tells its outcome; a panic of `must` or `check` is what was wrong with it.
func runCase(name string, run func()) {
	defer func() {
		if problem := recover(); problem != nil {
			text := fmt.Sprint(problem)
			tell(line{Case: name, Error: &text})
			return
		}
		tell(line{Case: name})
	}()
	run()
}

// must answers the value of a call that has to succeed.
func must[Value any](value Value, err error) Value {
	if err != nil {
		panic(err)
	}
	return value
}

// check ends a case where what has to hold does not.
func check(holds bool, problem string, values ...any) {
	if !holds {
		panic(fmt.Sprintf("%s: %+v", problem, values))
	}
}

// until looks again and again until something is found.
func until(look func() bool) {
	end := time.Now().Add(45 * time.Second)
	for !look() {
		if time.Now().After(end) {
			panic("not within 45 seconds")
		}
		time.Sleep(200 * time.Millisecond)
	}
}
