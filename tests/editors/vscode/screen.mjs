// The newcomer's path in the real VS Code, on a screen: install the extension, open a folder with a weak Deployment, see
// the finding, apply the fix, harden the workload. Then the rest of what the extension shows. Each step is waited for,
// timed, and most leave a picture.
//
//   LEASTWISE_VSIX     the packaged extension
//   LEASTWISE_VSCODE   the folder with code-server and playwright-core in its node_modules
//   LEASTWISE_SCREENS  where pictures go
//   LEASTWISE_KEEP     leave the profile with its logs behind, when set

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** How long to wait for one thing, in milliseconds: other work may keep the machine busy. */
const PATIENCE = 60_000;

const given = (name) => resolve(process.env[name] ?? assert.fail(`${name} is not set`));
const [vsix, vscode, screens] = ['LEASTWISE_VSIX', 'LEASTWISE_VSCODE', 'LEASTWISE_SCREENS'].map(given);
const { chromium } = createRequire(join(vscode, 'package.json'))('playwright-core');
mkdirSync(screens, { recursive: true });

// A home of its own, so that nothing of this machine's editor is seen or changed.
const home = mkdtempSync(join(tmpdir(), 'leastwise-vscode-'));
const [workspace, data] = [join(home, 'shop'), join(home, 'data')];
cpSync(new URL('workspace', import.meta.url), workspace, { recursive: true });
const manifest = join(workspace, 'cart.yaml');
mkdirSync(join(data, 'User'), { recursive: true });
writeFileSync(
  join(data, 'User', 'settings.json'),
  JSON.stringify({
    'workbench.startupEditor': 'none',
    'workbench.tips.enabled': false,
    'workbench.secondarySideBar.defaultVisibility': 'hidden',
    'window.commandCenter': false,
    'telemetry.telemetryLevel': 'off',
    'extensions.autoUpdate': false,
    'chat.disableAIFeatures': true,
    'git.enabled': false,
    'editor.hover.delay': 50,
    'editor.minimap.enabled': false,
    'editor.stickyScroll.enabled': false,
  }),
);
const environment = { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home, XDG_CACHE_HOME: home };
const editor = [join(vscode, 'node_modules/code-server/out/node/entry.js'), '--user-data-dir', data];
editor.push('--extensions-dir', join(home, 'extensions'));

const start = performance.now();
let [last, pictures, log] = [start, 0, ''];
let server, browser, page;

/** Says that a step is done, and how long it took. */
function done(step) {
  const now = performance.now();
  const seconds = (since) => ((now - since) / 1000).toFixed(1).padStart(5);
  console.log(`${seconds(last)} s ${seconds(start)} s  ${step}`);
  last = now;
}

async function picture(name) {
  const number = String(++pictures).padStart(2, '0');
  await page.screenshot({ path: join(screens, `${number}-${name}.png`) });
}

/** Waits until something is so, which the screen cannot tell. */
async function until(what, holds) {
  for (const end = performance.now() + PATIENCE; !(await holds()); ) {
    assert.ok(performance.now() < end, `waited in vain until ${what}`);
    await new Promise((again) => setTimeout(again, 50));
  }
}

/** Waits for something with this text to be seen. */
async function seen(selector, hasText) {
  const found = page.locator(selector, { hasText }).first();
  await found.waitFor();
  return found;
}

async function command(title) {
  await page.keyboard.press('F1');
  await page.locator('.quick-input-widget input').first().waitFor();
  await page.keyboard.type(title);
  await (await seen('.quick-input-list .monaco-list-row', title)).click();
}

async function openFile(name) {
  await page.keyboard.press('Control+P');
  await page.locator('.quick-input-widget input').first().waitFor();
  await page.keyboard.type(name);
  await seen('.quick-input-list .monaco-list-row', name);
  await page.keyboard.press('Enter');
  await seen('.tab.active', name);
}

/** Puts the cursor there. By keyboard, since a hover may lie where the mouse would click. */
async function goTo(row, column) {
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+G');
  await page.locator('.quick-input-widget input').first().waitFor();
  await page.keyboard.type(`${row}:${column}`);
  await page.keyboard.press('Enter');
  await seen('.statusbar-item', `Ln ${row}, Col ${column}`);
}

/** Opens the menu of fixes and waits for one. A cursor that has just moved may close it, so that it is opened again. */
async function fixes(hasText) {
  const row = page.locator('.action-widget .monaco-list-row', { hasText }).first();
  await until(`the fix of ${hasText} is offered`, async () => {
    await page.keyboard.press('Control+.');
    return row.waitFor({ timeout: 5000 }).then(() => true, () => false);
  });
}

const line = (text) => page.locator('.editor-instance .view-line', { hasText: text }).first();

async function install() {
  const installed = spawnSync(process.execPath, [...editor, '--install-extension', vsix], {
    env: environment,
    encoding: 'utf8',
  });
  assert.equal(installed.status, 0, installed.stdout + installed.stderr);
  done('the extension is installed');
}

async function open() {
  const port = await new Promise((free) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => free(port));
    });
  });
  const address = `127.0.0.1:${port}`;
  const options = ['--auth', 'none', '--bind-addr', address, '--disable-telemetry', '--disable-update-check'];
  server = spawn(process.execPath, [...editor, ...options, workspace], { env: environment });
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (part) => (log += part));
  await until('the editor listens', () => fetch(`http://${address}/healthz`).then((answer) => answer.ok, () => false));
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(PATIENCE);
  page.on('pageerror', (error) => (log += `\n[page] ${error}`));
  await page.goto(`http://${address}/?folder=${encodeURIComponent(workspace)}`, { waitUntil: 'domcontentloaded' });
  await page.locator('.monaco-workbench').waitFor();
  done('the editor is shown');
}

/** A folder that is opened for the first time is not trusted: findings are shown all the same. */
async function restricted() {
  await seen('.statusbar-item', 'Restricted Mode');
  await openFile('cart.yaml');
  await page.locator('.editor-instance .squiggly-error').first().waitFor();
  done('findings are shown, although the folder is not trusted');
  await picture('findings');
}

async function explained() {
  await line('privileged').getByText('true').first().hover();
  await seen('.monaco-hover', 'Rule in full: privileged-container');
  done('a hover explains, and leads to the rule');
  await picture('hover');
}

async function fixed() {
  await goTo(15, 21);
  await fixes('hostNetwork');
  await picture('fixes');
  await page.keyboard.press('Enter');
  await until('the fix is applied', async () => !(await line('hostNetwork: true').count()));
  done('the fix is applied');
}

async function hardened() {
  await goTo(19, 25);
  await command('Harden the Workload at the Cursor');
  await page.locator('.diff-editor, .monaco-diff-editor').first().waitFor();
  await seen('.monaco-diff-editor .view-line', 'drop');
  await seen('.notifications-toasts', 'Apply');
  done('hardening is shown before it is done');
  await picture('preview');
  await page.keyboard.press('Control+Enter');
  await page.locator('.monaco-diff-editor').first().waitFor({ state: 'detached' });
  await goTo(1, 1);
  await seen('.codelens-decoration', /^Pod Security Standards: restricted$/);
  await page.keyboard.press('Control+S');
  await until('the manifest is saved', () => /drop:/.test(readFileSync(manifest, 'utf8')));
  const text = readFileSync(manifest, 'utf8');
  for (const wanted of ['runAsNonRoot: true', 'allowPrivilegeEscalation: false', 'type: RuntimeDefault']) {
    assert.ok(text.includes(wanted), `${wanted} in\n${text}`);
  }
  assert.doesNotMatch(text, /privileged: true|hostNetwork: true/);
  done('the workload is hardened and saved');
  await picture('hardened');
}

async function status() {
  const item = await seen('.statusbar-item[id*="leastwise"]', 'restricted');
  await item.hover();
  await seen('.monaco-hover', 'Model: none fetched');
  done('the status bar tells profile and model');
  await picture('status');
}

async function tree() {
  await command('Leastwise: Check Workspace');
  await seen('.monaco-list-row', 'Pod debug');
  const row = await seen('.monaco-list-row', 'from baseline');
  assert.match((await row.getAttribute('aria-label')) ?? '', /^Pod debug in debug\.yaml: \d+ from baseline, \d+ from/);
  done('the findings of the workspace are listed by workload');
  await picture('tree');
  await (await seen('.monaco-list-row', 'host-pid')).click();
  await seen('.tab.active', 'debug.yaml');
  done('a finding leads to its file');
}

async function rule() {
  await command('Leastwise: Show Rule');
  await page.getByPlaceholder('Which rule?').fill('host-pid');
  await seen('.quick-input-list .monaco-list-row', 'host-pid');
  await page.keyboard.press('Enter');
  await seen('.tab.active', 'host-pid');
  const inside = page.frameLocator('iframe.webview').frameLocator('iframe').locator('h1', { hasText: 'host-pid' });
  await inside.first().waitFor();
  done('a rule is read inside the editor');
  await picture('rule');
}

async function walkthrough() {
  await command('Welcome: Open Walkthrough');
  await seen('.quick-input-list .monaco-list-row', 'Least privilege');
  await page.keyboard.type('Least privilege');
  await page.keyboard.press('Enter');
  await seen('.getting-started-step', 'Open a weak manifest');
  done('the walkthrough is there');
  await picture('walkthrough');
}

let failed = false;
try {
  await install();
  await open();
  await restricted();
  await explained();
  await fixed();
  await hardened();
  console.log(`the newcomer's path took ${((performance.now() - start) / 1000).toFixed(1)} s`);
  await status();
  await tree();
  await rule();
  await walkthrough();
} catch (error) {
  failed = true;
  console.error(error);
  if (page) await picture('failure').catch(() => {});
  console.error(log.slice(-3000));
} finally {
  await browser?.close();
  if (server) {
    const ended = new Promise((end) => server.once('exit', end));
    server.kill();
    await ended;
  }
  if (process.env.LEASTWISE_KEEP) console.log(home);
  else rmSync(home, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
