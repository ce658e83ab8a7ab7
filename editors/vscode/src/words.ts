import * as vscode from 'vscode';
import { type Summary, type Tier, tiers } from './protocol';

/** "78.4 %", cut and not rounded, as the server's lenses have it; "–" where there is nothing to cover. */
export function percent(summary: Summary | null): string {
	if (summary === null || summary.percent === null) {
		return '–';
	}
	const cut = Math.floor((summary.covered * 1000) / summary.total) / 10;
	return `${cut.toLocaleString(vscode.env.language, { maximumFractionDigits: 1 })} %`;
}

/** What is counted in statements and what in lines, the larger first. */
export function figures(of: { summary: Summary | null; other: Summary | null } | undefined): Summary[] {
	return [of?.summary ?? null, of?.other ?? null].filter((summary) => summary !== null);
}

/** "86.7 %", or where some is counted in statements and some in lines "62.5 % of lines · 16.6 % of statements". */
export function figure(of: { summary: Summary | null; other: Summary | null } | undefined): string {
	const all = figures(of);
	if (all.length < 2) {
		return percent(all[0] ?? null);
	}
	return all
		.map((summary) =>
			summary.unit === 'statements'
				? vscode.l10n.t('{0} of statements', percent(summary))
				: vscode.l10n.t('{0} of lines', percent(summary)),
		)
		.join(' · ');
}

/** "30 of 55 statements". */
export function counts(summary: Summary): string {
	return summary.unit === 'statements'
		? vscode.l10n.t('{0} of {1} statements', summary.covered, summary.total)
		: vscode.l10n.t('{0} of {1} lines', summary.covered, summary.total);
}

/** "12 below target", "target 60 %". */
export function short(summary: Summary): string {
	if (summary.gap > 0) {
		return vscode.l10n.t('{0} below target', summary.gap);
	}
	if (summary.target === null) {
		return vscode.l10n.t('at target');
	}
	return summary.next_step
		? vscode.l10n.t('target {0} %, the next step', summary.target)
		: vscode.l10n.t('target {0} %', summary.target);
}

/** "12 below target (60 %, the next step)": short, with the target that is meant. */
export function shortOf(summary: Summary): string {
	if (summary.gap === 0 || summary.target === null) {
		return short(summary);
	}
	return summary.next_step
		? vscode.l10n.t('{0} below target ({1} %, the next step)', summary.gap, summary.target)
		: vscode.l10n.t('{0} below target ({1} %)', summary.gap, summary.target);
}

/** What goes on behind figures that are without functions of which nobody knows: "3 unknown". */
export function unknown(functions: number): string[] {
	return functions === 0 ? [] : [vscode.l10n.t('{0} unknown', functions)];
}

/** "1 critical, 2 high, 8 at target": how many files each tier has; those without any are left out. */
export function tierCounts(of: Readonly<Record<Tier, number>>): string {
	const say: Record<Tier, (n: number) => string> = {
		critical: (n) => vscode.l10n.t('{0} critical', n),
		high: (n) => vscode.l10n.t('{0} high', n),
		medium: (n) => vscode.l10n.t('{0} medium', n),
		lower: (n) => vscode.l10n.t('{0} lower', n),
		ok: (n) => vscode.l10n.t('{0} at target', n),
		unknown: (n) => vscode.l10n.t('{0} unknown', n),
	};
	return [...tiers, 'unknown' as const]
		.filter((tier) => of[tier] > 0)
		.map((tier) => say[tier](of[tier]))
		.join(', ');
}

export function tierName(tier: Tier): string {
	switch (tier) {
		case 'critical':
			return vscode.l10n.t('Critical');
		case 'high':
			return vscode.l10n.t('High');
		case 'medium':
			return vscode.l10n.t('Medium');
		case 'lower':
			return vscode.l10n.t('Lower');
		case 'unknown':
			return vscode.l10n.t('Unknown');
		case 'ok':
			return vscode.l10n.t('At target');
	}
}

/** What a tier looks like: a shape, and no colour, which is VS Code's own for how much is covered. */
const looks: Record<Tier, { readonly icon: string; readonly badge: string }> = {
	critical: { icon: 'debug-breakpoint-log', badge: '◆' },
	high: { icon: 'triangle-up', badge: '▲' },
	medium: { icon: 'primitive-square', badge: '■' },
	lower: { icon: 'triangle-down', badge: '▼' },
	unknown: { icon: 'question', badge: '?' },
	ok: { icon: 'check', badge: '✓' },
};

export function tierIcon(tier: Tier): vscode.ThemeIcon {
	return new vscode.ThemeIcon(looks[tier].icon);
}

export function tierBadge(tier: Tier): string {
	return looks[tier].badge;
}

/** "2 minutes ago", in the words of the user's language. */
export function ago(time: string): string {
	const seconds = (Date.parse(time) - Date.now()) / 1000;
	const words = new Intl.RelativeTimeFormat(vscode.env.language, { numeric: 'auto' });
	const units: [Intl.RelativeTimeFormatUnit, number][] = [
		['day', 86400],
		['hour', 3600],
		['minute', 60],
	];
	for (const [unit, size] of units) {
		if (Math.abs(seconds) >= size) {
			return words.format(Math.trunc(seconds / size), unit);
		}
	}
	return words.format(Math.trunc(Math.min(seconds, 0)), 'second');
}

/** The name of a file, as a message shows it. */
export function nameOf(uri: string): string {
	return inMessage(decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1)));
}

/** Text as a message shows it: with nothing hidden, and no link, which VS Code makes of [text](target). */
export function inMessage(text: string): string {
	const shown = (c: string) => `⟨U+${(c.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}⟩`;
	return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, shown).replaceAll('](', '] (');
}

/** Text that Markdown shows as it is, also where it looks like a link. */
export function literal(text: string): string {
	return text.replace(/[!-/:-@[-`{-~]/g, '\\$&');
}
