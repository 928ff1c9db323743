// The optional local models: what is there, and fetching one when the user says so.

import * as vscode from 'vscode';
import { output, run } from './program';
import type { Server } from './server';

/** A model as `leastwise model list` describes it. */
interface Model {
  name: string;
  /** Size, licence and purpose. */
  description: string;
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
  }));
  const placeHolder = 'Which model? Leastwise checks its size and SHA-256, and runs it on this machine only.';
  const chosen = await vscode.window.showQuickPick(items, { placeHolder });
  if (!chosen) return;
  const fetch = 'Download';
  const detail = `${chosen.detail}\n\nThe file is checked by its SHA-256 before it is used. Nothing of yours is sent.`;
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

/** Each model's name and words stand on one line, and where it lies or `not fetched` on the next. */
async function list(program: string): Promise<Model[]> {
  const { stdout, code } = await run(program, ['model', 'list']);
  if (code !== 0) return [];
  return [...stdout.matchAll(/^(\S+)(.*)\n +(.*)$/gm)].map(([, name, description, place]) => ({
    name: name ?? '',
    description: (description ?? '').trim(),
    isFetched: place !== 'not fetched',
  }));
}
