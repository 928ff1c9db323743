// What tests in the extension host share: waiting for events, files of their own, findings in a form to compare.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { hands } from './outside.js';

/** How long to wait for one thing, in milliseconds: other work may keep the machine busy. */
export const PATIENCE = 60_000;

/** Tests in the order in which they are to run. */
export const tests = [];

/** A test. What it returns is shown beside its name: figures that it has measured. */
export function test(name, work) {
  tests.push({
    name,
    work: async () => {
      try {
        return await work();
      } catch (error) {
        await hands.picture('failure');
        throw error;
      } finally {
        await tidy();
      }
    },
  });
}

const files = new Set();

/** Takes away what a test has opened and written. */
async function tidy() {
  for (const document of vscode.workspace.textDocuments) {
    if (document.isDirty && document.uri.scheme === 'file') await document.save();
  }
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  for (const path of files) rmSync(path, { force: true });
  files.clear();
}

/** Waits until `holds` returns something true, and returns that. It is asked now and at each of the events. */
export function when(what, holds, ...events) {
  return new Promise((resolve, reject) => {
    const end = (settle, value) => {
      clearTimeout(timer);
      for (const subscription of subscriptions) subscription.dispose();
      settle(value);
    };
    const timer = setTimeout(() => end(reject, new Error(`waited in vain until ${what}`)), PATIENCE);
    const look = async () => {
      try {
        const value = await holds();
        if (value) end(resolve, value);
      } catch (error) {
        end(reject, error);
      }
    };
    const subscriptions = events.map((event) => event(look));
    void look();
  });
}

export const folder = (index = 0) => vscode.workspace.workspaceFolders[index].uri.fsPath;

/** Writes a file below the first folder, or at an absolute path. It is gone after the test. */
export function write(name, text) {
  const path = join(name.startsWith('/') ? '' : folder(), name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  files.add(path);
  return vscode.Uri.file(path);
}

/**
 * Opens a file and shows it, in a tab that stays when another is shown. Of a file that has been open before, the editor
 * first shows the text that it had then, and reads the file after that.
 */
export async function open(uri) {
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { preview: false });
  const onDisk = readFileSync(uri.fsPath, 'utf8');
  await when('the text is as on disk', () => document.getText() === onDisk, vscode.workspace.onDidChangeTextDocument);
  return document;
}

/** What is found in a document: where, from 1 as people count, which rule, and the text that is marked. */
export function found(document) {
  return vscode.languages
    .getDiagnostics(document.uri)
    .filter((one) => one.source === 'leastwise')
    .sort((a, b) => a.range.start.compareTo(b.range.start) || a.code.value.localeCompare(b.code.value))
    .map(
      ({ range, code }) =>
        `${range.start.line + 1}:${range.start.character + 1} ${code.value} ${document.getText(range)}`,
    );
}

/** The rules of what is found in a document. */
export const rules = (document) => found(document).map((one) => one.split(' ')[1]);

/** Waits until exactly this is found in a document. */
export async function finds(document, wanted) {
  const isSo = () => found(document).join('\n') === wanted.join('\n');
  try {
    await when('the findings are right', isSo, vscode.languages.onDidChangeDiagnostics);
  } catch {
    assert.deepEqual(found(document), wanted);
  }
}

/** Waits until a rule is found in a document, or is not. */
export function waitForRule(document, rule, isThere = true) {
  return when(
    `${rule} is ${isThere ? '' : 'not '}found`,
    () => rules(document).includes(rule) === isThere,
    vscode.languages.onDidChangeDiagnostics,
  );
}

/** The finding of a rule. */
export function finding(document, rule) {
  return vscode.languages.getDiagnostics(document.uri).find((one) => one.code?.value === rule);
}

/** Puts the cursor of the text in front somewhere, counted from 1, and waits until extensions see it there. */
export async function goTo(row, column) {
  await hands.goTo(row, column);
  const wanted = new vscode.Position(row - 1, column - 1);
  await when(
    `the cursor is at ${row}:${column}`,
    () =>
      vscode.window.activeTextEditor?.selection.isEmpty &&
      vscode.window.activeTextEditor.selection.active.isEqual(wanted),
    vscode.window.onDidChangeTextEditorSelection,
    vscode.window.onDidChangeActiveTextEditor,
  );
}

/** The actions that are offered at a finding, by title. */
export async function actions(document, rule, kind) {
  const { range } = finding(document, rule);
  const ask = () =>
    vscode.commands.executeCommand('vscode.executeCodeActionProvider', document.uri, range, kind?.value, 10);
  // A request that the editor gives up, since something has just moved, has no actions, and no event tells of it.
  let offered = await ask();
  for (const end = performance.now() + PATIENCE; offered.length === 0 && performance.now() < end; ) {
    offered = await ask();
  }
  return new Map(offered.map((action) => [action.title, action]));
}

/** Sets settings of the workspace for the time of some work. */
export async function withSettings(settings, work) {
  const set = async (key, value) => {
    await vscode.workspace.getConfiguration().update(key, value, vscode.ConfigurationTarget.Workspace);
  };
  for (const [key, value] of Object.entries(settings)) await set(key, value);
  try {
    return await work();
  } finally {
    for (const key of Object.keys(settings)) await set(key, undefined);
  }
}

/** Waits for a tab of which something holds. */
export function tab(what, holds) {
  const all = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return when(what, () => all().find(holds), vscode.window.tabGroups.onDidChangeTabs);
}
