// A folder that nobody has said to trust: findings and fixes are there, and its settings choose no program, model or file.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { hands } from './outside.js';
import { actions, folder, open, test, waitForRule, when, withSettings } from './test.js';

const cart = () => vscode.Uri.file(join(folder(), 'cart.yaml'));

function assertNothingOfTheFolderWasUsed() {
  for (const key of ['path', 'model', 'logDisagreements']) {
    const { workspaceValue, workspaceFolderValue } = vscode.workspace.getConfiguration('leastwise').inspect(key);
    assert.deepEqual([workspaceValue, workspaceFolderValue], [undefined, undefined], key);
  }
  assert.ok(!existsSync(join(folder(), 'was-run')), "the folder's program was run");
  assert.ok(!existsSync(join(folder(), 'was-written')), "the folder's choice of a file was followed");
}

test('findings and fixes are there, by the bundled program', async () => {
  assert.equal(vscode.workspace.isTrusted, false);
  const document = await open(cart());
  await waitForRule(document, 'host-network');
  assert.ok((await actions(document, 'host-network', vscode.CodeActionKind.QuickFix)).size > 0);
  assertNothingOfTheFolderWasUsed();
});

test('nothing runs Git here, whoever calls the command', async () => {
  await vscode.commands.executeCommand('leastwise.proveAgainstBase');
  await hands.seen('.notifications-toasts', 'this needs a workspace that you trust');
  await vscode.commands.executeCommand('notifications.clearAll');
});

test('trust that is given later changes neither findings nor who chooses the program', async () => {
  const document = await open(cart());
  await waitForRule(document, 'host-network');
  await vscode.commands.executeCommand('workbench.trust.manage');
  await hands.click('.workspace-trust-editor .monaco-button', 'Trust');
  await when('the folder is trusted', () => vscode.workspace.isTrusted, vscode.workspace.onDidGrantWorkspaceTrust);
  await open(cart());
  // The server must have been told of the settings by the time that a changed one shows.
  await withSettings({ 'leastwise.ignore': ['host-network'] }, () => waitForRule(document, 'host-network', false));
  await waitForRule(document, 'host-network');
  assertNothingOfTheFolderWasUsed();
});
