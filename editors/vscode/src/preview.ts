// Changes of more than one place are shown beside the text as it is, before they are applied.

import * as vscode from 'vscode';

const SCHEME = 'leastwise-preview';

/** A change that waits for the user's decision. */
interface Pending {
  title: string;
  source: vscode.Uri;
  /** The version of the source that the edits are for. */
  version: number;
  edits: vscode.TextEdit[];
  shown: vscode.Uri;
  text: string;
  decide: (apply: boolean) => void;
}

/** Shows changes and applies them. There is one at a time; a new one discards the one before. */
export class Preview implements vscode.TextDocumentContentProvider {
  private pending: Pending | undefined;
  private count = 0;

  constructor(private readonly log: vscode.LogOutputChannel) {}

  register(): vscode.Disposable[] {
    return [
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.commands.registerCommand('leastwise.preview', (uri, version, title, edits) =>
        this.show(uri, version, title, edits),
      ),
      vscode.commands.registerCommand('leastwise.applyPreview', () => this.pending?.decide(true)),
      vscode.commands.registerCommand('leastwise.discardPreview', () => this.pending?.decide(false)),
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
        if (closed.some((tab) => this.isShownIn(tab))) this.pending?.decide(false);
      }),
    ];
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.pending?.shown.toString() === uri.toString() ? this.pending.text : '';
  }

  /**
   * Turns an action that changes several places into one that shows them first. Others stay as they are. Hardening and
   * fixing everything always do, though the server may write their changes as one edit.
   *
   * @param version the version of the document that the action is for
   */
  offer(document: vscode.TextDocument, action: vscode.CodeAction, version = document.version): vscode.CodeAction {
    const entries = action.edit?.entries() ?? [];
    const [entry] = entries;
    const isOfOneFinding = action.kind === undefined || vscode.CodeActionKind.QuickFix.contains(action.kind);
    if (entries.length !== 1 || !entry || (isOfOneFinding && entry[1].length < 2)) return action;
    const [uri, edits] = entry;
    action.edit = undefined;
    action.command = {
      title: action.title,
      command: 'leastwise.preview',
      arguments: [uri, version, action.title, edits],
    };
    return action;
  }

  private async show(uri: vscode.Uri, version: number, title: string, edits: vscode.TextEdit[]): Promise<void> {
    this.pending?.decide(false);
    const document = await vscode.workspace.openTextDocument(uri);
    if (document.version !== version) return this.outdated();
    // The path ends like the source's, so that it gets the same colours.
    const shown = vscode.Uri.from({ scheme: SCHEME, path: uri.path, query: String(++this.count) });
    const text = changed(document, edits);
    let decide: Pending['decide'] = () => {};
    const decided = new Promise<boolean>((resolve) => {
      decide = resolve;
    });
    const pending = { title, source: uri, version, edits, shown, text, decide };
    this.pending = pending;
    const name = `${title}: ${uri.path.split('/').pop()}`;
    await vscode.commands.executeCommand('vscode.diff', uri, shown, name, { preview: true });
    // Not waited for: the command that called this would seem to hang until the user decides.
    void this.finish(pending, decided);
  }

  private async finish(pending: Pending, decided: Promise<boolean>): Promise<void> {
    const apply = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: pending.title, cancellable: true },
      (progress, token) => {
        token.onCancellationRequested(() => pending.decide(false));
        const keys = process.platform === 'darwin' ? 'Cmd+Enter' : 'Ctrl+Enter';
        progress.report({
          message: `[Apply](command:leastwise.applyPreview) (${keys}) or [Discard](command:leastwise.discardPreview)`,
        });
        return decided;
      },
    );
    if (this.pending !== pending) return;
    this.pending = undefined;
    await this.close();
    if (!apply) return;
    const document = await vscode.workspace.openTextDocument(pending.source);
    if (document.version !== pending.version) return this.outdated();
    const edit = new vscode.WorkspaceEdit();
    edit.set(pending.source, pending.edits);
    if (!(await vscode.workspace.applyEdit(edit))) this.outdated();
    await vscode.window.showTextDocument(document);
  }

  private outdated(): void {
    const message = 'The text has changed since this was offered. Nothing was changed; ask again.';
    this.log.warn(message);
    void vscode.window.showWarningMessage(`Leastwise: ${message}`);
  }

  private isShownIn(tab: vscode.Tab): boolean {
    const input = tab.input;
    return input instanceof vscode.TabInputTextDiff && input.modified.toString() === this.pending?.shown.toString();
  }

  private async close(): Promise<void> {
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    const shown = tabs.filter(
      (tab) => tab.input instanceof vscode.TabInputTextDiff && tab.input.modified.scheme === SCHEME,
    );
    await vscode.window.tabGroups.close(shown);
  }
}

/** A document's text with edits applied, the last first so that the places of the others stay right. */
function changed(document: vscode.TextDocument, edits: vscode.TextEdit[]): string {
  let text = document.getText();
  // Edits at one place go in as they are listed: of equals, the later must be applied first.
  const ordered = edits.map((edit, index) => ({ edit, index }));
  ordered.sort((a, b) => b.edit.range.start.compareTo(a.edit.range.start) || b.index - a.index);
  for (const { edit } of ordered) {
    const [start, end] = [document.offsetAt(edit.range.start), document.offsetAt(edit.range.end)];
    text = text.slice(0, start) + edit.newText + text.slice(end);
  }
  return text;
}
