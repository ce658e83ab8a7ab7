/** When the code of the extension began to run, by the clock and by what its process had used of the processor. */
export const began = { clock: performance.now(), processor: process.cpuUsage() };
