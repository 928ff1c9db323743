// The extension from inside: tests that run in the real extension host of VS Code, through its programming interface, with
// the packaged extension installed. This script shows the windows, and lends the tests its hands for what has no
// interface: menus, dialogs, what a screen reader is told. What must be set, `editor.mjs` says, and beside it:
//
//   LEASTWISE_SUITE_VSIX  the packaged tests, which are the folder `suite`

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Editor, given, until } from './editor.mjs';

const start = performance.now();
const editor = new Editor();
const at = (...path) => join(editor.home, ...path);
let [passed, failed] = [0, 0];
/** The window that is open: what it shows, how many folders that is, its suites, and what to call when they have ended. */
let shown;
/** How often a window may be opened again. */
const RETRIES = 2;

/** What tests may ask for on the screen. All of it waits until it can be done. */
const HANDS = {
  press: (key) => editor.page.keyboard.press(key),
  type: (text) => editor.page.keyboard.type(text),
  /** Waits until the cursor is there: an editor that has just been shown may put it elsewhere first. */
  goTo: (row, column) => editor.goTo(row, column),
  seen: async (selector, text) => void (await editor.seen(selector, text)),
  click: async (selector, text) => (await editor.seen(selector, text)).click(),
  /** Finds one of the choices by what it says, and takes it. */
  find: async (text) => {
    const input = editor.page.locator('.quick-input-widget input[type="text"]').first();
    // The choices may still be on their way.
    await editor.seen('.quick-input-list .monaco-list-row', '');
    await input.fill(text);
    await editor.seen('.quick-input-list .monaco-list-row.focused', text);
    await input.press('Enter');
  },
  /** Takes one of the choices that are listed below an input. */
  choose: async (label) => (await editor.seen('.quick-input-list .monaco-list-row', label)).click(),
  /** Fills the input that is shown, and confirms. */
  answer: async (text) => {
    const input = editor.page.locator('.quick-input-widget input[type="text"]').first();
    await input.waitFor();
    await input.fill(text);
    await input.press('Enter');
  },
  /** Waits until the input holds this, as a dialog for files does once it has looked around, and confirms. */
  accept: async (text) => {
    const input = editor.page.locator('.quick-input-widget input[type="text"]').first();
    await input.waitFor();
    await until(`the input holds ${text}`, async () => (await input.inputValue()) === text);
    await input.press('Enter');
  },
  /** Waits for something of which a screen reader says this. */
  named: async (selector, name) =>
    void (await editor.page
      .locator(`${selector}[aria-label=${JSON.stringify(name)}]`)
      .first()
      .waitFor()),
  webview: async (selector, text) => editor.inWebview(selector, text).textContent(),
  clickInWebview: async (selector, text) => editor.inWebview(selector, text).click(),
  picture: (name) => editor.picture(name),
};

const ANSWERS = {
  begin: () => ({ folders: shown.folders, suites: shown.suites }),
  again: async ({ folders }) => {
    const told = `a window shows ${folders} folders, and not the ${shown.folders} of ${shown.path}`;
    console.log(`        ${told}`);
    await editor.picture('folders');
    if (shown.retries-- > 0) editor.open(shown.path).catch(shown.ended);
    else shown.ended(told);
    return {};
  },
  hands: async ({ name, given }) => ({ result: await HANDS[name](...given) }),
  result: ({ suite, name, milliseconds, figures, error }) => {
    if (error) failed++;
    else passed++;
    console.log(`${error ? 'FAIL' : 'ok  '} ${String(milliseconds).padStart(6)} ms  ${suite}: ${name}`);
    if (figures) console.log(`                 ${figures}`);
    if (error) console.error(error);
    return {};
  },
  end: ({ error }) => {
    shown.ended(error);
    return {};
  },
};

/** What tests tell, and what they are answered. */
const outside = createServer(async (request, response) => {
  let answer;
  try {
    const body = Buffer.concat(await request.toArray());
    answer = await ANSWERS[request.url.slice(1)](JSON.parse(body));
  } catch (error) {
    answer = { error: String(error?.stack ?? error) };
  }
  response.end(JSON.stringify(answer));
});
await new Promise((listening) => outside.listen(0, '127.0.0.1', listening));

async function run(path, folders, suites) {
  const error = await new Promise((ended) => {
    shown = { path, folders, suites, retries: RETRIES, ended };
    editor.open(path).catch(ended);
  });
  assert.ok(!error, error);
}

/** A folder of which the settings try what only the user may choose. */
function hostileShop() {
  cpSync(new URL('workspace', import.meta.url), at('shop'), { recursive: true });
  mkdirSync(at('shop/.vscode'));
  const program = at('shop/program');
  writeFileSync(program, `#!/bin/sh\ntouch ${at('shop/was-run')}\n`, { mode: 0o755 });
  const settings = {
    'leastwise.path': program,
    'leastwise.model': { address: 'http://203.0.113.1/v1', name: 'any' },
    'leastwise.logDisagreements': at('shop/was-written'),
  };
  writeFileSync(at('shop/.vscode/settings.json'), JSON.stringify(settings));
  return at('shop');
}

/** Two folders, of which one asks for less. */
function twoFolders() {
  const profiles = { strict: 'restricted', loose: 'baseline' };
  for (const [folder, profile] of Object.entries(profiles)) {
    mkdirSync(at(folder));
    writeFileSync(at(folder, '.leastwise.yaml'), `profile: ${profile}\n`);
  }
  const folders = Object.keys(profiles).map((path) => ({ path }));
  writeFileSync(at('two.code-workspace'), JSON.stringify({ folders, settings: {} }));
  return at('two.code-workspace');
}

let broken = false;
try {
  editor.install(given('LEASTWISE_VSIX'), given('LEASTWISE_SUITE_VSIX'));
  await editor.start({ LEASTWISE_OUTSIDE: `http://127.0.0.1:${outside.address().port}` });
  await run(hostileShop(), 1, ['untrusted', 'writing', 'serving', 'commands', 'large']);
  await run(twoFolders(), 2, ['folders']);
} catch (error) {
  broken = true;
  console.error(error);
} finally {
  if (broken || failed) console.error(editor.log.slice(-3000));
  await editor.stop();
  outside.close();
}
console.log(`${passed} passed, ${failed} failed, in ${((performance.now() - start) / 1000).toFixed(1)} s`);
process.exit(broken || failed ? 1 : 0);
