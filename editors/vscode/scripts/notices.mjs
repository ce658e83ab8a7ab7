// Collects the licences of what the packed extension holds: the packages of npm in its bundle, and what the
// server says of itself.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The text of the licence in a folder; there is none to give away what has none. */
function licence(name, dir) {
	const files = readdirSync(dir).filter((file) => /^(licen[cs]e|copying|notice|third.?party)/i.test(file));
	if (files.length === 0) {
		throw new Error(`${name} has no licence in ${dir}`);
	}
	return files.sort().map((file) => readFileSync(join(dir, file), 'utf8').trim());
}

/**
 * The packages that esbuild's list of inputs names, with their folders. What is bundled must stand among the
 * dependencies of package.json: the licences of the others are judged less strictly.
 */
function packages(inputs, extension) {
	const lock = JSON.parse(readFileSync(join(extension, 'package-lock.json'), 'utf8')).packages;
	const out = new Map();
	for (const input of inputs) {
		const found = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(input);
		if (found !== null) {
			if (lock[found[1]]?.dev !== undefined) {
				throw new Error(`${found[2]} is bundled: move what brings it to the dependencies of package.json`);
			}
			const dir = join(extension, found[1]);
			const { version } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
			out.set(`${found[2]} ${version}`, dir);
		}
	}
	return out;
}

/** The notices as one text. server is what the server prints of its own. */
export function notices(inputs, extension, server) {
	const all = [...packages(inputs, extension)].sort(([a], [b]) => (a < b ? -1 : 1));
	const parts = all.map(([name, dir]) => [`${name}\n${'-'.repeat(name.length)}`, ...licence(name, dir)].join('\n\n'));
	return [
		'What this extension holds, and the licences of it: first its packages of npm, then its server.',
		...parts,
		`The server\n----------\n\n${server}`,
	].join('\n\n\n');
}
