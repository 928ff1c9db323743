// The newcomer's path in the real VS Code, on a screen: install the extension, open a folder with a weak Deployment, see
// the finding, apply the fix, harden the workload. Then the rest of what the extension shows. Each step is waited for,
// timed, and most leave a picture. What must be set, `editor.mjs` says.

import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Editor, given, until } from './editor.mjs';

const editor = new Editor();
const workspace = join(editor.home, 'shop');
cpSync(new URL('workspace', import.meta.url), workspace, { recursive: true });
const manifest = join(workspace, 'cart.yaml');

const start = performance.now();
let last = start;

/** Says that a step is done, and how long it took. */
function done(step) {
  const now = performance.now();
  const seconds = (since) => ((now - since) / 1000).toFixed(1).padStart(5);
  console.log(`${seconds(last)} s ${seconds(start)} s  ${step}`);
  last = now;
}

async function open() {
  editor.install(given('LEASTWISE_VSIX'));
  done('the extension is installed');
  await editor.start();
  await editor.open(workspace);
  done('the editor is shown');
}

/** A folder that is opened for the first time is not trusted: findings are shown all the same. */
async function restricted() {
  await editor.seen('.statusbar-item', 'Restricted Mode');
  await editor.openFile('cart.yaml');
  await editor.page.locator('.editor-instance .squiggly-error').first().waitFor();
  await editor.seen('.codelens-decoration', 'to baseline: host-network, privileged-container');
  await editor.page.getByRole('button', { name: 'Close Banner' }).click();
  done('findings are shown, although the folder is not trusted');
  await editor.picture('findings');
}

async function explained() {
  await editor.line('privileged').getByText('true').first().hover();
  await editor.seen('.monaco-hover', 'Rule in full: privileged-container');
  done('a hover explains, and leads to the rule');
  await editor.picture('hover');
}

async function fixed() {
  await editor.goTo(15, 21);
  await editor.fixes('hostNetwork');
  await editor.picture('fixes');
  await editor.page.keyboard.press('Enter');
  await until('the fix is applied', async () => !(await editor.line('hostNetwork: true').count()));
  done('the fix is applied');
}

async function hardened() {
  await editor.goTo(19, 25);
  await editor.command('Harden the Workload at the Cursor');
  await editor.page.locator('.diff-editor, .monaco-diff-editor').first().waitFor();
  await editor.seen('.monaco-diff-editor .view-line', 'drop');
  await editor.seen('.notifications-toasts', 'Apply');
  done('hardening is shown before it is done');
  await editor.picture('preview');
  await editor.page.keyboard.press('Control+Enter');
  await editor.page.locator('.monaco-diff-editor').first().waitFor({ state: 'detached' });
  await editor.goTo(1, 1);
  await editor.seen('.codelens-decoration', /^Pod Security Standards: restricted$/);
  await editor.page.keyboard.press('Control+S');
  await until('the manifest is saved', () => /drop:/.test(readFileSync(manifest, 'utf8')));
  const text = readFileSync(manifest, 'utf8');
  for (const wanted of ['runAsNonRoot: true', 'allowPrivilegeEscalation: false', 'type: RuntimeDefault']) {
    assert.ok(text.includes(wanted), `${wanted} in\n${text}`);
  }
  assert.doesNotMatch(text, /privileged: true|hostNetwork: true/);
  done('the workload is hardened and saved');
  await editor.picture('hardened');
}

async function status() {
  const item = await editor.seen('.statusbar-item[id*="leastwise"]', 'restricted');
  await item.hover();
  await editor.seen('.monaco-hover', /Model: none fetched.*Evidence: none/s);
  done('the status bar tells profile and model');
  await editor.picture('status');
}

async function tree() {
  await editor.command('Leastwise: Check Workspace');
  await editor.seen('.monaco-list-row', 'Pod debug');
  const row = await editor.seen('.monaco-list-row', 'from baseline');
  assert.match((await row.getAttribute('aria-label')) ?? '', /^Pod debug in debug\.yaml: \d+ from baseline, \d+ from/);
  done('the findings of the workspace are listed by workload');
  await editor.picture('tree');
  await (await editor.seen('.monaco-list-row', 'host-pid')).click();
  await editor.seen('.tab.active', 'debug.yaml');
  done('a finding leads to its file');
}

async function rule() {
  await editor.choices('Leastwise: Show Rule', 'Which rule?', 'host-pid');
  await editor.seen('.tab.active', 'host-pid');
  await editor.inWebview('h1', 'host-pid').waitFor();
  done('a rule is read inside the editor');
  await editor.picture('rule');
}

async function blastRadius() {
  const command = 'Leastwise: Show the Blast Radius of a Workload';
  await editor.choices(command, 'What may which workload do?', 'Deployment/cart');
  await editor.inWebview('g[data-node]', 'may connect to').waitFor();
  done('the blast radius is drawn');
  await editor.picture('blast-radius');
  await editor.command('View: Close Editor');
}

async function walkthrough() {
  await editor.command('Welcome: Open Walkthrough');
  await editor.seen('.quick-input-list .monaco-list-row', 'Least privilege');
  await editor.page.keyboard.type('Least privilege');
  await editor.page.keyboard.press('Enter');
  await editor.seen('.getting-started-step', 'Open a weak manifest');
  done('the walkthrough is there');
  await editor.picture('walkthrough');
}

let failed = false;
try {
  await open();
  await restricted();
  await explained();
  await fixed();
  await hardened();
  console.log(`the newcomer's path took ${((performance.now() - start) / 1000).toFixed(1)} s`);
  await status();
  await tree();
  await blastRadius();
  await rule();
  await walkthrough();
} catch (error) {
  failed = true;
  console.error(error);
  if (editor.page) await editor.picture('failure').catch(() => {});
  console.error(editor.log.slice(-3000));
} finally {
  await editor.stop();
}
process.exit(failed ? 1 : 0);
