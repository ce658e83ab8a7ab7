// Bundles the extension to dist/extension.js, one file of CommonJS. With --tests, the tests that run
// inside the extension host beside it.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const common = {
	bundle: true,
	platform: 'node',
	format: 'cjs',
	target: 'node20',
	external: ['vscode'],
	logLevel: 'warning',
	mainFields: ['module', 'main'],
	absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
};

/** Makes the bundle, and returns the paths of what went into it. */
export async function bundle() {
	const { metafile } = await build({
		...common,
		entryPoints: ['src/extension.ts'],
		outfile: 'dist/extension.js',
		minify: true,
		metafile: true,
	});
	return Object.keys(metafile.inputs);
}

if (import.meta.main) {
	await bundle();
	if (process.argv.includes('--tests')) {
		await build({
			...common,
			entryPoints: ['test/host/index.ts'],
			outfile: 'dist/test/index.js',
			sourcemap: 'inline',
			sourcesContent: false,
		});
	}
}
