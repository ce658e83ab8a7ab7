/** When the code of the extension began to run: what it needed until then and since of the clock and the processor. */
export const began = { clock: performance.now(), processor: process.cpuUsage() };
