// The status bar: the profile and the evidence that count for the file in front, and the state of the models.

import * as vscode from 'vscode';
import { type Evidence, evidenceOf } from './evidence-window';
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
      this.server.onDidChangeEvidence(refresh),
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
    const evidence = await evidenceOf(this.server, document);
    // The server may have stopped meanwhile, or another file come to the front.
    if (generation !== this.generation) return;
    const tooltip = new vscode.MarkdownString(
      `**Leastwise** ${this.server.version ?? ''}, ${this.server.program.origin}`,
    );
    const line = (text: string) => tooltip.appendMarkdown(`\n\n${escaped(text)}`);
    line(`Profile: ${profile.name}, from ${profile.origin}`);
    line(`Model: ${model}`);
    line(`Evidence: ${evidence.summary}`);
    for (const problem of evidence.problems) line(problem);
    const said = `Leastwise: profile ${profile.name}, from ${profile.origin}; model ${model}; evidence ${evidence.summary}`;
    this.set(`$(shield) ${profile.name}${inShort(evidence)}`, tooltip, said);
    this.item.show();
  }

  private set(text: string, tooltip: string | vscode.MarkdownString, said: string): void {
    this.item.text = text;
    this.item.tooltip = tooltip;
    this.item.accessibilityInformation = { label: said, role: 'button' };
  }
}

/** The evidence beside the profile: its window, of which the tooltip has more. */
function inShort({ state, summary }: Evidence): string {
  if (state === 'reading') return ' $(sync~spin) evidence';
  if (state === 'unreadable') return ' $(warning) evidence';
  return state === 'read' ? ` $(history) ${summary.split(', ')[0]}` : '';
}

/** What comes from files and logs as Markdown that shows just that. The editor's own way would break no line at a space. */
function escaped(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[!-/:-@[-`{-~]/g, '\\$&');
}
