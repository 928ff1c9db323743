// The server behind the editor: settings while it runs, its death, its restart, its log.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import * as vscode from 'vscode';
import { auditEvent } from './audit.js';
import { hands } from './outside.js';
import { BASELINE, POD, RESTRICTED } from './shell.js';
import { finds, found, open, test, when, withSettings, write } from './test.js';

/** The process of the server: the child of the extension host that serves this editor. */
function server() {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const [only, ...more] = processes.filter((id) => {
    try {
      // After the program's name in brackets: its state, then its parent.
      const parent = readFileSync(`/proc/${id}/stat`, 'utf8').split(') ').at(-1).split(' ')[1];
      return Number(parent) === process.pid && readFileSync(`/proc/${id}/cmdline`, 'utf8').includes('leastwise\0lsp');
    } catch {
      return false; // It has ended meanwhile.
    }
  });
  assert.deepEqual(more, [], 'there is one server');
  return only;
}

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(2)} s`;

test('a setting counts at once, without a restart', async () => {
  const document = await open(write('shell.yaml', POD));
  await finds(document, RESTRICTED);
  const before = server();
  assert.ok(before);
  await withSettings({ 'leastwise.profile': 'baseline' }, () => finds(document, BASELINE));
  await finds(document, RESTRICTED);
  assert.equal(server(), before);
});

test("a folder's .leastwise.yaml counts as soon as it is saved, and lies over the settings", async () => {
  const document = await open(write('shell.yaml', POD));
  await finds(document, RESTRICTED);
  const configuration = write('.leastwise.yaml', 'profile: baseline\n');
  await finds(document, BASELINE);
  await withSettings({ 'leastwise.profile': 'privileged' }, () => finds(document, BASELINE));
  rmSync(configuration.fsPath);
  await finds(document, RESTRICTED);
});

test('a setting that means nothing is named and costs nothing else', async () => {
  const document = await open(write('shell.yaml', POD));
  await withSettings({ 'leastwise.ignore': ['no-such-rule'], 'leastwise.profile': 'baseline' }, () =>
    finds(document, BASELINE),
  );
});

test('a server that is killed is started again, and the findings are back', async () => {
  const document = await open(write('shell.yaml', POD));
  await finds(document, RESTRICTED);
  const killed = server();
  const start = performance.now();
  process.kill(killed, 'SIGKILL');
  // The new one may be so quick that nobody sees the findings go.
  await when(
    'another server finds the same',
    () => ![undefined, killed].includes(server()) && found(document).join('\n') === RESTRICTED.join('\n'),
    vscode.languages.onDidChangeDiagnostics,
  );
  assert.notEqual(server(), killed);
  return `back after ${seconds(start)}`;
});

test('the command restarts it', async () => {
  const document = await open(write('shell.yaml', POD));
  await finds(document, RESTRICTED);
  const before = server();
  const start = performance.now();
  await vscode.commands.executeCommand('leastwise.restart');
  await finds(document, RESTRICTED);
  const took = seconds(start);
  assert.notEqual(server(), before);
  return `findings after ${took}`;
});

test('a program that cannot be run is named, and one that can is taken as soon as it is set', async () => {
  const document = await open(write('shell.yaml', POD));
  await finds(document, RESTRICTED);
  const settings = vscode.workspace.getConfiguration('leastwise');
  await settings.update('path', '/nowhere/leastwise', vscode.ConfigurationTarget.Global);
  try {
    await hands.seen('.notifications-toasts', 'leastwise.path is "/nowhere/leastwise", which cannot be run');
    await finds(document, []);
    await hands.named('a', 'Leastwise: leastwise.path is "/nowhere/leastwise", which cannot be run');
  } finally {
    await settings.update('path', undefined, vscode.ConfigurationTarget.Global);
  }
  await finds(document, RESTRICTED);
  await vscode.commands.executeCommand('notifications.clearAll');
});

test('the status bar tells a screen reader the profile and the model', async () => {
  await open(write('shell.yaml', POD));
  await hands.named('a', 'Leastwise: profile restricted, from the default; model none fetched; evidence none');
});

test('the status bar tells by what evidence a file is judged, and why it cannot be read', async () => {
  const log = write('audit.log', auditEvent() + auditEvent('2026-03-15'));
  const configuration = write('.leastwise.yaml', 'evidence: [audit.log]\n');
  await open(write('shell.yaml', POD));
  const says = (evidence) =>
    hands.named('a', `Leastwise: profile restricted, from the default; model none fetched; evidence ${evidence}`);
  await says('14 days, 2 events, 1 file');
  await hands.seen('.statusbar-item', 'restricted 14 days');
  write('audit.log', `${auditEvent()}no event\n`);
  await says('1 event, 1 file, not all of it readable');
  await hands.seen('.notifications-toasts', 'evidence audit.log:2: no JSON object');
  rmSync(log.fsPath);
  await says('unreadable: evidence audit.log: No such file or directory (os error 2)');
  rmSync(configuration.fsPath);
  await says('none');
  await vscode.commands.executeCommand('notifications.clearAll');
});

test('the log is shown', async () => {
  await open(write('shell.yaml', POD));
  await vscode.commands.executeCommand('leastwise.showLog');
  const log = await when(
    'the log is visible',
    () => vscode.window.visibleTextEditors.find(({ document }) => document.uri.scheme === 'output'),
    vscode.window.onDidChangeVisibleTextEditors,
  );
  assert.match(log.document.uri.path, /Leastwise/);
  await vscode.commands.executeCommand('workbench.action.closePanel');
});
