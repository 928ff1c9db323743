// The status bar: the profile that counts for the file in front, and the state of the models.

import * as vscode from 'vscode';
import { modelState } from './models';
import { profileOf } from './profile';
import { isServed, type Server } from './server';

/** The item in the status bar. It is there while a file that Leastwise reads is in front. */
export class Status implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('leastwise.status', vscode.StatusBarAlignment.Right, 90);
  private generation = 0;

  constructor(private readonly server: Server) {
    this.item.name = 'Leastwise';
    this.item.command = 'leastwise.menu';
  }

  register(): vscode.Disposable[] {
    const refresh = () => {
      this.refresh().catch((error) => this.server.log.error(`the status bar: ${error}`));
    };
    return [
      this,
      this.server.onDidChange(refresh),
      vscode.window.onDidChangeActiveTextEditor(refresh),
      vscode.workspace.onDidSaveTextDocument(refresh),
      vscode.workspace.onDidChangeConfiguration(refresh),
    ];
  }

  dispose(): void {
    this.item.dispose();
  }

  async refresh(): Promise<void> {
    const generation = ++this.generation;
    const document = vscode.window.activeTextEditor?.document;
    if (!document || !isServed(document)) return this.item.hide();
    if (!this.server.isRunning || !this.server.program) {
      const why = `Leastwise: ${this.server.failure ?? 'the server is starting'}`;
      this.set(this.server.failure ? '$(error) Leastwise' : '$(loading~spin) Leastwise', why, why);
      this.item.show();
      return;
    }
    const profile = await profileOf(document);
    const model = await modelState(this.server.program.path);
    // The server may have stopped meanwhile, or another file come to the front.
    if (generation !== this.generation) return;
    const tooltip = new vscode.MarkdownString(
      [
        `**Leastwise** ${this.server.version ?? ''}, ${this.server.program.origin}`,
        `Profile: ${profile.name}, from ${profile.origin}`,
        `Model: ${model}`,
      ].join('\n\n'),
    );
    const said = `Leastwise: profile ${profile.name}, from ${profile.origin}; model ${model}`;
    this.set(`$(shield) ${profile.name}`, tooltip, said);
    this.item.show();
  }

  private set(text: string, tooltip: string | vscode.MarkdownString, said: string): void {
    this.item.text = text;
    this.item.tooltip = tooltip;
    this.item.accessibilityInformation = { label: said, role: 'button' };
  }
}
