// Runs the tests that the script outside wants in this window, one after the other, and tells it of each.

import * as vscode from 'vscode';
import { tell } from './outside.js';
import { PATIENCE, tests, when } from './test.js';

export function activate() {
  // Not waited for: the window would count as starting until the last test has ended.
  run().catch((error) => tell('end', { error: String(error?.stack ?? error) }));
}

async function run() {
  const { folders, suites } = await tell('begin');
  const shown = () => vscode.workspace.workspaceFolders?.length ?? 0;
  try {
    await when('the folders are there', () => shown() === folders, vscode.workspace.onDidChangeWorkspaceFolders);
  } catch {
    // A window is there before the file that names its folders has been read, and once in many times VS Code never hears of
    // that. Another window is asked for, in which these tests run anew.
    await tell('again', { folders: shown() });
    return;
  }
  for (const suite of suites) {
    await import(`./${suite}.js`);
    for (const { name, work } of tests.splice(0)) await tell('result', { suite, name, ...(await outcome(work)) });
  }
  await tell('end', {});
}

async function outcome(work) {
  const start = performance.now();
  const milliseconds = () => Math.round(performance.now() - start);
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('the test took too long')), 2 * PATIENCE);
  });
  try {
    const figures = await Promise.race([work(), late]);
    return { milliseconds: milliseconds(), figures };
  } catch (error) {
    return { milliseconds: milliseconds(), error: String(error?.stack ?? error) };
  } finally {
    clearTimeout(timer);
  }
}
