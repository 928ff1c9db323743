// The real VS Code with the packaged extension in it, in a home of its own, and what a user's hands do there.
//
//   LEASTWISE_VSIX     the packaged extension
//   LEASTWISE_VSCODE   the folder with code-server and playwright-core in its node_modules
//   LEASTWISE_SCREENS  where pictures go
//   LEASTWISE_KEEP     leave the home with its logs behind, when set

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** How long to wait for one thing, in milliseconds: other work may keep the machine busy. */
const PATIENCE = 60_000;

const SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'window.commandCenter': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': false,
  'chat.disableAIFeatures': true,
  'git.enabled': false,
  'files.autoSave': 'off',
  'editor.hover.delay': 50,
  'editor.minimap.enabled': false,
  'editor.stickyScroll.enabled': false,
};

/** The path that an environment variable gives. */
export const given = (name) => resolve(process.env[name] ?? assert.fail(`${name} is not set`));

/** Waits until something is so, which the screen cannot tell. */
export async function until(what, holds) {
  for (const end = performance.now() + PATIENCE; !(await holds()); ) {
    assert.ok(performance.now() < end, `waited in vain until ${what}`);
    await new Promise((again) => setTimeout(again, 50));
  }
}

/** VS Code's server and the browser that shows it. */
export class Editor {
  /** A home of its own, so that nothing of this machine's editor is seen or changed. */
  home = mkdtempSync(join(tmpdir(), 'leastwise-vscode-'));
  /** What the server and the page complain of. */
  log = '';
  #vscode = given('LEASTWISE_VSCODE');
  #screens = given('LEASTWISE_SCREENS');
  #pictures = 0;
  #data = join(this.home, 'data');
  #program = [
    join(this.#vscode, 'node_modules/code-server/out/node/entry.js'),
    ...['--user-data-dir', this.#data, '--extensions-dir', join(this.home, 'extensions')],
  ];
  #server;
  #browser;
  #address;

  constructor() {
    mkdirSync(this.#screens, { recursive: true });
    mkdirSync(join(this.#data, 'User'), { recursive: true });
    this.set({});
  }

  /** Sets settings of the user beside those that every test wants. */
  set(settings) {
    writeFileSync(join(this.#data, 'User', 'settings.json'), JSON.stringify({ ...SETTINGS, ...settings }));
  }

  #environment(more = {}) {
    const home = Object.fromEntries(
      ['HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_CACHE_HOME'].map((name) => [name, this.home]),
    );
    return { ...process.env, ...home, ...more };
  }

  install(...extensions) {
    const options = extensions.flatMap((extension) => ['--install-extension', extension]);
    const installed = spawnSync(process.execPath, [...this.#program, ...options], {
      env: this.#environment(),
      encoding: 'utf8',
    });
    assert.equal(installed.status, 0, installed.stdout + installed.stderr);
  }

  /** Starts the server and the browser, which shows nothing yet. */
  async start(environment) {
    const port = await new Promise((free) => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const { port } = probe.address();
        probe.close(() => free(port));
      });
    });
    this.#address = `127.0.0.1:${port}`;
    const options = ['--auth', 'none', '--bind-addr', this.#address, '--disable-telemetry', '--disable-update-check'];
    this.#server = spawn(process.execPath, [...this.#program, ...options], { env: this.#environment(environment) });
    for (const stream of [this.#server.stdout, this.#server.stderr]) stream.on('data', (part) => (this.log += part));
    const { chromium } = createRequire(join(this.#vscode, 'package.json'))('playwright-core');
    this.#browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    });
    const isThere = () =>
      fetch(`http://${this.#address}/healthz`).then(
        (answer) => answer.ok,
        () => false,
      );
    await until('the editor listens', isThere);
  }

  /** Shows a folder, or the folders that a `.code-workspace` file names. */
  async open(path) {
    await this.page?.close();
    this.page = await this.#browser.newPage({ viewport: { width: 1160, height: 700 } });
    this.page.setDefaultTimeout(PATIENCE);
    this.page.on('pageerror', (error) => (this.log += `\n[page] ${error}`));
    const what = path.endsWith('.code-workspace') ? 'workspace' : 'folder';
    await this.page.goto(`http://${this.#address}/?${what}=${encodeURIComponent(path)}`, {
      waitUntil: 'domcontentloaded',
    });
    await this.page.locator('.monaco-workbench').waitFor();
  }

  async stop() {
    await this.#browser?.close();
    if (this.#server?.exitCode === null) {
      const ended = new Promise((end) => this.#server.once('exit', end));
      this.#server.kill();
      await ended;
    }
    if (process.env.LEASTWISE_KEEP) console.log(this.home);
    else rmSync(this.home, { recursive: true, force: true });
  }

  async picture(name) {
    const number = String(++this.#pictures).padStart(2, '0');
    await this.page.screenshot({ path: join(this.#screens, `${number}-${name}.png`), animations: 'disabled' });
  }

  /** Waits for something with this text to be seen. */
  async seen(selector, hasText) {
    const found = this.page.locator(selector, { hasText }).first();
    await found.waitFor();
    return found;
  }

  /** Runs a command by the name that the palette shows. */
  async command(title) {
    await this.page.keyboard.press('F1');
    await this.page.locator('.quick-input-widget input').first().waitFor();
    await this.page.keyboard.type(title);
    await (await this.seen('.quick-input-list .monaco-list-row', title)).click();
  }

  /**
   * Runs a command that lists choices, and types into the list's input. A file that was opened just now may take the
   * keyboard late, which closes the list: it is opened again.
   */
  async choices(title, placeholder, text) {
    const input = this.page.getByPlaceholder(placeholder);
    await until(`${title} lists its choices`, async () => {
      await this.command(title);
      return input.fill(text, { timeout: 5000 }).then(
        () => true,
        () => false,
      );
    });
    await this.seen('.quick-input-list .monaco-list-row', text);
    await this.page.keyboard.press('Enter');
  }

  async openFile(name) {
    await this.page.keyboard.press('Control+P');
    await this.page.locator('.quick-input-widget input').first().waitFor();
    await this.page.keyboard.type(name);
    await this.seen('.quick-input-list .monaco-list-row', name);
    await this.page.keyboard.press('Enter');
    await this.seen('.tab.active', name);
  }

  /**
   * Puts the cursor there. By keyboard, since a hover may lie where the mouse would click. As with choices, a text that has just
   * come to the front may take the keyboard late, and must not get what was meant for the input.
   */
  async goTo(row, column) {
    const input = this.page.locator('.quick-input-widget input').first();
    await until(`line ${row} can be asked for`, async () => {
      await this.page.keyboard.press('Escape');
      await this.page.keyboard.press('Control+G');
      return input.fill(`:${row}:${column}`, { timeout: 5000 }).then(
        () => true,
        () => false,
      );
    });
    await this.page.keyboard.press('Enter');
    // The cursor may have been there before.
    await this.page.locator('.quick-input-widget').first().waitFor({ state: 'hidden' });
    await this.seen('.statusbar-item', `Ln ${row}, Col ${column}`);
  }

  /** Opens the menu of fixes and waits for one. A cursor that has just moved may close it, so that it is opened again. */
  async fixes(hasText) {
    const row = this.page.locator('.action-widget .monaco-list-row', { hasText }).first();
    await until(`the fix of ${hasText} is offered`, async () => {
      await this.page.keyboard.press('Control+.');
      return row.waitFor({ timeout: 5000 }).then(
        () => true,
        () => false,
      );
    });
  }

  /** A line of the text in front. */
  line(text) {
    return this.page.locator('.editor-instance .view-line', { hasText: text }).first();
  }

  /** Something in the page that a webview shows. */
  inWebview(selector, hasText) {
    return this.page
      .frameLocator('iframe.webview')
      .frameLocator('#active-frame')
      .locator(selector, { hasText })
      .first();
  }
}
