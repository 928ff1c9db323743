// The rules' pages, inside the editor: by command, from a finding's code and from a hover.

import * as vscode from 'vscode';
import { output } from './program';
import type { Server } from './server';

const SCHEME = 'leastwise-rule';

/** A rule as `leastwise rules --format json` lists it. */
export interface Rule {
  id: string;
  title: string;
  family: string;
  severity: string;
  /** The Pod Security Standards profile that asks for it. */
  profile: string | null;
}

/** Shows rules' pages. */
export class Rules implements vscode.TextDocumentContentProvider {
  private listed: { program: string; rules: Promise<Rule[]> } | undefined;

  constructor(private readonly server: Server) {}

  register(): vscode.Disposable[] {
    return [
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.commands.registerCommand('leastwise.showRule', (id?: unknown) => this.show(id)),
    ];
  }

  /** All rules, asked for once a program. */
  list(): Promise<Rule[]> {
    const program = this.program();
    if (this.listed?.program !== program) {
      const rules = output(program, ['rules', '--format', 'json'], [0]).then(
        (result) => JSON.parse(result.stdout) as Rule[],
      );
      this.listed = { program, rules };
    }
    return this.listed.rules;
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const id = uri.path.replace(/^\//, '').replace(/\.md$/, '');
    return (await output(this.program(), ['explain', id, '--format', 'markdown'], [0])).stdout;
  }

  private program(): string {
    if (!this.server.program) throw new Error('Leastwise does not run');
    return this.server.program.path;
  }

  private async show(id: unknown): Promise<void> {
    const rule = typeof id === 'string' ? id : await this.pick();
    // What comes with a link must be a rule's id and nothing else, since it becomes an argument.
    if (rule && /^[a-z0-9][a-z0-9-]*$/.test(rule)) {
      await vscode.commands.executeCommand(
        'markdown.showPreview',
        vscode.Uri.from({ scheme: SCHEME, path: `/${rule}.md` }),
      );
    }
  }

  private async pick(): Promise<string | undefined> {
    const items = (await this.list()).map((rule) => ({
      label: rule.id,
      description: rule.family,
      detail: rule.title,
    }));
    const options = { placeHolder: 'Which rule?', matchOnDetail: true, matchOnDescription: true };
    return (await vscode.window.showQuickPick(items, options))?.label;
  }
}

/** A link that shows a rule's page. */
export function ruleLink(id: string): vscode.Uri {
  return vscode.Uri.parse(`command:leastwise.showRule?${encodeURIComponent(JSON.stringify([id]))}`);
}

/** The rule's id of one of our findings. */
export function ruleOf(diagnostic: vscode.Diagnostic): string | undefined {
  if (diagnostic.source !== 'leastwise') return undefined;
  const code = diagnostic.code;
  const id = typeof code === 'object' ? code.value : code;
  return typeof id === 'string' ? id : undefined;
}

/** One code a rule, since a large file has thousands of findings after each edit. */
const codes = new Map<string, { value: string; target: vscode.Uri }>();

/** Makes the codes of findings lead to their rules' pages. */
export function withLinks(diagnostics: vscode.Diagnostic[]): vscode.Diagnostic[] {
  for (const diagnostic of diagnostics) {
    const id = ruleOf(diagnostic);
    if (!id) continue;
    const code = codes.get(id) ?? { value: id, target: ruleLink(id) };
    codes.set(id, code);
    diagnostic.code = code;
  }
  return diagnostics;
}

/** The links that a hover gets, below what the server says; only these may run a command. */
export function hoverLinks(
  document: vscode.TextDocument,
  position: vscode.Position,
): vscode.MarkdownString | undefined {
  const found = vscode.languages.getDiagnostics(document.uri).filter((one) => one.range.contains(position));
  const ids = [...new Set(found.map(ruleOf).filter((id) => id !== undefined))];
  if (ids.length === 0) return undefined;
  const links = ids.map((id) => `[${id}](${ruleLink(id)} "Show the page of the rule ${id}")`);
  const markdown = new vscode.MarkdownString(`$(book) Rule in full: ${links.join(' · ')}`, true);
  markdown.isTrusted = { enabledCommands: ['leastwise.showRule'] };
  return markdown;
}
