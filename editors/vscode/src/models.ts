// The optional local models: what is there, and fetching one when the user says so.

import * as vscode from 'vscode';
import { output, run } from './program';
import type { Server } from './server';

/** A model as `leastwise model list` describes it. */
interface Model {
  name: string;
  /** Size, licence and purpose. */
  description: string;
  sha256: string;
  isFetched: boolean;
}

/** In words, which models are in use. */
export async function modelState(program: string): Promise<string> {
  const choice = vscode.workspace.getConfiguration('leastwise').inspect<unknown>('model')?.globalValue;
  if (choice === 'off') return 'off';
  if (choice && typeof choice === 'object') return 'a server of your choice explains';
  if (typeof choice === 'string' && choice !== 'default') return choice;
  const there = (await list(program)).filter((model) => model.isFetched).map((model) => model.name);
  return there.length > 0 ? `${there.join(', ')} on this machine` : 'none fetched';
}

/** Shows what can be fetched with its size and licence; fetches what is chosen, with progress. */
export async function downloadModel(server: Server): Promise<void> {
  if (!server.program) return;
  const program = server.program.path;
  const items = (await list(program)).map((model) => ({
    label: model.name,
    description: model.isFetched ? 'fetched' : '',
    detail: model.description,
    sha256: model.sha256,
  }));
  const placeHolder = 'Which model? Leastwise checks its size and SHA-256, and runs it on this machine only.';
  const chosen = await vscode.window.showQuickPick(items, { placeHolder });
  if (!chosen) return;
  const fetch = 'Download';
  const checked = `The file is checked before it is used: its SHA-256 must be ${chosen.sha256}. Nothing of yours is sent.`;
  const detail = `${chosen.detail}\n\n${checked}`;
  const question = `Download the model "${chosen.label}"?`;
  if ((await vscode.window.showInformationMessage(question, { modal: true, detail }, fetch)) !== fetch) return;
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: `Leastwise: fetching ${chosen.label}`,
    cancellable: true,
  };
  await vscode.window.withProgress(options, (_, token) =>
    output(program, ['model', 'pull', chosen.label], [0], { token }),
  );
  await server.restart();
}

/** Three lines for each model: its name and words, its SHA-256, and where it lies or `not fetched`. */
async function list(program: string): Promise<Model[]> {
  const { stdout, code } = await run(program, ['model', 'list']);
  if (code !== 0) return [];
  return [...stdout.matchAll(/^(\S+)(.*)\n +SHA-256 (.*)\n +(.*)$/gm)].map(([, name, description, sha256, place]) => ({
    name: name ?? '',
    description: (description ?? '').trim(),
    sha256: sha256 ?? '',
    isFetched: place !== 'not fetched',
  }));
}
