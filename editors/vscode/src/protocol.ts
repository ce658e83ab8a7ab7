/**
 * What the extension and `covls serve` say to each other beyond LSP; docs/lsp-extensions.md has the
 * meaning of every field. Lines and ranges are 0-based and in UTF-16, as VS Code's own.
 */

import type { CodeAction, CodeActionParams, Command as EditorCommand, Range } from 'vscode-languageclient/node';

export type Tier = 'critical' | 'high' | 'medium' | 'lower' | 'unknown' | 'ok';

/** The tiers of files of which something is known, from the most urgent down; "ok" is a file that needs nothing. */
export const tiers: readonly Tier[] = ['critical', 'high', 'medium', 'lower', 'ok'];

export interface Summary {
	readonly unit: 'statements' | 'lines';
	readonly covered: number;
	readonly total: number;
	/** Null where there is nothing to cover. */
	readonly percent: number | null;
	/** Null where folders have different ones. */
	readonly target: number | null;
	/** Nobody set the target: it is the next step above what is covered. */
	readonly next_step: boolean;
	/** Statements or lines short of the target, or of each folder's. */
	readonly gap: number;
	readonly gap_points: number | null;
}

export type Tiers = Readonly<Record<Tier, number>>;

export interface Profile {
	readonly uri: string;
	readonly path: string;
	readonly format: string;
	readonly modified: string;
	readonly files: number;
	readonly found: number;
	readonly trouble: string | null;
	/** It credits a package with its own tests only, while those of others may run what is missing. */
	readonly own_tests: boolean;
	/** The counts of some tests may be missing in it. */
	readonly some_tests: boolean;
	/** Says either in words, to go on behind its name; "" for neither. */
	readonly tests_note: string;
	/** How many files have another text on disk than the one that the profile is of. */
	readonly other_texts: number;
	/** How many functions of those files nobody knows anything of. */
	readonly unknown_functions: number;
	/** Says so in words; "" where the profile is of the texts on disk. */
	readonly text: string;
	/** What its tool prints as its total, where that mixes lines and branches; "" elsewhere. */
	readonly own_total: string;
}

/** What "Run Tests with Coverage" runs; the server knows it from the settings and the language. */
export interface Command {
	readonly language: string;
	readonly command: string;
	readonly cwd: string;
	/** The command that writes its profile into the folder `.covls`, null where the tools can't be told so. */
	readonly own: string | null;
	/** What is missing for it, null for nothing. */
	readonly lacks: string | null;
	/** What installs it, null where it takes more than that. */
	readonly install: string | null;
}

export interface Folder {
	readonly uri: string;
	readonly name: string;
	readonly summary: Summary | null;
	/** Of the files that are counted in the other unit. */
	readonly other: Summary | null;
	readonly tiers: Tiers;
	readonly uncovered_functions: number;
	readonly unknown_functions: number;
	readonly patterns: readonly string[];
	readonly searched_dirs: number;
	readonly languages: readonly string[];
	readonly make_profile: Command | null;
}

/** What changed since the base, on disk. */
export interface Changed {
	readonly covered: number;
	readonly total: number;
	/** Null without a baseline. */
	readonly lost: number | null;
	readonly lost_functions: number | null;
	readonly unknown: number;
	/** Sources that changed and that no profile names. */
	readonly unmeasured: number;
	readonly base: string;
	readonly commit: string;
	/** All that in words; "" for nothing. */
	readonly text: string;
	/** Why nothing, or not all, is told of the change, or of lost coverage. */
	readonly why: string | null;
}

/** What a run of the tests has made of functions. */
export interface Ran {
	readonly since: string;
	readonly covered: number;
	readonly lost: number;
	readonly text: string;
}

export interface RanFunction {
	readonly uri: string;
	readonly path: string;
	readonly name: string;
	readonly line: number;
	readonly was: number;
	readonly now: number;
	readonly total: number;
}

/** What covls.sinceLastRun answers, the newest run first. */
export interface Runs {
	readonly runs: readonly (Ran & {
		readonly covered_functions: readonly RanFunction[];
		readonly lost_functions: readonly RanFunction[];
	})[];
}

/** What covls.pickBase answers. */
export interface Bases {
	readonly base: string;
	readonly branches: readonly string[];
	readonly tags: readonly string[];
}

export interface Status {
	readonly state: 'loading' | 'empty' | 'broken' | 'ready';
	readonly loading: boolean;
	readonly summary: Summary | null;
	/** Of the files that are counted in the other unit. */
	readonly other: Summary | null;
	readonly tiers: Tiers;
	readonly uncovered_functions: number;
	/** Functions of which nobody knows whether they are covered; they are in no figure. */
	readonly unknown_functions: number;
	/** Packages that have tests and are in no profile. */
	readonly unmeasured: number;
	readonly stale: boolean;
	/** Null where nobody looks, or has looked yet. */
	readonly changed: Changed | null;
	/** Null where no run of the session has covered or lost a function. */
	readonly since_last_run: Ran | null;
	readonly hidden: boolean;
	readonly profiles: readonly Profile[];
	readonly folders: readonly Folder[];
	readonly languages: readonly string[];
}

export interface Gap {
	/** Tells it from all others of the folder, and stays after edits and in other runs. */
	readonly id: string;
	/** Of the function; "" outside of functions. */
	readonly name: string;
	readonly shape: 'function' | 'stretch';
	/** "" is ordinary code. */
	readonly kind: string;
	readonly line: number;
	/** Null where the document is not open. */
	readonly range: Range | null;
	readonly statements: number;
	/** Its place, from 1 on, among all gaps of the answer by urgency. */
	readonly order: number;
	/** A function that hardly needs a test of its own. */
	readonly trivial?: boolean;
	readonly message: string;
	/** What became of it since the base; "" is nothing, or what nobody knows. */
	readonly change: '' | 'new' | 'changed' | 'lost';
}

/** A function of which nobody knows whether a test reaches it. */
export interface Unseen {
	readonly name: string;
	/** New: the profile's text has no such function. Changed: its text is another than when the tests ran. */
	readonly why: 'new' | 'changed';
	readonly line: number;
	/** Null where the document is not open. */
	readonly range: Range | null;
}

export interface GapFile {
	/** Null where the file was not found on disk. */
	readonly uri: string | null;
	readonly path: string;
	readonly tier: Tier;
	readonly rank: number;
	readonly summary: Summary;
	readonly functions_covered: number | null;
	readonly functions_total: number | null;
	readonly branches_covered: number | null;
	readonly branches_total: number | null;
	readonly role: string;
	readonly reason: string;
	readonly score: number;
	readonly why: string | null;
	readonly stale: boolean;
	/** Functions of which nobody knows whether they are covered: the summary is without them. */
	readonly unknown_functions: number;
	/** Statements or lines that changed since the base; null where none did, or nobody knows. */
	readonly changed: { readonly covered: number; readonly total: number } | null;
	readonly gaps: readonly Gap[];
	readonly unseen: readonly Unseen[];
}

export interface Component {
	/** "" is what belongs to no other. */
	readonly name: string;
	readonly folder: string;
	readonly summary: Summary;
	/** Described at GapFile. */
	readonly unknown_functions: number;
	readonly tiers: readonly { readonly tier: Tier; readonly files: readonly GapFile[] }[];
}

/** A package that has tests and is in no profile. */
export interface Unmeasured {
	readonly uri: string;
	readonly path: string;
	readonly package: string;
	readonly folder: string;
	readonly message: string;
}

export interface Gaps {
	readonly components: readonly Component[];
	readonly unmeasured: readonly Unmeasured[];
	/** What a bound of the server leaves out. */
	readonly left?: string | null;
}

/** Which gaps are listed by what became of them since the base. */
export type Scope = 'all' | 'changed' | 'lost';

export interface GapsParams {
	readonly textDocument?: { readonly uri: string };
	readonly all?: boolean;
	readonly scope?: Scope;
}

export interface Region {
	readonly range: Range;
	/** Null where it ran and nobody knows how often. */
	readonly count: number | null;
	readonly statements: number;
	readonly state: 'covered' | 'uncovered';
}

export interface FunctionCoverage {
	readonly name: string;
	readonly range: Range;
	readonly name_range: Range;
	readonly count: number | null;
	readonly covered: number;
	readonly total: number;
	readonly state: 'covered' | 'partly' | 'uncovered' | 'excluded' | 'new' | 'unknown';
	readonly stale: boolean;
	readonly kind: string;
}

export interface DocumentCoverage {
	readonly uri: string;
	readonly version: number | null;
	readonly summary: Summary;
	readonly tier: Tier;
	readonly reason: string;
	/** Described at GapFile. */
	readonly unknown_functions: number;
	readonly stale: boolean;
	/** What the settings want done with stale functions. */
	readonly stale_look: 'dim' | 'hide' | 'keep';
	readonly regions: readonly Region[];
	readonly branches: readonly { readonly line: number; readonly ways: readonly { readonly count: number | null }[] }[];
	readonly functions: readonly FunctionCoverage[];
	readonly excluded: readonly { readonly range: Range; readonly reason: string }[];
	/** Statements, or lines, that are new since the base. */
	readonly changed: readonly { readonly range: Range; readonly state: 'covered' | 'uncovered' }[];
}

/** The method of a request, with the types of what it takes and of what it is answered with. */
export type Request<P, R> = string & { readonly params?: P; readonly result?: R };

export const statusNotification = 'covls/status';
export const gapsRequest: Request<GapsParams, Gaps> = 'covls/gaps';
export const coverageRequest: Request<{ textDocument: { uri: string } }, DocumentCoverage | null> = 'covls/coverage';
export const codeActionRequest: Request<CodeActionParams, (EditorCommand | CodeAction)[] | null> =
	'textDocument/codeAction';

/** The commands of the server, by workspace/executeCommand. */
export const serverCommand = {
	nextGap: 'covls.nextGap',
	previousGap: 'covls.previousGap',
	nextGapInWorkspace: 'covls.nextGapInWorkspace',
	mostUrgentGap: 'covls.mostUrgentGap',
	nextUnseen: 'covls.nextUnseen',
	reload: 'covls.reload',
	toggle: 'covls.toggle',
	doctor: 'covls.doctor',
	explain: 'covls.explain',
	showReport: 'covls.showReport',
	addPathMapping: 'covls.addPathMapping',
	addRule: 'covls.addRule',
	createConfiguration: 'covls.createConfiguration',
	runCommand: 'covls.runCommand',
	createTest: 'covls.createTest',
	goToTests: 'covls.goToTests',
	nextChangedGap: 'covls.nextChangedGap',
	previousChangedGap: 'covls.previousChangedGap',
	pickBase: 'covls.pickBase',
	setBase: 'covls.setBase',
	sinceLastRun: 'covls.sinceLastRun',
} as const;
