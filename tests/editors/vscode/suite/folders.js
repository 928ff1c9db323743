// A workspace of two folders, each with a `.leastwise.yaml` of its own.

import { join } from 'node:path';
import * as vscode from 'vscode';
import { hands } from './outside.js';
import { BASELINE, POD, RESTRICTED } from './shell.js';
import { finds, folder, open, test, when, write } from './test.js';

const [STRICT, LOOSE] = [0, 1];

test('each folder has its own profile', async () => {
  const [strict, loose] = [STRICT, LOOSE].map((index) => write(join(folder(index), 'shell.yaml'), POD));
  await finds(await open(strict), RESTRICTED);
  await finds(await open(loose), BASELINE);
  await hands.named('a', 'Leastwise: profile baseline, from loose/.leastwise.yaml; model none fetched; evidence none');
});

test("a change of one folder's configuration is of that folder alone", async () => {
  const [strict, loose] = [STRICT, LOOSE].map((index) => write(join(folder(index), 'shell.yaml'), POD));
  const [inStrict, inLoose] = [await open(strict), await open(loose)];
  await finds(inStrict, RESTRICTED);
  write(join(folder(LOOSE), '.leastwise.yaml'), 'profile: restricted\n');
  await finds(inLoose, RESTRICTED);
  write(join(folder(STRICT), '.leastwise.yaml'), 'profile: privileged\nignore: [host-pid]\n');
  await finds(inStrict, []);
  await finds(inLoose, RESTRICTED);
});

test('checking the workspace checks both', async () => {
  write(join(folder(STRICT), '.leastwise.yaml'), 'profile: restricted\n');
  write(join(folder(LOOSE), '.leastwise.yaml'), 'profile: baseline\n');
  const [strict, loose] = [STRICT, LOOSE].map((index) => write(join(folder(index), 'shell.yaml'), POD));
  const count = (uri) => vscode.languages.getDiagnostics(uri).length;
  await vscode.commands.executeCommand('leastwise.checkWorkspace');
  await when(
    'both are checked',
    () => count(strict) === 2 && count(loose) === 1,
    vscode.languages.onDidChangeDiagnostics,
  );
  await hands.named('.monaco-list-row', 'Pod shell in strict/shell.yaml: 1 from baseline, 2 from restricted');
  await hands.named('.monaco-list-row', 'Pod shell in loose/shell.yaml: 1 from baseline, 1 from restricted');
});
