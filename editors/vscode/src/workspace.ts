// Checking whole folders by the command, which gives the same answer as the server.

import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import { output } from './program';
import { withLinks } from './rules';
import { isServed, type Server } from './server';

/** A place as `leastwise check --format json` counts: from 1, columns in Unicode scalar values. */
interface Place {
  row: number;
  column: number;
}

/** One finding of `leastwise check --format json`, as far as it is used here. */
interface Found {
  rule: string;
  severity: 'hint' | 'info' | 'warning' | 'error';
  message: string;
  filename: string;
  location: Place;
  end_location: Place;
  resource: { kind: string; name: string | null } | null;
}

const SEVERITIES = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
};

/** Findings in files that are not open, as of the last check. A file's go when it is shown or changes. */
export class WorkspaceCheck implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly collection = vscode.languages.createDiagnosticCollection('leastwise-workspace');
  private objects = new WeakMap<vscode.Diagnostic, string>();
  /** When each file with findings had last been written as it was checked, in milliseconds. */
  private written = new Map<string, number>();

  constructor(private readonly server: Server) {}

  register(): vscode.Disposable[] {
    const watcher = vscode.workspace.createFileSystemWatcher('**/*.{yaml,yml,json}');
    const forget = (uri: vscode.Uri) => this.collection.delete(uri);
    // News of a file may come late, when it has been written and checked again.
    const forgetOld = async (uri: vscode.Uri) => {
      if ((await lastWritten(uri.fsPath)) !== this.written.get(uri.fsPath)) forget(uri);
    };
    const giveWay = () => {
      for (const { uri } of reported()) forget(uri);
    };
    return [
      this,
      watcher,
      watcher.onDidChange(forgetOld),
      watcher.onDidDelete(forgetOld),
      vscode.workspace.onDidOpenTextDocument(giveWay),
      vscode.window.tabGroups.onDidChangeTabs(giveWay),
      vscode.commands.registerCommand('leastwise.checkWorkspace', () => this.check()),
      vscode.commands.registerCommand('leastwise.exportSarif', () => this.exportSarif()),
    ];
  }

  dispose(): void {
    this.collection.dispose();
    this.changed.dispose();
  }

  /** The object that a finding of a check is in. */
  objectOf(diagnostic: vscode.Diagnostic): string | undefined {
    return this.objects.get(diagnostic);
  }

  private async check(): Promise<void> {
    const folders = this.folders();
    if (folders.length === 0) return;
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: 'Leastwise: checking the workspace',
      cancellable: true,
    };
    const count = await vscode.window.withProgress(options, async (progress, token) => {
      this.collection.clear();
      this.written.clear();
      let total = 0;
      for (const folder of folders) {
        progress.report({ message: folder.name, increment: 100 / folders.length });
        const found = await this.found(folder, token);
        total += found.length;
        await this.show(folder, found);
      }
      return total;
    });
    this.changed.fire();
    await vscode.commands.executeCommand('leastwise.findings.focus');
    vscode.window.setStatusBarMessage(`Leastwise: ${count} findings in the workspace`, 10_000);
  }

  private async found(folder: vscode.WorkspaceFolder, token: vscode.CancellationToken): Promise<Found[]> {
    const args = ['check', '--format', 'json', folder.uri.fsPath];
    const result = await output(this.program(), args, [0, 1], { cwd: folder.uri.fsPath, token });
    return JSON.parse(result.stdout) as Found[];
  }

  private async show(folder: vscode.WorkspaceFolder, found: Found[]): Promise<void> {
    const elsewhere = new Set(reported().map(({ uri }) => uri.fsPath));
    for (const filename of new Set(found.map((one) => one.filename))) {
      const path = isAbsolute(filename) ? filename : join(folder.uri.fsPath, filename);
      if (elsewhere.has(path)) continue;
      this.written.set(path, await lastWritten(path));
      const lines = (await readFile(path, 'utf8')).split('\n');
      const findings = found.filter((one) => one.filename === filename);
      const diagnostics = findings.map((one) => this.diagnostic(one, lines));
      this.collection.set(vscode.Uri.file(path), withLinks(diagnostics));
    }
  }

  private diagnostic(found: Found, lines: string[]): vscode.Diagnostic {
    const range = new vscode.Range(position(found.location, lines), position(found.end_location, lines));
    const diagnostic = new vscode.Diagnostic(range, found.message, SEVERITIES[found.severity]);
    diagnostic.source = 'leastwise';
    diagnostic.code = found.rule;
    if (found.resource) this.objects.set(diagnostic, `${found.resource.kind} ${found.resource.name ?? ''}`.trim());
    return diagnostic;
  }

  private async exportSarif(): Promise<void> {
    const folders = this.folders();
    const placeHolder = 'The findings of which folder?';
    const folder = folders.length > 1 ? await vscode.window.showWorkspaceFolderPick({ placeHolder }) : folders[0];
    if (!folder) return;
    const target = await vscode.window.showSaveDialog({
      defaultUri: vscode.Uri.joinPath(folder.uri, 'leastwise.sarif'),
      filters: { SARIF: ['sarif', 'json'] },
      title: 'Export findings as SARIF',
    });
    if (!target) return;
    const options = { location: vscode.ProgressLocation.Window, title: 'Leastwise: exporting SARIF' };
    await vscode.window.withProgress(options, async () => {
      const args = ['check', '--format', 'sarif', '.'];
      const { stdout } = await output(this.program(), args, [0, 1], { cwd: folder.uri.fsPath });
      await vscode.workspace.fs.writeFile(target, Buffer.from(stdout));
    });
    void vscode.window.showInformationMessage(`Leastwise: wrote ${vscode.workspace.asRelativePath(target)}`);
  }

  /** The workspace's folders on this machine; says so when there are none. */
  private folders(): vscode.WorkspaceFolder[] {
    const folders = vscode.workspace.workspaceFolders?.filter((folder) => folder.uri.scheme === 'file') ?? [];
    if (folders.length === 0) void vscode.window.showInformationMessage('Leastwise: open a folder first.');
    return folders;
  }

  private program(): string {
    if (!this.server.program) throw new Error('Leastwise does not run');
    return this.server.program.path;
  }
}

/** The documents on which the server reports: those that a tab shows. Others may be open without being seen. */
function reported(): vscode.TextDocument[] {
  const shown = new Set<string>();
  for (const { input } of vscode.window.tabGroups.all.flatMap((group) => group.tabs)) {
    if (input instanceof vscode.TabInputText) shown.add(input.uri.toString());
    if (input instanceof vscode.TabInputTextDiff) shown.add(input.original.toString()).add(input.modified.toString());
  }
  return vscode.workspace.textDocuments.filter((document) => isServed(document) && shown.has(document.uri.toString()));
}

/** When a file was written last, in milliseconds; -1 when it is no more. */
async function lastWritten(path: string): Promise<number> {
  return stat(path).then(
    (file) => file.mtimeMs,
    () => -1,
  );
}

/** A place in the editor's count: from 0, columns in UTF-16 code units. */
function position(place: Place, lines: string[]): vscode.Position {
  const line = lines[place.row - 1] ?? '';
  const before = [...line].slice(0, place.column - 1).join('');
  return new vscode.Position(place.row - 1, before.length);
}
