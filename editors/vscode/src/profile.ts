// The Pod Security Standards profile that counts for a file, and choosing it.

import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';

/** A profile and what set it. */
export interface Profile {
  name: string;
  origin: string;
}

/** What counts for a document: the nearest `.leastwise.yaml`, which lies over the editor's settings. */
export async function profileOf(document: vscode.TextDocument): Promise<Profile> {
  if (document.uri.scheme === 'file') {
    for (let folder = dirname(document.uri.fsPath); ; folder = dirname(folder)) {
      const file = join(folder, '.leastwise.yaml');
      const text = await readFile(file, 'utf8').catch(() => undefined);
      // The nearest file is the one that counts, whether or not it sets a profile.
      const name = text && /^profile:\s*["']?(privileged|baseline|restricted)\b/m.exec(text)?.[1];
      if (name) return { name, origin: vscode.workspace.asRelativePath(file) };
      if (text !== undefined || dirname(folder) === folder) break;
    }
  }
  const set = vscode.workspace.getConfiguration('leastwise', document.uri).get<string | null>('profile');
  return set ? { name: set, origin: 'the setting leastwise.profile' } : { name: 'restricted', origin: 'the default' };
}

/** Lets the user choose a profile and writes it into the settings: the workspace's where there is one. */
export async function chooseProfile(): Promise<void> {
  const items = [
    { label: 'restricted', description: 'Current hardening practice' },
    { label: 'baseline', description: 'No known way out of the container' },
    { label: 'privileged', description: 'Everything is allowed' },
  ];
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: 'Which profile should pods meet?' });
  if (!chosen) return;
  const target = vscode.workspace.workspaceFolders
    ? vscode.ConfigurationTarget.Workspace
    : vscode.ConfigurationTarget.Global;
  await vscode.workspace.getConfiguration('leastwise').update('profile', chosen.label, target);
}
