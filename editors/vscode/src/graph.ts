// The blast radius of a workload: the picture that `leastwise graph` draws, in a tab of its own, to be moved, asked and kept.

import { randomBytes } from 'node:crypto';
import { isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import { folderToWorkIn, knows, withProgress } from './evidence';
import { output } from './program';
import type { Server } from './server';

/** A node of the picture, and where the object stands that says so. */
interface Node {
  id: number;
  filename?: string;
  location?: { row: number; column: number };
}

/** What the page tells. */
type Message = { open: number } | { evidence: true } | { keep: true };

/** What is drawn, and from what. */
interface Picture {
  program: string;
  folder: string;
  workload: string;
  logs: string[];
}

/** Draws a workload of the workspace: the one that is named, the only one, or the one that the user picks. */
export async function showGraph(server: Server, context: vscode.ExtensionContext, named?: unknown): Promise<void> {
  const folder = await folderToWorkIn();
  if (!folder || !server.program || !(await knows(server, 'graph'))) return;
  const program = server.program.path;
  const workload = typeof named === 'string' ? named : await pick(program, folder);
  if (!workload) return;
  const panel = vscode.window.createWebviewPanel('leastwise.graph', workload, vscode.ViewColumn.Active, {
    enableScripts: true,
    enableFindWidget: true,
    localResourceRoots: [vscode.Uri.joinPath(context.extensionUri, 'out')],
  });
  const tab = new Tab(panel, context.extensionUri, { program, folder, workload, logs: [] });
  await tab.draw();
}

async function pick(program: string, folder: string): Promise<string | undefined> {
  const { stdout } = await output(program, ['graph', '--list', '.'], [0], { cwd: folder });
  const workloads = stdout.split('\n').filter(Boolean);
  if (workloads.length === 0)
    void vscode.window.showInformationMessage('Leastwise: there is no workload in this folder.');
  if (workloads.length < 2) return workloads[0];
  return vscode.window.showQuickPick(workloads, { placeHolder: 'What may which workload do?' });
}

/** The tab of one picture. */
class Tab {
  private nodes: Node[] = [];
  private svg = '';

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly extension: vscode.Uri,
    private readonly picture: Picture,
  ) {
    panel.webview.onDidReceiveMessage((message: Message) => this.answer(message));
  }

  /** Asks the program, and shows what it draws. */
  async draw(): Promise<void> {
    const { program, folder, workload, logs } = this.picture;
    const evidence = logs.flatMap((log) => ['--evidence', log]);
    const args = ['graph', '.', '--workload', workload, ...evidence, '--format'];
    await withProgress('drawing the blast radius', async (token) => {
      const [svg, json] = await Promise.all(
        ['svg', 'json'].map((format) => output(program, [...args, format], [0], { cwd: folder, token })),
      );
      this.svg = svg?.stdout ?? '';
      this.nodes = (JSON.parse(json?.stdout ?? '{}').nodes ?? []) as Node[];
    });
    this.panel.webview.html = this.page();
  }

  private page(): string {
    const nonce = randomBytes(16).toString('base64');
    const script = this.panel.webview.asWebviewUri(vscode.Uri.joinPath(this.extension, 'out', 'graph.js'));
    const policy = `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'`;
    const svg = this.svg.replace('<style>', `<style nonce="${nonce}">`);
    return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>Blast radius</title>
<style nonce="${nonce}">
body { margin: 0; display: flex; flex-direction: column; height: 100vh; }
[role="toolbar"] { padding: 6px; display: flex; gap: 6px; }
button { color: var(--vscode-button-secondaryForeground); background: var(--vscode-button-secondaryBackground);
  border: 1px solid var(--vscode-contrastBorder, transparent); border-radius: 2px; padding: 3px 9px; font: inherit; }
button:focus-visible, main:focus-visible { outline: 1px solid var(--vscode-focusBorder); }
button[aria-pressed="true"] { background: var(--vscode-button-background); color: var(--vscode-button-foreground); }
main { flex: 1; overflow: hidden; }
main > svg { width: 100%; height: 100%; }
g[data-place] { cursor: pointer; }
.only-unused g[data-node].used, .only-unused g[data-node].unknown { opacity: 0.25; }
</style>
</head>
<body data-places="${this.nodes.filter((node) => node.location).map((node) => node.id)}">
<div role="toolbar" aria-label="Blast radius">
<button id="closer">Closer</button><button id="farther">Farther</button><button id="whole">Whole</button>
<button id="unused" aria-pressed="false">Only What Is Not Used</button>
<button id="evidence">Add Evidence…</button><button id="keep">Save as SVG…</button>
</div>
<main>${svg}</main>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
  }

  private async answer(message: Message): Promise<void> {
    if ('open' in message) return this.open(message.open);
    if ('evidence' in message) {
      const logs = await vscode.window.showOpenDialog({
        canSelectMany: true,
        openLabel: 'Use as Evidence',
        title: 'Audit logs, flows or records',
      });
      if (!logs?.length) return;
      this.picture.logs.push(...logs.map((log) => log.fsPath));
      return this.draw();
    }
    const uri = await vscode.window.showSaveDialog({
      defaultUri: vscode.Uri.file(join(this.picture.folder, `${this.picture.workload.replaceAll('/', '-')}.svg`)),
      filters: { SVG: ['svg'] },
    });
    if (uri) await vscode.workspace.fs.writeFile(uri, Buffer.from(this.svg));
  }

  /** Shows the place that says what a node stands for. */
  private async open(id: number): Promise<void> {
    const node = this.nodes.find((one) => one.id === id);
    if (!node?.filename || !node.location) return;
    const path = isAbsolute(node.filename) ? node.filename : join(this.picture.folder, node.filename);
    const document = await vscode.workspace.openTextDocument(path);
    const position = new vscode.Position(node.location.row - 1, node.location.column - 1);
    await vscode.window.showTextDocument(document, {
      viewColumn: vscode.ViewColumn.Beside,
      selection: new vscode.Range(position, position),
    });
  }
}
