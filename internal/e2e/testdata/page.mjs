// Drives a browser through the HTML report and prints what it saw as JSON. Its standard input says where
// things are: {playwright, chromium, page, hostile, shots}.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const given = JSON.parse(readFileSync(0, 'utf8'));
const { chromium } = createRequire(import.meta.url)(given.playwright);

const browser = await chromium.launch({
  executablePath: given.chromium,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const seen = { console: [], requests: [] };

async function open(path, options) {
  const context = await browser.newContext({ offline: true, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on('console', m => seen.console.push(`${m.type()}: ${m.text()}`));
  page.on('pageerror', e => seen.console.push(`error: ${e}`));
  page.on('dialog', d => { seen.console.push(`dialog: ${d.message()}`); d.dismiss(); });
  page.on('request', r => seen.requests.push(r.url()));
  await page.goto(pathToFileURL(path).href);
  return page;
}

const shoot = (page, name) => page.screenshot({ path: join(given.shots, `${name}.png`), fullPage: true });
const overflow = page => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

const page = await open(given.page, { viewport: { width: 1400, height: 900 }, colorScheme: 'light' });
seen.title = await page.title();
seen.cards = await page.locator('.card').allInnerTexts();
seen.overflow = [await overflow(page)];
seen.theme = [await page.evaluate(() => document.documentElement.dataset.theme)];
await shoot(page, 'light');

// The map.
const tiles = () => page.locator('.map rect').evaluateAll(all => all.map(r => ({
  name: r.getAttribute('aria-label').replace(/: .*/s, ''), label: r.getAttribute('aria-label'), fill: r.getAttribute('fill') ?? '',
  x: +r.getAttribute('x'), y: +r.getAttribute('y'), width: +r.getAttribute('width'), height: +r.getAttribute('height'),
})));
const crumbs = () => page.locator('.crumbs li').allInnerTexts();
const tile = name => page.locator(`.map rect[aria-label^="${name}: "]`);
seen.tiles = await tiles();
await tile('command.go').hover();
seen.tip = await page.locator('#tip').innerText();
await tile('doc').click({ position: { x: 30, y: 8 } }); // the folder's head
seen.inside = { tiles: await tiles(), crumbs: await crumbs(), hash: await page.evaluate(() => location.hash) };
const dialog = page.locator('#file');
const lines = () => dialog.locator('.code tr').evaluateAll(all => all.map(tr => tr.classList.contains('note')
  ? { note: tr.innerText.trim() }
  : { line: +tr.querySelector('.at').textContent, sign: tr.querySelector('.sign').textContent, missed: tr.classList.contains('missed'), text: tr.cells[2].textContent }));
await tile('man_docs.go').click();
seen.clicked = { title: await dialog.locator('h2').innerText(), open: await dialog.evaluate(d => d.open), lines: await lines() };
await page.keyboard.press('Escape');
seen.closed = !(await dialog.evaluate(d => d.open));
await page.locator('.crumbs button').first().click();
seen.outside = await crumbs();
seen.back = [];
await page.goBack(); // into the folder again
seen.back.push((await crumbs()).at(-1));
await page.goForward();
seen.back.push((await crumbs()).at(-1));

// The map by its keys: the first tile, one on, Enter, Escape.
await page.locator('.map rect[tabindex="0"]').focus();
await page.keyboard.press('ArrowRight');
seen.keys = [await page.evaluate(() => document.activeElement.getAttribute('aria-label').replace(/: .*/s, ''))];
await page.keyboard.press('Enter');
seen.keys.push((await crumbs()).at(-1));
await page.keyboard.press('Escape');
seen.keys.push((await crumbs()).at(-1));

// The tables.
const section = title => page.locator('section').filter({ has: page.locator('h2', { hasText: new RegExp(`^${title}$`) }) });
const files = section('Files');
const table = async of => ({
  rows: await of.locator('tbody tr').evaluateAll(all => all.map(tr => [...tr.cells].map(td => td.innerText.trim()))),
  foot: await of.locator('tfoot tr').evaluateAll(all => all.map(tr => [...tr.cells].map(td => td.innerText.trim()))),
});
const sort = async (of, label) => {
  const head = of.locator('thead th').filter({ hasText: label });
  await head.locator('button').click();
  return { ...(await table(of)), sort: await head.getAttribute('aria-sort') };
};
seen.heads = await files.locator('thead th').allInnerTexts();
seen.files = await table(files);
seen.byCoverage = [await sort(files, 'Coverage'), await sort(files, 'Coverage')];
seen.byStatements = await sort(files, 'Statements');
await files.locator('input[type=search]').fill('COMPLETIONS go');
seen.filtered = await table(files);
await files.locator('.chips button', { hasText: 'medium' }).click();
seen.chosen = { ...(await table(files)), status: await files.locator('[role=status]').innerText() };

// A function's source.
const functions = section('Functions that are not covered');
seen.functions = { heads: await functions.locator('thead th').allInnerTexts(), ...(await table(functions)) };
await functions.locator('button.link', { hasText: 'DebugFlags' }).click();
seen.gap = {
  title: await dialog.locator('h2').innerText(), lines: await lines(),
  inView: await dialog.locator('[data-gap="1501"]').evaluate(e => {
    const box = e.getBoundingClientRect();
    return box.top > 0 && box.bottom < innerHeight;
  }),
};
await page.screenshot({ path: join(given.shots, 'source.png') });
await dialog.getByRole('button', { name: 'Close' }).click();
seen.plan = {
  phases: await table(section('Plan').locator('.table').first()),
  steps: await table(section('Plan').locator('.table').nth(1)),
};

// VS Code says by a class which theme it has.
await page.evaluate(() => document.body.classList.add('vscode-dark'));
await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');

// On paper all rows stand, and nothing that only a screen can use.
await page.emulateMedia({ media: 'print' });
await page.pdf({ path: join(given.shots, 'print.pdf'), printBackground: false });
seen.printed = await page.locator('input[type=search]').first().isVisible();

await page.close();

const dark = await open(given.page, { viewport: { width: 1400, height: 900 }, colorScheme: 'dark' });
seen.theme.push(await dark.evaluate(() => document.documentElement.dataset.theme));
await shoot(dark, 'dark');

const narrow = await open(`${given.page}`, { viewport: { width: 420, height: 800 }, colorScheme: 'light' });
seen.overflow.push(await overflow(narrow));
await shoot(narrow, 'narrow');

// A webview of VS Code: it reads the page, puts its own styles and script before everything else, and
// writes the result into a frame.
const host = await (await browser.newContext({ offline: true, colorScheme: 'light', viewport: { width: 1200, height: 800 } })).newPage();
host.on('console', m => m.type() === 'error' && seen.console.push(`webview: ${m.text()}`)); // the frame itself is worth a warning
host.on('pageerror', e => seen.console.push(`webview error: ${e}`));
host.on('request', r => seen.requests.push(r.url()));
await host.setContent('<iframe sandbox="allow-scripts allow-same-origin" style="width:100%;height:780px"></iframe>');
await host.evaluate(html => {
  const view = new DOMParser().parseFromString(html, 'text/html');
  const script = view.createElement('script');
  script.textContent = 'globalThis.acquireVsCodeApi = () => ({ postMessage() {} });';
  const style = view.createElement('style');
  style.textContent = 'body { color: var(--vscode-editor-foreground); padding: 0 20px; }';
  view.head.prepend(style, script);
  view.documentElement.style.setProperty('--vscode-editor-background', 'rgb(1, 2, 3)');
  view.body.classList.add('vscode-dark');
  const { contentDocument } = document.querySelector('iframe');
  contentDocument.open();
  contentDocument.write(`<!DOCTYPE html>\n${view.documentElement.outerHTML}`);
  contentDocument.close();
}, readFileSync(given.page, 'utf8'));
const webview = host.frameLocator('iframe');
await webview.locator('.map rect[aria-label^="command.go: "]').click();
await webview.locator('#file .code').first().waitFor();
seen.webview = {
  title: await webview.locator('#file h2').innerText(),
  theme: await webview.locator('html').getAttribute('data-theme'),
  background: await webview.locator('body').evaluate(e => getComputedStyle(e).backgroundColor),
};
await host.screenshot({ path: join(given.shots, 'webview.png') });
seen.logs = seen.console;

// What the policy is for: a page of hostile names, and a script from elsewhere.
seen.console = [];
const hostile = await open(given.hostile, { viewport: { width: 1400, height: 900 } });
seen.hostile = { files: (await hostile.locator('section').last().locator('xpath=..').locator('td.path button').allInnerTexts()), console: seen.console };
for (const button of await hostile.locator('td.path button').all()) {
  await button.click();
  seen.hostile.lines = [...(seen.hostile.lines ?? []), ...(await hostile.locator('#file .code td:last-child').allTextContents())];
  await hostile.keyboard.press('Escape');
}
seen.hostile.pwned = await hostile.evaluate(() => window.pwned ?? null);
seen.hostile.console = [...seen.console];
seen.hostile.elements = await hostile.evaluate(() => document.querySelectorAll('img, b, iframe, script:not([type])').length);
await hostile.evaluate(() => {
  const script = document.createElement('script');
  script.textContent = 'window.pwned = 1';
  document.body.append(script);
});
seen.hostile.policy = { pwned: await hostile.evaluate(() => window.pwned ?? null), console: seen.console.slice(seen.hostile.console.length) };
seen.console = seen.logs;
delete seen.logs;

await browser.close();
console.log(JSON.stringify(seen));
