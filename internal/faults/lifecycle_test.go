package faults_test

// lifecycle are faults of what is around the program: processes, pipes, signals, folders.
func lifecycle() []fault {
	faults := []fault{
		{name: "end of input", do: (*session).hangUp, end: "exit 1 within 3 s"},
	}
	for i := range faults {
		faults[i].group = "lifecycle"
	}
	return faults
}
