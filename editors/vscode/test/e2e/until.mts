/** By how much all waiting is longer than on a machine that has nothing else to do: COVLS_PATIENCE of the environment. */
export const patience = Number(process.env['COVLS_PATIENCE'] ?? 1);

/**
 * Asks again and again until the answer is neither false, null, 0, "" nor undefined, and returns it.
 * An error counts as no answer; when the time is over it is the one that is thrown.
 */
export async function until<T>(what: string, ask: () => T | Promise<T>, limit = 60_000): Promise<NonNullable<T>> {
	limit *= patience;
	const end = Date.now() + limit;
	let last: unknown;
	let pause = 20;
	for (;;) {
		try {
			const answer = await ask();
			if (answer) {
				return answer;
			}
			last = `the last answer was ${JSON.stringify(answer)}`;
		} catch (error) {
			last = error;
		}
		if (Date.now() > end) {
			const why = last instanceof Error ? last.message : String(last);
			throw new Error(`waited ${limit / 1000} s in vain: ${what}: ${why}`);
		}
		// To ask takes the page's time, so that a long wait is asked less often.
		await new Promise((resolve) => setTimeout(resolve, pause));
		pause = Math.min(pause * 1.3, 250);
	}
}
