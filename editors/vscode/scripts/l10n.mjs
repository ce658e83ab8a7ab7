// Collects the strings that the extension says into l10n/bundle.l10n.json, from which translators start.
//
//   node scripts/l10n.mjs           writes the file
//   node scripts/l10n.mjs --check   fails where it is not what this would write
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

const source = new URL('../src/', import.meta.url);
const bundle = new URL('../l10n/bundle.l10n.json', import.meta.url);

const strings = new Set();
for (const name of readdirSync(source)) {
	const text = readFileSync(new URL(name, source), 'utf8');
	const calls = text.match(/l10n\.t\(/g)?.length ?? 0;
	const found = [...text.matchAll(/l10n\.t\(\s*'((?:[^'\\]|\\.)*)'/g)];
	if (found.length !== calls) {
		throw new Error(`${name}: the first argument of l10n.t must be a string in single quotes`);
	}
	for (const [, string] of found) {
		strings.add(string.replaceAll("\\'", "'"));
	}
}
const all = Object.fromEntries([...strings].sort().map((string) => [string, string]));
const wanted = `${JSON.stringify(all, null, '\t')}\n`;

if (process.argv.includes('--check')) {
	if (readFileSync(bundle, 'utf8') !== wanted) {
		console.error('l10n/bundle.l10n.json is not what the sources say: run npm run l10n');
		process.exitCode = 1;
	}
} else {
	mkdirSync(new URL('.', bundle), { recursive: true });
	writeFileSync(bundle, wanted);
}
