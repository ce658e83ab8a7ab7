/** What came of a test in the extension host, as the file outcome.json has it. */
export interface Outcome {
	readonly title: string;
	/** In milliseconds. */
	readonly took: number;
	/** The stack of what was thrown; undefined of a test that passed. */
	readonly error?: string;
	/** What the test wrote. */
	readonly said?: string;
}
