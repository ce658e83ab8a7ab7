import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * The environment of a program that must not see the flags which covls itself is built with. Without their
 * folder's name, which is new each time, go builds the packages of a project once; vet has nothing to find here.
 */
export const plain = { ...process.env, GOFLAGS: '-trimpath -vet=off' };

const start = promisify(execFile);

export async function run(dir: string, program: string, ...args: string[]): Promise<string> {
	return (await start(program, args, { cwd: dir, env: plain, maxBuffer: 1 << 28 })).stdout;
}

/** Copies cobra, as the module proxy has it, into a folder. */
export async function cobra(dir: string): Promise<void> {
	const said = await run('/', 'go', 'mod', 'download', '-json', 'github.com/spf13/cobra@v1.10.2');
	cpSync(JSON.parse(said).Dir as string, dir, { recursive: true });
	writable(dir);
	rmSync(join(dir, '.github'), { recursive: true, force: true });
	// This one needs a file system that refuses root.
	const test = join(dir, 'fish_completions_test.go');
	writeFileSync(test, readFileSync(test, 'utf8').replace('func TestFailGen', 'func failGen'));
}

function writable(path: string): void {
	const isDir = statSync(path).isDirectory();
	chmodSync(path, isDir ? 0o755 : 0o644);
	for (const name of isDir ? readdirSync(path) : []) {
		writable(join(path, name));
	}
}

/** Runs cobra's tests, or those of a pattern, and leaves cover.out. */
export async function testCobra(dir: string, pattern = '.'): Promise<void> {
	await run(dir, 'go', 'test', '-coverpkg=./...', '-coverprofile=cover.out', '-run', pattern, './...');
}

/** What `go tool cover` says of cover.out: the share covered, and the functions that are at 0 %. */
export interface GoCover {
	readonly total: string;
	readonly zero: readonly { readonly file: string; readonly line: number; readonly name: string }[];
}

export async function goToolCover(dir: string, module = 'github.com/spf13/cobra'): Promise<GoCover> {
	const lines = (await run(dir, 'go', 'tool', 'cover', '-func=cover.out')).trimEnd().split('\n');
	const total = /([\d.]+)%$/.exec(lines.pop() ?? '')?.[1] ?? '';
	const zero = lines
		.filter((line) => line.startsWith(`${module}/`))
		.map((line) => /^(\S+):(\d+):\s+(\S+)\s+0\.0%$/.exec(line.slice(module.length + 1)))
		.flatMap((found) =>
			found === null ? [] : [{ file: found[1] as string, line: Number(found[2]), name: found[3] as string }],
		);
	return { total, zero };
}

/** A gap as `covls gaps --format json` prints it. */
export interface ShellGap {
	readonly file: string;
	readonly name: string;
	readonly line: number;
	readonly message: string;
}

/** What the server's program says in a shell, which is what the editor must show. */
export interface Said {
	readonly gaps: readonly ShellGap[];
	readonly report: ShellReport;
}

export async function covls(program: string, dir: string): Promise<Said> {
	const [gaps, report] = await Promise.all(
		['gaps', 'report'].map((command) => run(dir, program, command, '--format', 'json', '-C', dir)),
	);
	return { gaps: JSON.parse(gaps as string).gaps, report: JSON.parse(report as string) };
}

/** The parts of the JSON report that the tests hold the views against. */
export interface ShellReport {
	readonly summary: Counts & { readonly percent: number; readonly gap: number; readonly target: number };
	readonly files: readonly (Counts & {
		readonly path: string;
		readonly tier: string;
		readonly gap: number;
		readonly percent: number;
	})[];
}

interface Counts {
	readonly statements: { readonly covered: number; readonly total: number } | null;
	readonly lines: { readonly covered: number; readonly total: number } | null;
}

/** A project in Go, in a repository, with one file that is written, committed and tested step by step. */
export interface Notes {
	/** What the file holds. */
	text: string;
	write(text: string): void;
	commit(): Promise<void>;
	/** Runs its tests, and leaves cover.out, which no commit has. */
	test(): Promise<void>;
}

/** Makes such a project, whose tests reach Kept in part, Halved wholly, and neither Missed, Doubled nor Empty. */
export async function notes(dir: string, file: string): Promise<Notes> {
	mkdirSync(dir, { recursive: true });
	const put = (name: string, text: string) => writeFileSync(join(dir, name), text);
	put('go.mod', 'module example.com/notes\n\ngo 1.21\n');
	put('.gitignore', '*.out\n');
	put(
		'notes_test.go',
		`package notes

import "testing"

func TestNotes(t *testing.T) {
	if Kept(1) != 1 || Halved(4) != 2 {
		t.Fail()
	}
}
`,
	);
	const git = (...args: string[]) =>
		run(dir, 'git', '-c', 'user.name=A', '-c', 'user.email=a@example.com', '-c', 'commit.gpgSign=false', ...args);
	await git('init', '-q', '-b', 'main');
	const project: Notes = {
		text: '',
		write(text) {
			this.text = text;
			put(file, text);
		},
		async commit() {
			await git('add', '.');
			await git('commit', '-q', '-m', 'A step');
		},
		async test() {
			await run(dir, 'go', 'test', '-coverpkg=./...', '-coverprofile=cover.out', './...');
		},
	};
	project.write(`package notes

func Kept(n int) int {
	if n > 0 {
		return 1
	}
	return 0
}

func Missed(n int) int {
	n++
	return n
}

func Halved(n int) int {
	half := n / 2
	return half
}

func Doubled(n int) int {
	return n * 2
}

func Empty() {
}
`);
	return project;
}

/** A project in TypeScript with an LCOV profile; of its functions `never` alone was not called. */
export function typescript(dir: string): void {
	mkdirSync(join(dir, 'src'), { recursive: true });
	mkdirSync(join(dir, 'coverage'), { recursive: true });
	writeFileSync(join(dir, 'package.json'), '{ "name": "shop", "version": "1.0.0" }\n');
	writeFileSync(
		join(dir, 'src/cart.ts'),
		`export function total(prices: number[]): number {
	let sum = 0;
	for (const price of prices) {
		sum += price;
	}
	return sum;
}

export function discount(sum: number, code: string): number {
	if (code === 'HALF') {
		return sum / 2;
	}
	return sum;
}

export function never(sum: number): number {
	const rounded = Math.round(sum);
	return rounded * 2;
}
`,
	);
	writeFileSync(
		join(dir, 'coverage/lcov.info'),
		`TN:
SF:src/cart.ts
FN:1,total
FN:9,discount
FN:16,never
FNDA:3,total
FNDA:2,discount
FNDA:0,never
FNF:3
FNH:2
DA:2,3
DA:3,3
DA:4,9
DA:6,3
DA:10,2
DA:11,0
DA:13,2
DA:17,0
DA:18,0
LF:9
LH:6
end_of_record
`,
	);
}

/**
 * A project whose profile was made elsewhere, and which has two places that its file may be: nothing
 * but a person can say which.
 */
export function lost(dir: string): void {
	const text = `export function left(stock: number, sold: number): number {
	return stock - sold;
}

export function refill(stock: number): number {
	return stock + 100;
}
`;
	for (const place of ['web', 'shop']) {
		mkdirSync(join(dir, place, 'src'), { recursive: true });
		writeFileSync(join(dir, place, 'src/stock.ts'), text);
	}
	const lines = [2, 6].map((line) => `DA:${line},${line === 2 ? 4 : 0}`);
	const functions = ['FN:1,left', 'FN:5,refill', 'FNDA:4,left', 'FNDA:0,refill'];
	writeFileSync(
		join(dir, 'lcov.info'),
		['SF:/builds/team/app/src/stock.ts', ...functions, ...lines, 'end_of_record', ''].join('\n'),
	);
}
