// The extension: wires its parts together. Each part is a file of its own.

import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';
import { Changes, FIX_ALL, HARDEN } from './changes';
import { hardenFromEvidence, proveAgainstBase } from './evidence';
import { Findings } from './findings';
import { showGraph } from './graph';
import { downloadModel } from './models';
import { Preview } from './preview';
import { chooseProfile } from './profile';
import { hoverLinks, Rules, withLinks } from './rules';
import { Server } from './server';
import { Status } from './status';
import { WorkspaceCheck } from './workspace';

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel('Leastwise', { log: true });
  const preview = new Preview(log);
  const running = new Server(context, middleware(preview), log);
  server = running;
  const rules = new Rules(running);
  const check = new WorkspaceCheck(running);
  const findings = new Findings(running, rules, check);
  const status = new Status(running);
  const changes = new Changes(running, preview);
  const command = (name: string, work: (given?: unknown) => unknown) =>
    vscode.commands.registerCommand(`leastwise.${name}`, (given) => reported(log, () => work(given)));
  context.subscriptions.push(
    log,
    running,
    ...preview.register(),
    ...rules.register(),
    ...check.register(),
    ...findings.register(),
    ...status.register(),
    ...changes.register(),
    command('restart', () => running.restart()),
    command('showLog', () => log.show()),
    command('fixAll', () => changes.make(FIX_ALL)),
    command('harden', () => changes.make(HARDEN)),
    command('hardenFromEvidence', () => hardenFromEvidence(running)),
    command('proveAgainstBase', () => proveAgainstBase(running)),
    command('showGraph', (workload) => showGraph(running, context, workload)),
    command('chooseProfile', chooseProfile),
    command('downloadModel', () => downloadModel(running)),
    command('openSample', () => openSample(context)),
    command('menu', menu),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('leastwise.path')) void running.restart();
    }),
  );
  await running.restart();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

/** What is changed on the way between the editor and the server. */
function middleware(preview: Preview): Middleware {
  return {
    provideCodeActions: async (document, range, context, token, next) => {
      const actions = await next(document, range, context, token);
      // On saving there is nobody to look at a preview, and only safe fixes are asked for.
      const isOnSave = context.triggerKind === vscode.CodeActionTriggerKind.Automatic && context.only;
      if (!actions || isOnSave) return actions;
      return actions.map((action) => (action instanceof vscode.CodeAction ? preview.offer(document, action) : action));
    },
    resolveCodeAction: async (action, token, next) => {
      // What is to be shown first is whole, and would lose its types on the way to the server and back.
      if (action.command) return action;
      const resolved = await next(action, token);
      const uri = resolved?.edit?.entries()[0]?.[0].toString();
      const document = vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri);
      return resolved && document ? preview.offer(document, resolved) : resolved;
    },
    provideHover: async (document, position, token, next) => {
      const hover = await next(document, position, token);
      const links = hoverLinks(document, position);
      if (hover && links) hover.contents.push(links);
      return hover;
    },
    provideDiagnostics: async (document, previous, token, next) => {
      const report = await next(document, previous, token);
      if (report?.kind === 'full') withLinks(report.items);
      return report;
    },
    handleDiagnostics: (uri, diagnostics, next) => next(uri, withLinks(diagnostics)),
  };
}

/** Does what a command asks for; what goes wrong is shown and logged. */
async function reported(log: vscode.LogOutputChannel, work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof vscode.CancellationError) return;
    const message = error instanceof Error ? error.message : String(error);
    log.error(message);
    void vscode.window.showErrorMessage(`Leastwise: ${message}`);
  }
}

async function openSample(context: vscode.ExtensionContext): Promise<void> {
  const content = await readFile(context.asAbsolutePath('media/sample.yaml'), 'utf8');
  const document = await vscode.workspace.openTextDocument({ language: 'yaml', content });
  await vscode.window.showTextDocument(document);
}

/** The commands, as the status bar's item offers them. */
async function menu(): Promise<void> {
  const trusted = [
    { label: '$(history) Harden from evidence', command: 'leastwise.hardenFromEvidence' },
    { label: "$(git-compare) Prove against the branch's base", command: 'leastwise.proveAgainstBase' },
  ];
  const items = [
    { label: '$(shield) Choose the profile', command: 'leastwise.chooseProfile' },
    { label: '$(wand) Harden the workload at the cursor', command: 'leastwise.harden' },
    { label: '$(type-hierarchy) Show the blast radius of a workload', command: 'leastwise.showGraph' },
    ...(vscode.workspace.isTrusted ? trusted : []),
    { label: '$(checklist) Check the workspace', command: 'leastwise.checkWorkspace' },
    { label: '$(book) Show a rule', command: 'leastwise.showRule' },
    { label: '$(cloud-download) Download a local model', command: 'leastwise.downloadModel' },
    { label: '$(debug-restart) Restart the server', command: 'leastwise.restart' },
    { label: '$(output) Show the log', command: 'leastwise.showLog' },
  ];
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: 'Leastwise' });
  if (chosen) await vscode.commands.executeCommand(chosen.command);
}
