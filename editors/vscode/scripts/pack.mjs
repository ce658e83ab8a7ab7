// Packs the extension, with the server of the platform in it, into dist/ of the repository.
//
//   node scripts/pack.mjs [--out FOLDER] TARGET…
//
// A target is a platform by its name in the marketplace, like linux-x64.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle } from './build.mjs';
import { notices } from './notices.mjs';

const extension = fileURLToPath(new URL('..', import.meta.url));
const repository = resolve(extension, '../..');

const systems = { linux: 'linux', alpine: 'linux', darwin: 'darwin', win32: 'windows' };
const machines = { x64: 'amd64', arm64: 'arm64' };

const { values, positionals } = parseArgs({ options: { out: { type: 'string' } }, allowPositionals: true });
const out = values.out ?? join(repository, 'dist');
mkdirSync(out, { recursive: true });

const run = (dir, program, args, env = {}) =>
	execFileSync(program, args, { cwd: dir, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
const size = (file) => `${(statSync(file).size / 1e6).toFixed(1)} MB`;

const inputs = await bundle();
// The server says what each holds, on whichever platform: the one of this machine is asked.
const own = join(extension, 'dist/server/own/covls');
run(repository, 'make', ['build', `OUT=${own}`]);
const licences = run(repository, own, ['licenses']).toString();
writeFileSync(join(extension, 'dist/ThirdPartyNotices.txt'), notices(inputs, extension, licences));
for (const target of positionals) {
	const [system, machine] = target.split('-');
	if (systems[system] === undefined || machines[machine] === undefined) {
		throw new Error(`${target} is no platform that covls is built for`);
	}
	const name = system === 'win32' ? 'covls.exe' : 'covls';
	// go does not link again what is there and up to date.
	const built = join(extension, 'dist/server', target, name);
	run(repository, 'make', ['build', `OUT=${built}`], { GOOS: systems[system], GOARCH: machines[machine] });
	const server = join(extension, 'server', name);
	rmSync(join(extension, 'server'), { recursive: true, force: true });
	mkdirSync(join(extension, 'server'));
	copyFileSync(built, server);
	const vsix = join(out, `covls-${target}.vsix`);
	const vsce = join(extension, 'node_modules/.bin/vsce');
	run(extension, vsce, ['package', '--no-dependencies', '--target', target, '--out', vsix]);
	console.log(`${vsix}  ${size(vsix)}, server ${size(server)}`);
}
rmSync(join(extension, 'server'), { recursive: true, force: true });
