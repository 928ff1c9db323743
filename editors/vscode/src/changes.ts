// The commands that have the server make one kind of change to the manifest in front.

import * as vscode from 'vscode';
import { CodeAction, CodeActionRequest, CodeActionTriggerKind } from 'vscode-languageclient/node';
import type { Preview } from './preview';
import { isServed, type Server } from './server';

/** A kind of change, and what to say when there is none. */
export const FIX_ALL = {
  kind: 'source.fixAll.leastwise',
  none: 'Nothing in this file can be fixed without a risk to a working program.',
};
export const HARDEN = {
  kind: 'refactor.rewrite.leastwise.harden',
  none: 'There is nothing to harden at the cursor: no workload, or one that meets the restricted profile.',
};

/** Where the user was last in a manifest: another page, as the walkthrough's, may be in front of it by now. */
interface Place {
  document: vscode.TextDocument;
  selection: vscode.Selection;
}

/**
 * Makes changes. The editor's own command for actions is not used: it drops the answer without a word when the cursor or a
 * finding has moved just before, and asks nothing when no text is in front.
 */
export class Changes {
  private last: Place | undefined;

  constructor(
    private readonly server: Server,
    private readonly preview: Preview,
  ) {}

  register(): vscode.Disposable[] {
    const remember = (editor: vscode.TextEditor | undefined) => {
      if (editor && isServed(editor.document)) this.last = editor;
    };
    remember(vscode.window.activeTextEditor);
    return [vscode.window.onDidChangeActiveTextEditor(remember)];
  }

  /** Asks for a change and shows it, or makes it at once when it is of one place. */
  async make({ kind, none }: { kind: string; none: string }): Promise<void> {
    const client = this.server.client;
    if (!client) throw new Error('the server does not run');
    const { document, selection } = await this.place();
    const version = document.version;
    const answer = await client.sendRequest(CodeActionRequest.type, {
      textDocument: client.code2ProtocolConverter.asTextDocumentIdentifier(document),
      range: client.code2ProtocolConverter.asRange(selection),
      context: { diagnostics: [], only: [kind], triggerKind: CodeActionTriggerKind.Invoked },
    });
    const offered = answer?.find((one) => CodeAction.is(one));
    if (!offered) {
      void vscode.window.showInformationMessage(`Leastwise: ${none}`);
      return;
    }
    const action = this.preview.offer(document, await client.protocol2CodeConverter.asCodeAction(offered), version);
    if (action.edit) await vscode.workspace.applyEdit(action.edit);
    if (action.command) {
      await vscode.commands.executeCommand(action.command.command, ...(action.command.arguments ?? []));
    }
  }

  /** The place in the manifest that is in front, or was last: that is shown again then. */
  private async place(): Promise<Place> {
    const active = vscode.window.activeTextEditor;
    if (active && isServed(active.document)) return active;
    if (!this.last || this.last.document.isClosed) throw new Error('open a manifest first');
    const { document, selection } = this.last;
    await vscode.window.showTextDocument(document, { selection });
    return { document, selection };
  }
}
