// Collects the licences of what the packed extension holds besides covls itself: the packages of npm
// in its bundle, and the modules and the library of Go in its server.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The text of the licence in a folder; there is none to give away what has none. */
function licence(name, dir) {
	const files = readdirSync(dir).filter((file) => /^(licen[cs]e|copying|notice|patents)/i.test(file));
	if (files.length === 0) {
		throw new Error(`${name} has no licence in ${dir}`);
	}
	return files.sort().map((file) => readFileSync(join(dir, file), 'utf8').trim());
}

/** The packages that esbuild's list of inputs names, with their folders. */
function packages(inputs, extension) {
	const out = new Map();
	for (const input of inputs) {
		const found = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(input);
		if (found !== null) {
			const dir = join(extension, found[1]);
			const { version } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
			out.set(`${found[2]} ${version}`, dir);
		}
	}
	return out;
}

/** The modules that the program is made of, with their folders. */
function modules(repository) {
	const run = (...args) => execFileSync('go', args, { cwd: repository, encoding: 'utf8' });
	const format = '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}';
	const lines = run('list', '-deps', '-f', format, './cmd/covls').split('\n');
	const out = new Map(lines.filter((line) => line !== '').map((line) => line.split('\t')));
	const root = run('env', 'GOROOT').trim();
	// Some systems keep the licence of Go elsewhere; its text is that of the modules golang.org/x.
	if (existsSync(join(root, 'LICENSE'))) {
		out.set(`Go ${run('env', 'GOVERSION').trim()}`, root);
	}
	return out;
}

/** The notices as one text. */
export function notices(inputs, extension, repository) {
	const all = [...packages(inputs, extension), ...modules(repository)].sort(([a], [b]) => (a < b ? -1 : 1));
	const parts = all.map(([name, dir]) => [`${name}\n${'-'.repeat(name.length)}`, ...licence(name, dir)].join('\n\n'));
	return `What this extension holds besides covls, and the licences of it.\n\n${parts.join('\n\n\n')}\n`;
}
